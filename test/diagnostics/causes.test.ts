/** Every way a launch can fail has an explanation, for the inspector and for the guide's table. */
import { expect, test } from 'vitest';
import { causesByCode } from '#src/diagnostics/causes.ts';
import { errorCodes } from '#src/errors.ts';

/** Codes of pages that are no part of a launch. */
const NOT_OF_A_LAUNCH = /^(request\.(?!too-many)|admin\.|settings\.|checks\.)/;

test.for(errorCodes.filter((code) => !NOT_OF_A_LAUNCH.test(code)))(
  '%s says why, whose job it is and what to do',
  (code) => {
    expect(causesByCode[code]?.causes.length).toBeGreaterThan(0);
    expect(causesByCode[code]?.whatToDo).toMatch(/[.!]$/);
    for (const cause of causesByCode[code]?.causes ?? []) expect(cause).not.toMatch(/\.$/);
  },
);
