/**
 * The log has one line per request: enough to find a failure and follow a launch, and no secret (ER-04, ST-07, LA-16).
 */
import { expect, test } from 'vitest';
import { launchIdOf } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const world = useWorld();

interface Line {
  msg: string;
  level: string;
  path: string;
  [fact: string]: unknown;
}

const lines = () => world.logLines.map((line) => JSON.parse(line) as Line).filter(({ msg }) => msg === 'request');

test('the lines of one launch share a keyed hash, and two launches do not', async () => {
  const browser = world.browser();
  const [ada, ben] = [await world.launch('pat-ada', browser), await world.launch('pat-ben', browser)];
  await browser.visit(ada.url);
  const hashesOf = (page: { url: string }) =>
    lines().flatMap(({ path, launchHash }) => (path.includes(launchIdOf(page)) ? [launchHash] : []));
  await expect.poll(() => hashesOf(ada)).toHaveLength(2);
  expect(new Set(hashesOf(ada))).toEqual(new Set([expect.stringMatching(/^[\w-]{43}$/)]));
  expect(hashesOf(ben)[0]).not.toBe(hashesOf(ada)[0]);
});

test.for([
  ['/health/live', 200, 'info'],
  ['/nowhere?secret=CANARY', 404, 'warn'],
] as const)('%s is logged with status %d as %s, without its query', async ([path, status, level]) => {
  const before = lines().length;
  await world.browser().visit(`${world.url}${path}`);
  await expect.poll(() => lines().length).toBe(before + 1);
  expect(lines().at(-1)).toMatchObject({
    level,
    method: 'GET',
    path: path.split('?')[0],
    status,
    durationMs: expect.any(Number),
    supportCode: expect.stringMatching(/^.{4}-.{4}$/),
  });
  expect(world.logLines.join('')).not.toContain('CANARY');
});

test('a failure of the app or of the EHR is logged as an error, with its code and cause', async () => {
  world.sandbox.faults.set('fhir-500');
  await world.launch('pat-ada');
  world.sandbox.faults.clear();
  await expect.poll(() => lines().filter(({ level }) => level === 'error')).toHaveLength(1);
  expect(lines().find(({ level }) => level === 'error')).toMatchObject({
    errorCode: 'patient.unavailable',
    organizationId: 'st-elsewhere',
    err: { errorCode: 'patient.unavailable', cause: { name: 'FhirError', message: expect.stringContaining('500') } },
  });
});
