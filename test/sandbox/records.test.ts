/** The synthetic hospital has every unusual case that the product must handle, and dates that follow the clock. */
import { expect, test } from 'vitest';
import { createRecords } from '#sandbox/data/records.ts';

const records = createRecords();
const patients = records.ofType('Patient');
const requests = records.ofType('ServiceRequest');

const have = <T>(values: (T | undefined)[]) => new Set(values.filter((value) => value !== undefined));

test('has at least twelve patients, among them every kind of name', () => {
  expect(patients.length).toBeGreaterThanOrEqual(12);
  const names = patients.map((patient) => patient.name?.[0]);
  expect(names.some((name) => name && !name.family && name.given)).toBe(true);
  expect(names.some((name) => name?.text && !name.family && !name.given)).toBe(true);
  expect(names.some((name) => name?.family?.includes('<script>'))).toBe(true);
  expect(names.some((name) => /\p{Script=Arabic}/u.test(name?.family ?? ''))).toBe(true);
  expect(patients.some((patient) => /\p{Script=Han}/u.test(patient.name?.[1]?.text ?? ''))).toBe(true);
});

test('the medical record number is never the first identifier', () => {
  const first = patients.map((patient) => patient.identifier?.[0]?.type?.coding?.[0]?.code);
  expect(first).not.toContain('MR');
  expect(
    patients.filter((patient) => patient.identifier?.some((one) => one.type?.coding?.[0]?.code === 'MR')).length,
  ).toBeGreaterThan(11);
});

test('requests come in every status, priority and intent, and one patient has 120 of them', () => {
  const statuses = ['active', 'completed', 'draft', 'entered-in-error', 'on-hold', 'revoked', 'unknown'];
  expect([...have(requests.map((request) => request.status))].toSorted()).toEqual(statuses);
  expect([...have(requests.map((request) => request.priority))].toSorted()).toEqual([
    'asap',
    'routine',
    'stat',
    'urgent',
  ]);
  expect(have(requests.map((request) => request.intent))).toContain('instance-order');
  expect(requests.filter((request) => request.subject.reference === 'Patient/pat-many')).toHaveLength(120);
  expect(requests.filter((request) => request.subject.reference === 'Patient/pat-none')).toHaveLength(0);
});

test('every resource belongs to a patient who exists, and no id is used twice', () => {
  const all = ['Condition', 'Observation', 'Encounter', 'ServiceRequest'] as const;
  const subjects = all.flatMap((type) => records.ofType(type).map((resource) => resource.subject?.reference ?? ''));
  expect(subjects.filter((reference) => !records.byReference(reference))).toEqual([]);
  expect(new Set(requests.map((request) => request.id)).size).toBe(requests.length);
});

test('two hospitals have equal records and share none', () => {
  const other = createRecords();
  expect(other.ofType('ServiceRequest')).toEqual(requests);
  expect(other.byReference('Patient/pat-ada')).not.toBe(records.byReference('Patient/pat-ada'));
});

test.for([
  ['2026-07-15T17:00:00Z', '2026-07-14T08:15:00-07:00', '2026-07-15T14:00:00-07:00', '2026-06'],
  ['2026-07-16T16:59:59Z', '2026-07-14T08:15:00-07:00', '2026-07-15T14:00:00-07:00', '2026-06'],
  ['2026-11-29T18:00:00Z', '2026-11-28T08:15:00-07:00', '2026-11-29T14:00:00-07:00', '2026-10'],
  ['2028-03-01T16:00:00Z', '2028-02-28T08:15:00-07:00', '2028-02-29T14:00:00-07:00', '2028-01'],
])('at %s a request of yesterday is of yesterday', ([now, authoredOn, occurrenceDateTime, month]) => {
  const moved = createRecords(new Date(String(now)));
  expect(moved.byReference('ServiceRequest/ada-transport-home')).toMatchObject({ authoredOn, occurrenceDateTime });
  expect(moved.ofType('ServiceRequest').map((one) => one.authoredOn)).toContain(month);
  const people = (of: typeof records) => of.ofType('Patient').map(({ birthDate }) => birthDate);
  expect(people(moved)).toEqual(people(records));
  expect(moved.byReference('Patient/pat-ada')).toEqual(records.byReference('Patient/pat-ada'));
});
