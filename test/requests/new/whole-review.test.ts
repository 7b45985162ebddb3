/** The review shows every text whole: its reader must see what the EHR will have. */
import { expect, test } from 'vitest';
import { readNewRequest } from '#src/requests/form/typed-request.ts';
import { reviewOf } from '#src/requests/new/review.ts';
import { emptyChart } from '#src/requests/prefill/facts.ts';
import { CHOSEN, NOW, OFFER, writeTyped, ZONE } from '#test/requests/form/written.ts';

const LONGEST = { what: 200, from: 200, to: 200, phone: 60, language: 60, reason: 500, note: 1_000 };
const textOf = (length: number) =>
  'Nine word '
    .repeat(length)
    .slice(0, length - 1)
    .padEnd(length, '.');
const TYPED = {
  ...{ service: 'transport', neededOn: '2026-07-22', priority: 'routine', 'own.transport.isolation': textOf(200) },
  ...Object.fromEntries(Object.entries(LONGEST).map(([name, length]) => [name, textOf(length)])),
};

test('every text at its longest, and every value of the chart', () => {
  const long = (length: number) => ({ reference: 'AllergyIntolerance/a1', text: textOf(length), label: 'Weight' });
  const chosen = { ...CHOSEN, allergies: [long(200)], reasons: [{ ...long(199), reference: 'Condition/c1' }] };
  const read = readNewRequest(TYPED, NOW, ZONE, OFFER);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const parts = reviewOf({
    ...{ request: read.request, resource: writeTyped(TYPED, { chosen }), chosen, chart: emptyChart('') },
    ...{ now: NOW, timeZone: ZONE, sections: ['where', 'clinical', 'contact', 'insurance'], hasReceivers: true },
  });
  const said = parts.flatMap(({ lines }) => lines.map(({ text }) => text)).join('\n');
  for (const length of [...Object.values(LONGEST), 200, 199]) expect(said).toContain(textOf(length));
  expect(said).not.toContain('…');
});
