/** The launch context: which patient and encounter the EHR has open, read from the token response. */
import { boundedText, isBlank } from '#src/adapters/bounded-text.ts';
import { AppError } from '#src/errors.ts';
import { isFhirId } from '#src/smart/fhir/id.ts';

/** The chart from which the EHR opened the app. Every member is bounded; none is HTML. */
export interface LaunchContext {
  readonly patient: string;
  readonly encounter: string | undefined;
  /** True unless the EHR sent a boolean `false`, because its own banner is in view (LC-11). */
  readonly needPatientBanner: boolean;
  /** As sent; only fetchSmartStyle may follow it (LC-13). */
  readonly smartStyleUrl: string | undefined;
}

const MAX_URL_LENGTH = 2_048;

/**
 * The launch context, from the token response alone (LC-01; SMART App Launch 2.2.0, "Launch context arrives with your
 * access token"). `patient` must be a bare FHIR id (LC-02, LC-03), never guessed from a reference. `encounter` may be
 * absent or blank, not malformed (LC-04). All other members are ignored (LC-15, LC-16).
 * @throws AppError context.invalid, naming the member and the rule but never a value.
 */
export function readLaunchContext(tokenResponse: Record<string, unknown>): LaunchContext {
  const patient = readId(tokenResponse, 'patient');
  if (patient === undefined)
    throw new AppError('context.invalid', 'patient is missing from the token response', 'context.patient-missing');
  return {
    patient,
    encounter: readId(tokenResponse, 'encounter'),
    needPatientBanner: tokenResponse['need_patient_banner'] !== false,
    smartStyleUrl: readText(tokenResponse['smart_style_url'], MAX_URL_LENGTH),
  };
}

function readId(tokenResponse: Record<string, unknown>, member: 'patient' | 'encounter'): string | undefined {
  if (!Object.hasOwn(tokenResponse, member)) return undefined;
  const value = tokenResponse[member];
  if (isFhirId(value)) return value;
  // A missing encounter is normal, whether absent or blank (LC-04); a missing patient is an error.
  if (isBlank(value) && member === 'encounter') return undefined;
  const rule = isBlank(value) ? 'context.patient-missing' : 'context.id-malformed';
  throw new AppError('context.invalid', `${member} is not a FHIR id but ${describe(value)}`, rule);
}

function readText(value: unknown, maxLength: number): string | undefined {
  return isBlank(value) ? undefined : boundedText(value, maxLength);
}

function describe(value: unknown): string {
  if (typeof value === 'string') return `a string of ${value.length} characters`;
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : `of type ${typeof value}`;
}
