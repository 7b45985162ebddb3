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

/**
 * One row of the table from the lines of a text: the cause, the remedy and, in some rows, help of its own.
 *
 * @throws Error as the app starts, if a text has another number of lines.
 */
export const ownedBy =
  (owner: Owner, more: Omit<RuleRow, 'cause' | 'owner' | 'remedy'> = {}) =>
  (text: TemplateStringsArray, ...values: string[]): RuleRow => {
    const [cause, remedy, help, ...rest] = String.raw({ raw: text }, ...values).split(/\n */);
    if (!cause || !remedy || help === '' || rest.length > 0) throw new Error(`Not two or three lines: ${cause}`);
    return { cause, owner, remedy, ...more, ...(help === undefined ? {} : { help }) };
  };

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
export const lastingOnNetwork = ownedBy('Network team', LASTING);
export const workstationTeam = ownedBy('Workstation team');
export const administrator = ownedBy('Your administrator');
export const lastingInSettings = ownedBy('Your administrator', LASTING);
export const operator = ownedBy('VectorCare');
export const user = ownedBy('The user');
