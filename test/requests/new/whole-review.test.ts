/** The review shows every text whole: its reader must see what the EHR will have. */
import { expect, test } from 'vitest';
import { readNewRequest } from '#src/requests/form/typed-request.ts';
import type { RequestRow } from '#src/requests/list/row.ts';
import { reviewOf } from '#src/requests/new/review.ts';
import { emptyChart } from '#src/requests/prefill/facts.ts';
import { CHOSEN, NOW, OFFER, writeTyped, ZONE } from '#test/requests/form/written.ts';
import { rowOf } from '#test/requests/page/rows.ts';

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

type Chosen = typeof CHOSEN;

function review(typed: Record<string, string>, chosen: Chosen = CHOSEN, rows: RequestRow[] = []) {
  const read = readNewRequest(typed, NOW, ZONE, OFFER);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const resource = writeTyped(typed, { chosen });
  const parts = reviewOf({
    ...{ request: read.request, resource, chosen, chart: emptyChart('') },
    ...{
      now: NOW,
      timeZone: ZONE,
      sections: ['where', 'clinical', 'contact', 'insurance'],
      asFilled: [],
      listed: { rows, original: undefined, isUnread: false },
      hasReceivers: true,
    },
  });
  return { resource, lines: parts.flatMap(({ lines }) => lines) };
}

test('every text at its longest, and every value of the chart', () => {
  const long = (length: number) => ({ reference: 'AllergyIntolerance/a1', text: textOf(length), label: 'Weight' });
  const chosen = { ...CHOSEN, allergies: [long(200)], reasons: [{ ...long(199), reference: 'Condition/c1' }] };
  const said = review(TYPED, chosen)
    .lines.map(({ text }) => text)
    .join('\n');
  for (const length of [...Object.values(LONGEST), 200, 199]) expect(said).toContain(textOf(length));
  expect(said).not.toContain('…');
});

test('what the review does not show, such as an override of direction, is not sent either', () => {
  const { resource, lines } = review({ ...TYPED, what: 'Wound\u202E 21 \u200Bcare', reason: 'A\uFEFFsthma' });
  expect(lines).toContainEqual({ text: 'Wound 21 care' });
  expect(resource).toMatchObject({ code: { text: 'Wound 21 care' }, reasonCode: [{ text: 'Asthma' }] });
});

test.for([
  ['RTF', '{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 Ring twice\\par Stairs\\par}', 'Ring twice\nStairs'],
  ['HTML', '<p>Ring <b>twice</b></p><p>Stairs &amp; lift</p>', 'Ring twice\n\nStairs & lift'],
  ['lines of a browser', 'Ring twice\r\nStairs', 'Ring twice\r\nStairs'],
])('%s that was pasted is sent in the words that the review shows', ([, note = '', sent = '']) => {
  const { resource, lines } = review({ ...TYPED, note });
  expect(resource).toMatchObject({ note: [{ text: sent }] });
  expect(lines).toContainEqual({ text: sent.replace(/\s*\n/g, '\n') });
});

test('RTF behind other words, or in an answer, is sent as its words too', () => {
  const rtf = '{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 Ring twice\\par}';
  const { resource } = review({ ...TYPED, note: `Please: ${rtf}`, to: rtf });
  expect(resource).toMatchObject({ note: [{ text: 'Please: Ring twice' }] });
  expect(resource['orderDetail']).toContainEqual({ text: 'To: Ring twice' });
});

test.for([
  ['RTF that was cut within its fonts', '{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}{\\f1 Ti'],
  ['an empty paragraph', '<p>&nbsp;</p>'],
])('%s is not sent as an empty text', ([, note = '']) => {
  const read = readNewRequest({ ...TYPED, note }, NOW, ZONE, OFFER);
  expect(read).toMatchObject({ ok: false, problems: { note: expect.stringContaining('paste it as plain text') } });
});

test('a note at its longest is counted as its user counts it, a line end as one character', () => {
  const note = textOf(1_000).replaceAll(' ', '\r\n');
  expect(readNewRequest({ ...TYPED, note }, NOW, ZONE, OFFER).ok).toBe(true);
  expect(readNewRequest({ ...TYPED, note: `${note}.` }, NOW, ZONE, OFFER).ok).toBe(false);
});

test.for([
  ['2026-07-22T11:00', 'Wed 22 Jul 2026 11:00 EDT', undefined],
  ['2026-07-22T09:00', 'Wed 22 Jul 2026 09:00 EDT', 'This is before the request is needed. Check it.'],
  ['2020-07-22T11:00', 'Wed 22 Jul 2020 11:00 EDT', 'This is before the request is needed. Check it.'],
])('a return trip at %s is marked if it is before the trip', ([at = '', text, change]) => {
  const trip = { neededAt: '10:00', 'own.transport.return-trip': 'yes', 'own.transport.return-at': at };
  const line = review({ ...TYPED, ...trip }).lines.find((one) => one.text.startsWith('Return pick-up'));
  expect(line?.text.replaceAll('\u00A0', ' ')).toBe(`Return pick-up: ${text}`);
  expect(line?.change).toBe(change);
});

const TWICE = 'The EHR has an open request for the same on this day. Check it.';
const AGAINST = 'The EHR has an entry not to do this. Check it.';
const closed = { status: { ...rowOf().status, group: 'closed' as const } };
test.for<[string, Partial<RequestRow>, string | undefined]>([
  ['the same order', {}, TWICE],
  ['the same order in other letters', { service: 'wound-CARE' }, TWICE],
  ['a prohibition at this time', { isProhibited: true }, AGAINST],
  ['a prohibition at any time', { isProhibited: true, neededMs: undefined }, AGAINST],
  ['a prohibition at another time', { isProhibited: true, neededMs: 1 }, undefined],
  ['the same order at another time', { neededMs: 1 }, undefined],
  ['the same order at no time', { neededMs: undefined }, undefined],
  ['another order', { service: 'Walker' }, undefined],
  ['the same order, closed', closed, undefined],
])('of a list that has %s the review says so', ([, change, said]) => {
  const neededMs = Date.parse('2026-07-22');
  const { lines } = review({ ...TYPED, what: 'Wound care' }, CHOSEN, [rowOf({ neededMs, ...change })]);
  expect(lines.find(({ text }) => text === 'Wound care')?.change).toBe(said);
});
