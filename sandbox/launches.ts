/** The launch values of the chart: opaque, single use, short-lived, each bound to a patient and a user. */
import { randomBytes } from 'node:crypto';
import type { LaunchOptions, SandboxUser } from './contract.ts';
import type { StyleName } from './data/styles.ts';

/** Real launch values live for minutes. */
const lifetimeMs = 5 * 60_000;

export interface LaunchContext {
  /** undefined in a standalone launch that did not ask for a patient. */
  patient: string | undefined;
  user: SandboxUser;
  encounter: string | undefined;
  intent: string | undefined;
  /** undefined when not sent. */
  needPatientBanner: boolean | undefined;
  fhirContext: unknown;
  /** Default: day. */
  style?: StyleName | undefined;
}

export interface Launches {
  /** Makes a value for a context. */
  mint(patient: string, user: SandboxUser, options: LaunchOptions): string;
  /** Returns the context; the value is then spent unless `keep`. Undefined when unknown, expired or spent. */
  take(value: string, keep?: boolean): LaunchContext | undefined;
}

/** The launch values of one sandbox. */
export function createLaunches(now: () => Date): Launches {
  const open = new Map<string, { context: LaunchContext; expires: number }>();
  return {
    mint: (patient, user, options) => {
      // The value is opaque (LA-04). These characters break if an app decodes twice or does not encode.
      const value = `${randomBytes(18).toString('base64url')}.a+b/%25=&c`;
      const { encounter, intent, needPatientBanner = true, fhirContext, style } = options;
      const context = { patient, user, encounter, intent, needPatientBanner, fhirContext, style };
      open.set(value, { context, expires: now().getTime() + lifetimeMs });
      return value;
    },
    take: (value, keep = false) => {
      const found = open.get(value);
      if (!keep) open.delete(value);
      return found && found.expires > now().getTime() ? found.context : undefined;
    },
  };
}
