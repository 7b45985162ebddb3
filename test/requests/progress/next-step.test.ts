import { expect, test } from 'vitest';
import { daysWithoutMovement } from '#src/requests/progress/movement.ts';
import { nextStep } from '#src/requests/progress/next-step.ts';

const usual = {
  icon: 'ordered',
  isOpen: true,
  isOverdue: false,
  isProhibited: false,
  hasProvider: true,
  hasTime: true,
  hasNoMovement: false,
  waited: '3 d',
};

test.for<[change: Partial<typeof usual> | { waited: undefined }, text: string, isAction: boolean]>([
  [{}, 'Waiting for the provider for 3 days', false],
  [{ waited: '1 d' }, 'Waiting for the provider for 1 day', false],
  [{ waited: '7 h' }, 'Waiting for the provider for 7 hours', false],
  [{ waited: '5 months' }, 'Waiting for the provider for 5 months', false],
  [{ waited: 'today' }, 'Waiting for the provider since today', false],
  [{ waited: undefined }, 'Waiting for the provider', false],
  [{ icon: 'sent' }, 'Waiting for the provider for 3 days', false],
  [{ icon: 'received' }, 'Waiting for the provider for 3 days', false],
  [{ hasProvider: false }, 'Find a provider', true],
  [{ hasProvider: false, isOverdue: true }, 'Find a provider', true],
  [{ hasTime: false }, 'Confirm the time', true],
  [{ icon: 'accepted', hasTime: false }, 'Confirm the time', true],
  [{ icon: 'accepted', hasProvider: false }, 'Nothing to do', false],
  [{ icon: 'accepted' }, 'Nothing to do', false],
  [{ icon: 'booked', hasTime: false }, 'Nothing to do', false],
  [{ icon: 'under-way', hasTime: false }, 'Nothing to do', false],
  [{ icon: 'under-way', hasTime: false, hasNoMovement: true }, 'Ask how it stands', true],
  [{ icon: 'accepted', hasNoMovement: true, isOverdue: true }, 'Ask why it is late', true],
  [{ icon: 'accepted', hasNoMovement: true, isProhibited: true }, 'Nothing to do', false],
  [{ waited: 'just now' }, 'Waiting for the provider', false],
  [{ waited: 'today' }, 'Waiting for the provider since today', false],
  [{ isOverdue: true }, 'Ask why it is late', true],
  [{ icon: 'under-way', isOverdue: true }, 'Ask why it is late', true],
  [{ icon: 'question' }, 'Answer the question', true],
  [{ icon: 'question', isOverdue: true }, 'Answer the question', true],
  [{ icon: 'declined' }, 'Choose another provider', true],
  [{ icon: 'draft', hasProvider: false }, 'Finish the draft', true],
  [{ icon: 'hold' }, 'Decide whether to resume', true],
  [{ icon: 'unknown' }, 'Check it in the EHR', true],
  [{ icon: 'done', isOpen: false }, 'Nothing to do', false],
  [{ icon: 'cancelled', isOpen: false, hasProvider: false }, 'Nothing to do', false],
  [{ isProhibited: true, hasProvider: false }, 'Nothing to do', false],
])('%j: "%s"', ([change, text, isAction]) => {
  expect(nextStep({ ...usual, ...change })).toEqual({ text, isAction });
});

const now = new Date('2026-11-22T14:00:00Z');
const daysAgo = (days: number) => now.getTime() - days * 86_400_000;
const still = {
  isOpen: true,
  isProhibited: false,
  icon: 'sent',
  service: 'Wound care',
  category: undefined as string | undefined,
  movedMs: daysAgo(8) as number | undefined,
};

test.for<[string, Partial<typeof still>, number | undefined]>([
  ['eight days of another service', {}, 8],
  ['seven days', { movedMs: daysAgo(7) }, 7],
  ['a minute less than seven days', { movedMs: daysAgo(7) + 60_000 }, undefined],
  ['three days of transport', { service: 'Wheelchair van to dialysis', movedMs: daysAgo(3) }, 3],
  ['transport by category', { service: 'Dialysis', category: 'Transportation', movedMs: daysAgo(4) }, 4],
  ['two days of transport', { service: 'Ambulance', movedMs: daysAgo(2) }, undefined],
  ['a word that only contains one', { service: 'Bride care', movedMs: daysAgo(4) }, undefined],
  ['no date', { movedMs: undefined }, undefined],
  ['a closed one', { isOpen: false }, undefined],
  ['what must not be done', { isProhibited: true }, undefined],
  ['a draft', { icon: 'draft' }, undefined],
  ['a booked one', { icon: 'booked' }, undefined],
  ['one on hold', { icon: 'hold' }, 8],
])('no movement: %s', ([, change, days]) => {
  expect(daysWithoutMovement({ ...still, ...change }, { transport: 3, other: 7 }, now)).toBe(days);
});
