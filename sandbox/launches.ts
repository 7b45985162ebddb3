/** The launch values the chart mints: opaque, single use, short-lived, each bound to a patient and a user. */
import { randomBytes } from 'node:crypto';
import type { LaunchOptions, SandboxUser } from './contract.ts';
import type { StyleName } from './data/styles.ts';

/** Real launch values live for minutes. */
const lifetimeMs = 5 * 60_000;

export interface LaunchContext {
  /** undefined: a standalone launch that did not ask for one. */
  patient: string | undefined;
  user: SandboxUser;
  encounter: string | undefined;
  intent: string | undefined;
  /** undefined: not said. */
  needPatientBanner: boolean | undefined;
  fhirContext: unknown;
  /** Default: day. */
  style?: StyleName | undefined;
}

export interface Launches {
  /** Mints a value for a context. */
  mint(patient: string, user: SandboxUser, options: LaunchOptions): string;
  /** Gives the context out once, or leaves the value good; undefined when unknown, expired or spent. */
  take(value: string, keep?: boolean): LaunchContext | undefined;
}

/** The launch values of one sandbox. */
export function createLaunches(now: () => Date): Launches {
  const open = new Map<string, { context: LaunchContext; expires: number }>();
  return {
    mint: (patient, user, options) => {
      // Opaque means opaque (LA-04): characters that break when an app decodes twice or forgets to encode.
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
