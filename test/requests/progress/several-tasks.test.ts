/** Whatever Tasks of several owners an order has, its row hides no provider who goes on and none who asks. */
import { expect, test } from 'vitest';
import { type RequestRow, toRow } from '#src/requests/list/row.ts';
import { readServiceRequest } from '#src/requests/list/service-request.ts';
import { readTask, type Task } from '#src/requests/progress/task.ts';
import { newestTask, tasksTogether } from '#src/requests/progress/task-of-request.ts';
import { isOver } from '#src/requests/progress/task-words.ts';
import { pick, randomOf } from '#test/requests/page/rows.ts';

const at = { base: new URL('https://ehr.example/fhir'), now: new Date('2026-11-22T14:02:00Z'), timeZone: 'UTC' };
const order = readServiceRequest(
  { id: 'a', status: 'active', intent: 'order', code: { text: 'Walker' }, authoredOn: '2026-11-01' },
  at,
);
const STATUSES = ['draft', 'requested', 'received', 'accepted', 'in-progress', 'on-hold', 'completed', 'rejected'];
const DATES = [undefined, '2026-11-10T00:00:00Z', '2026-11-12T00:00:00Z', '2026-11-12', '2026-11-14T00:00:00Z'];

/** By code. */
const ASKS = {
  coding: [{ system: 'http://hl7.org/fhir/uv/cow/CodeSystem/business-status', code: 'awaiting-information' }],
};

function randomTask(id: number, random: () => number): Task | undefined {
  const resource = {
    resourceType: 'Task',
    id: `${id}`,
    status: pick(STATUSES, random),
    owner: pick([undefined, { display: 'A' }, { display: 'B' }, { display: 'C' }], random),
    focus: { reference: 'ServiceRequest/a' },
    for: { reference: 'Patient/p' },
    lastModified: pick(DATES, random),
    ...(random() < 0.3 ? { businessStatus: pick([ASKS, { text: 'Need more info' }], random) } : {}),
  };
  return readTask(resource, { ...at, patientId: 'p' });
}

/** The newest Task of each owner, where it is certain which one that is. */
function certainOf(tasks: readonly Task[]): Task[] {
  const named = tasks.filter(({ owner }) => owner !== undefined);
  return [...Map.groupBy(named, ({ owner }) => owner?.display).values()].flatMap((some) => {
    const [newest, ...others] = some.toSorted((a, b) => b.changedMs - a.changedMs);
    return newest && others.every(({ latestMs }) => latestMs < newest.changedMs) ? [newest] : [];
  });
}

function hidden({ status, next }: RequestRow, { word, hasWords }: Task): boolean {
  const said = `${status.word} ${status.note ?? ''}`;
  if (hasWords && !isOver(word) && word.icon !== 'draft' && !said.includes('“Need more info”')) return true;
  if (word.icon === 'question') return !/question/i.test(said);
  const isAgreed = ['accepted', 'booked', 'under-way'].includes(word.icon);
  const isShown = status.word === word.word || /provider/.test(said);
  return isAgreed && (status.group === 'closed' || !isShown || /\b(?:Find|Choose)\b/.test(next.text));
}

test('no provider who has agreed, none who asks, and none whose words have to be read, is hidden by another', () => {
  const random = randomOf(7);
  const lists = Array.from({ length: 5_000 }, () =>
    Array.from({ length: 1 + Math.floor(random() * 4) }, (_, id) => randomTask(id, random)).filter(
      (task) => task !== undefined,
    ),
  );
  const wrong = lists.filter((tasks) => {
    const row = toRow(
      order,
      ({ display }) => display ?? 'Name not available',
      at,
      newestTask(tasksTogether(tasks), order),
    );
    return certainOf(tasks).some((task) => hidden(row, task));
  });
  expect(wrong).toEqual([]);
});
