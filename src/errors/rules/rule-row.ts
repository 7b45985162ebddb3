/** What the table says about one rule, for launches and checks: the cause, the owner and the remedy. */

/** Who has to act. */
export type Owner = 'The user' | 'Your administrator' | 'EHR team' | 'Network team' | 'Workstation team' | 'VectorCare';

/** One way to fail. `{name}` in a text becomes the fact of that name, if the trace has it. */
export interface RuleRow {
  /** What is wrong, in a sentence without its full stop. */
  readonly cause: string;
  readonly owner: Owner;
  /** One thing for the owner to do now, for this rule alone. */
  readonly remedy: string;
  /** The step that a launch fails at, when that is not the step in progress. */
  readonly step?: 'discovery' | 'scopes' | 'refresh';
  /** What the user reads instead of the help of the error's code, with the same `{Again}` and `{again}`. */
  readonly help?: string;
  /** Trying again never helps, or only another launch does; absent where loading the page again may help. */
  readonly again?: 'never' | 'launch';
}

/** The help for users after a failure that waiting does not end. */
export const LASTING = {
  help: 'Trying again does not help. Give the support code to {help desk}.',
  again: 'never',
} as const;

type More = Omit<RuleRow, 'cause' | 'owner' | 'remedy'>;

/** One row of the table: the cause, what its owner has to do now, and what only some rows say besides. */
const ownedBy =
  (owner: Owner, usual: More = {}) =>
  (cause: string, remedy: string, more: More = {}): RuleRow => ({ cause, owner, remedy, ...usual, ...more });

export const ehrTeam = ownedBy('EHR team');
export const lastingAtEhr = ownedBy('EHR team', LASTING);
/** Another launch may succeed, and loading the page again does not; if it does not, the EHR team has to act. */
export const OFTEN = {
  help: '{Again}. If it happens again, give the support code to {help desk}.',
  again: 'launch',
} as const;
export const oftenAtEhr = ownedBy('EHR team', OFTEN);
export const atRenewal = ownedBy('EHR team', { step: 'refresh' });
export const networkTeam = ownedBy('Network team');
export const workstationTeam = ownedBy('Workstation team');
export const administrator = ownedBy('Your administrator');
export const lastingInSettings = ownedBy('Your administrator', LASTING);
export const operator = ownedBy('VectorCare');
export const user = ownedBy('The user');
