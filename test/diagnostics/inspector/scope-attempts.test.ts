/** The launch inspector shows requested and granted scopes, also of a launch that asked twice (SCO-19). */
import { beforeAll, expect, test } from 'vitest';
import { scopeAttempts, withoutEarlierAttempts } from '#src/diagnostics/inspector/scope-attempts.ts';
import { scopeFacts } from '#src/diagnostics/traces/redacted-facts.ts';
import type { StepFacts, StepName, TraceStep } from '#src/diagnostics/traces/trace.ts';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import { supportCodeOf, type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { useWorld } from '#test/helpers/world.ts';
import { scopeAttemptTables } from '#views/inspector/scope-attempts.ts';

const world = useWorld();
let operator: TestBrowser;
beforeAll(async () => {
  await addPerson(world, 'operator@example.com');
  operator = await signedIn(world, 'operator@example.com');
});

/** Launches in a new organization and returns the trace. */
async function traceOf(fault: 'invalid-scope' | 'narrowed-scope' | 'empty-grant', value: string, id: string) {
  await world.setOrganization(id);
  world.sandbox.faults.set(fault, value);
  const url = new URL(world.sandbox.launch('pat-ada'));
  url.searchParams.set('orgId', id);
  const page = await world.browser().open(url.href);
  world.sandbox.faults.clear();
  const list = await operator.open(`${world.url}/settings/launches?organization=${id}`);
  const ids = [...list.body.matchAll(/\/settings\/launches\/([\da-f-]{36})/g)].map(([, trace]) => trace);
  expect(new Set(ids).size).toBe(1);
  const report = await operator.visit(`${world.url}/settings/launches/${ids[0]}`);
  return { page, report };
}
const rowsOf = (body: string, table: number) => {
  const tables = body.split('<table class="guide-table scope-table">').slice(1);
  const rows = tables[table]?.split('</table>')[0] ?? '';
  return [...rows.matchAll(/<code>([^<]+)<\/code><\/th><td>([^<]+)<\/td><td>([^<]+)</g)].map((match) => match.slice(1));
};
const stateOf = (body: string, step: string) =>
  new RegExp(`trace-step trace-([a-z-]+)" data-step="${step}"`).exec(body)?.[1];

test('a launch that asked twice is one trace with both requests, and is drawn by the second one', async () => {
  const { page, report } = await traceOf('invalid-scope', '\\*', 'twice');
  expect(titleOf(page)).toBe('Requests for Ada Moreno');
  expect(report.body).toContain('Request 1: The EHR refused the scopes (invalid_scope).');
  expect(rowsOf(report.body, 0)).toContainEqual(['patient/*.read', 'requested', 'no answer']);
  expect(rowsOf(report.body, 1)).toContainEqual(['patient/Patient.read', 'requested', 'granted']);
  expect(rowsOf(report.body, 1).some(([scope]) => scope === 'patient/*.read')).toBe(false);
  for (const step of ['callback', 'token', 'scopes', 'requests']) expect(stateOf(report.body, step)).toBe('passed');
  expect(report.body).not.toContain('aria-current="step"');
});

test('scopes are shown as granted, granted in another syntax, not granted, or extra', async () => {
  const granted = 'openid fhirUser launch patient/*.rs user/Task.r';
  const { report } = await traceOf('narrowed-scope', granted, 'told-apart');
  const rows = rowsOf(report.body, 0);
  expect(rows).toContainEqual(['openid', 'requested', 'granted']);
  expect(rows).toContainEqual(['patient/*.read', 'requested', 'granted in other words']);
  expect(rows).toContainEqual(['online_access', 'requested', 'not granted']);
  expect(rows).toContainEqual(['user/Task.r', 'not requested', 'extra']);
  expect(report.body).not.toContain('Request 2');
});

test('two empty grants are both shown, the support code finds them, and the step is marked', async () => {
  const { page, report } = await traceOf('empty-grant', '', 'both-empty');
  expect(page.status).toBe(403);
  expect(report.body).toContain('Request 2: The EHR granted nothing to read; the tokens were revoked.');
  expect(/data-step="([^"]+)" aria-current="step"/.exec(report.body)?.[1]).toBe('scopes');
  const found = await operator.open(`${world.url}/settings/launches?code=${supportCodeOf(page)}`);
  expect(found.url).toBe(report.url);
});

const step = (name: StepName, outcome: TraceStep['outcome'] = 'passed', facts: StepFacts = {}): TraceStep => ({
  name,
  at: '2026-11-22T08:00:00.000Z',
  durationMs: 1,
  outcome,
  facts,
});

test('a scope that the EHR limits by a search is shown as granted in part, not as not granted', () => {
  const requested = 'openid patient/ServiceRequest.rs patient/Task.r patient/Goal.rs?category=a';
  const granted = 'openid patient/ServiceRequest.rs?category=a patient/ServiceRequest.rs?category=b patient/Goal.rs';
  const facts = scopeFacts(requested, granted);
  expect(facts['not granted']).toEqual(['patient/Task.r']);
  const sent = step('authorization-redirect', 'passed', { 'requested scopes': facts['requested scopes'] });
  const [attempt] = scopeAttempts([sent, step('scopes', 'passed', facts)]);
  expect(attempt?.scopes).toEqual([
    { scope: 'openid', verdict: 'granted' },
    { scope: 'patient/ServiceRequest.rs', verdict: 'in part' },
    { scope: 'patient/Task.r', verdict: 'not granted' },
    { scope: 'patient/Goal.rs?…', verdict: 'covered' },
    { scope: 'patient/ServiceRequest.rs?…', verdict: 'extra' },
    { scope: 'patient/ServiceRequest.rs?…', verdict: 'extra' },
    { scope: 'patient/Goal.rs', verdict: 'extra' },
  ]);
  expect(String(scopeAttemptTables(attempt ? [attempt] : []))).toContain('granted in part');
});

test('a second request that never came back leaves the later steps as not reached', () => {
  const sent = step('authorization-redirect', 'passed', { 'requested scopes': ['openid'] });
  const steps = [
    step('launch'),
    sent,
    { ...step('callback', 'failed'), code: 'authorization.scope-refused' as const },
    sent,
  ];
  expect(withoutEarlierAttempts(steps).map(({ name }) => name)).toEqual(['launch', 'authorization-redirect']);
  expect(scopeAttempts(steps).map(({ endedBy }) => endedBy)).toEqual(['authorization.scope-refused', undefined]);
});

test('a launch that was refused before the EHR was asked has no attempts', () => {
  expect(scopeAttempts([step('launch', 'failed')])).toEqual([]);
  expect(withoutEarlierAttempts([step('launch', 'failed')])).toHaveLength(1);
});
