/** Faults of an EHR that refuses the requested scopes (CB-14, SCO-18). */
import type { Fault, FaultValue } from '#sandbox/fault-type.ts';

const WHICH = 'a pattern of the scopes it is about, such as /\\*; default: any';

/** Does the fault concern any of the space-separated scopes? */
function isAbout(scopes: unknown, value: FaultValue | undefined): boolean {
  const pattern = new RegExp(String(value ?? ''));
  return typeof scopes === 'string' && scopes.split(' ').some((scope) => pattern.test(scope));
}

export const scopeFaults = {
  'invalid-scope': {
    description: 'the EHR does not know a requested scope: invalid_scope; the launch value can be used again',
    value: WHICH,
    refusesScopes: isAbout,
  },
  'spends-launch-on-invalid-scope': {
    description: 'the EHR does not know a requested scope: invalid_scope; the launch value cannot be used again',
    value: WHICH,
    refusesScopes: isAbout,
    spendsRefusedLaunch: true,
  },
  'empty-grant': {
    description: 'an empty scope is granted without a word, as at Oracle; the launch value can be used again',
    value: WHICH,
    keepsLaunch: true,
    tokenResponse: (members, grantType, value) =>
      grantType === 'authorization_code' && isAbout(members['scope'], value) ? { ...members, scope: '' } : undefined,
  },
} as const satisfies Record<string, Fault>;
