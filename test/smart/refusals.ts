/** The error of a refusal; a test fails when nothing is refused, or for another reason. */
import { AppError } from '#src/errors.ts';

/** What this throws. */
export function refusalOf(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('accepted');
}

/** What this promise rejects with, as an error of this kind. */
export async function refusalOfKind<Kind extends Error>(
  promise: Promise<unknown>,
  kind: abstract new (...given: never[]) => Kind,
): Promise<Kind> {
  const error: unknown = await promise.then(
    () => new Error('accepted'),
    (reason: unknown) => reason,
  );
  if (error instanceof kind) return error;
  throw error;
}
