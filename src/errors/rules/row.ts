/** What the table says of one failed rule: its cause, whose job it is and the one next step, for launches and for checks. */
import type { Owner } from '#src/errors/row.ts';

/** One way to fail. `{name}` in a text stands for the fact of that name, where the trace has it. */
export interface RuleRow {
  /** What is wrong, in a sentence without its full stop. */
  readonly cause: string;
  readonly owner: Owner;
  /** One thing for the owner to do now; never one that belongs to another rule. */
  readonly remedy: string;
  /** Where a launch fails by it, when that is not the step under way. */
  readonly step?: 'discovery' | 'scopes' | 'refresh';
  /** What the user reads instead of the help of the error's code; `{Again}` and `{again}` as there. */
  readonly help?: string;
}

/** What a user can do about a failure that waiting does not end. */
export const LASTING = 'Waiting does not help. Give the support code to {help desk}.';
