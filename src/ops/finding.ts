/** One part of what the doctor examines, and how it is. */
import { withoutQuery } from '#src/adapters/database/index.ts';

/** One line of the page; `text` is for people and holds no secret. */
export interface Finding {
  part: string;
  state: 'ok' | 'warning' | 'failed';
  text: string;
}

/** Returns the result of one part, or a finding that it failed. */
export async function finding<Value>(part: string, work: () => Promise<Value>) {
  const found = (state: Finding['state'], text: string): Finding => ({ part, state, text });
  try {
    return { value: await work(), finding: found('ok', '') };
  } catch (error) {
    return { error, finding: found('failed', reasonOf(error)) };
  }
}

function reasonOf(error: unknown): string {
  const cause = withoutQuery(error);
  if (!(cause instanceof Error)) return 'failed';
  // A refused connection is an AggregateError with an empty message and the reason in its code.
  const code = 'code' in cause ? String(cause.code) : '';
  return cause.message || code;
}
