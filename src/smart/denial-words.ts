/** The words by which authorization servers say that they keep a user out, as data. */
import type { Rule } from '#src/errors/rules/table.ts';

/** The first rule counts whose groups all have a word in the sentence; a pattern is of words that belong together. */
export type Hint = readonly [rule: Rule, ...groups: readonly (string | RegExp)[]];
export type Hints = readonly Hint[];

export const KEPT_OUT = 'disabled inactive suspended blocked deactivated locked';
export const APP = 'client application app';
/** Without one of these, a sentence only says what is there. */
export const NOT = 'not no never cannot unable doesn isn wasn couldn t without missing none';
export const OF_ACCOUNT: Hints = [
  // Entra ID, of a user who is not in the tenant.
  ['authorization.not-in-tenant', 'account accounts', 'tenant', 'exist exists found'],
  ['authorization.not-linked', 'user account', 'linked mapped associated', 'provider practitioner clinician'],
  ['authorization.not-linked', 'user account', /\bno (?:provider|practitioner|clinician)\b/],
];
/** Of a user or app that a rule of the server keeps out, whatever the user answers. */
export const OF_BLOCKED: Hints = [
  // Entra ID, which names the policy by which a session ends.
  ['authorization.sign-in-needed', /\bsign-in frequency\b/],
  ...OF_ACCOUNT,
  ['authorization.licence', 'user account', 'licensed license licence subscribed subscription'],
  ['authorization.not-assigned', 'user users account', 'assigned'],
  ['authorization.not-assigned', /\b(?:not have|n't have|has no|lacks) access to (?:the|this) (?:client )?app/],
  ['authorization.password', 'password', 'expired change changed reset'],
  [
    'authorization.second-factor',
    /\b(?:multi-?factor|mfa|(?:second|two)[ -]factor|strong authentication|external security challenge)\b/,
  ],
  // Entra ID, of an access policy or a device.
  ['authorization.policy', 'conditional device', 'access compliant managed'],
  ['authorization.address', 'ip', 'access address addresses range'],
  ['authorization.policy', 'policy policies', 'access evaluation', 'blocked denied restricted failed'],
  ['authorization.account-off', /\baccount (?:has |is )?expired\b/],
  ['authorization.account-off', 'user account', `${KEPT_OUT} enabled`],
  ['authorization.right', 'user', NOT, 'allowed'],
  // Not of one who did not allow it.
  ['authorization.right', /\buser (?:has no|does not have|doesn't have|lacks) (?:\w+ )?access\b/],
  ['authorization.right', 'user actor you', 'is are', 'authorized permitted entitled'],
  ['authorization.right', 'user users you', 'no not missing', 'permission permissions point right rights role'],
  ['authorization.right', 'role roles privilege privileges member', 'permit permits allow insufficient required'],
  ['authorization.right', 'role department', `${KEPT_OUT} enabled`],
  ['authorization.blocked', APP, 'resource', 'server', 'authorized'],
];
