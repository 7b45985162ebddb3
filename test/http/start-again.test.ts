/** Failures of a launch outside the EHR never send people to a chart they did not come from. */
import { expect, test } from 'vitest';
import { describeError, errorCodes } from '#src/errors.ts';
import { describeStandaloneError } from '#src/http/start-again.ts';

/** These say where the app may be opened instead. */
const NAMES_THE_CHART = ['launch.standalone-off', 'launch.standalone-parameters', 'launch.cookies-blocked'];

test.for(errorCodes.filter((code) => !NAMES_THE_CHART.includes(code)))('%s', (code) => {
  const { status, title, help } = describeStandaloneError(code);
  expect(status).toBe(describeError(code).status);
  expect(`${title}. ${help}`).not.toMatch(/open the app|from (the|a) (patient's )?chart/i);
  expect(help).toMatch(/^[A-Z].{10,}[.:]$/s);
});
