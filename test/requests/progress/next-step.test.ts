import { expect, test } from 'vitest';
import { daysWithoutMovement } from '#src/requests/progress/movement.ts';
import { ifDied, nextStep } from '#src/requests/progress/next-step.ts';

const usual = {
  icon: 'ordered',
  isOpen: true,
  isOverdue: false,
  isProhibited: false,
  hasProvider: true,
  isUnheard: false,
  hasTime: true,
  hasOpenOlder: false,
  hasNoMovement: false,
  hasWords: false,
  isContradicted: false,
  isSoon: false,
  waited: '3 d',
};

const DIED = 'The patient has died: decide whether it is still needed';
const row = (text: string, change: object = {}) => ({
  service: 'Walker',
  status: { group: 'open' },
  next: { text, isAction: false },
  ...change,
});

test.for<[change: Partial<typeof usual> | { waited: undefined }, text: string, isAction: boolean]>([
  [{}, 'Waiting for the provider for 3 days', false],
  [{ waited: '1 d' }, 'Waiting for the provider for 1 day', false],
  [{ waited: '7 h' }, 'Waiting for the provider for 7 hours', false],
  [{ waited: '5 months' }, 'Waiting for the provider for 5 months', false],
  [{ waited: 'today' }, 'Waiting for the provider since today', false],
  [{ waited: undefined }, 'Waiting for the provider', false],
  [{ icon: 'sent' }, 'Waiting for the provider for 3 days', false],
  [{ icon: 'received' }, 'Waiting for the provider for 3 days', false],
  [{ icon: 'sent', isSoon: true }, 'Ask for an answer', true],
  [{ icon: 'received', isSoon: true }, 'Ask for an answer', true],
  [{ icon: 'accepted', isSoon: true }, 'Nothing to do', false],
  [{ icon: 'sent', isSoon: true, isOverdue: true }, 'Ask why it is late', true],
  [{ isSoon: true }, 'Due soon, no reply seen', false],
  [{ isSoon: true, isUnheard: true }, 'Due soon, replies not read', false],
  [{ icon: 'sent', isSoon: true, isUnheard: true }, 'Ask for an answer', true],
  [{ hasProvider: false }, 'Find a provider', true],
  [{ hasProvider: false, isUnheard: true }, 'Check who has it', true],
  [{ isUnheard: true }, 'Waiting for the provider for 3 days', false],
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
  [{ icon: 'hold', hasWords: true }, 'Read why it is on hold', true],
  [{ icon: 'hold', hasWords: true, isContradicted: true }, 'Check it in the EHR', true],
  [{ icon: 'unknown' }, 'Check it in the EHR', true],
  [{ icon: 'done', isOpen: false }, 'Nothing to do', false],
  [{ icon: 'cancelled', isOpen: false, hasProvider: false }, 'Nothing to do', false],
  [{ isProhibited: true, hasProvider: false }, 'Nothing to do', false],
  [{ hasOpenOlder: true }, 'Cancel the older request', true],
  [{ hasOpenOlder: true, icon: 'hold' }, 'Check which request counts', true],
])('%j: "%s"', ([change, text, isAction]) => {
  expect(nextStep({ ...usual, ...change })).toEqual({ text, isAction });
});

const still = {
  isWaiting: true,
  icon: 'sent',
  service: 'Wound care',
  category: undefined as string | undefined,
  days: 8 as number | undefined,
};

test.for<[string, Partial<typeof still>, number | undefined]>([
  ['eight days of another service', {}, 8],
  ['seven days', { days: 7 }, 7],
  ['six days', { days: 6 }, undefined],
  ['three days of transport', { service: 'Wheelchair van to dialysis', days: 3 }, 3],
  ['transport by category', { service: 'Dialysis', category: 'Transportation', days: 4 }, 4],
  ['two days of transport', { service: 'Ambulance', days: 2 }, undefined],
  ['a word that only contains one', { service: 'Bride care', days: 4 }, undefined],
  ['no date', { days: undefined }, undefined],
  ['one that waits for no provider', { isWaiting: false }, undefined],
  ['a draft', { icon: 'draft' }, undefined],
  ['a booked one', { icon: 'booked' }, undefined],
  ['one on hold', { icon: 'hold' }, 8],
])('no movement: %s', ([, change, days]) => {
  expect(daysWithoutMovement({ ...still, ...change }, { transport: 3, other: 7 })).toBe(days);
});

test.for<[string, Parameters<typeof ifDied>[0], died: string | undefined, text: string]>([
  ['waits', row('Waiting for the provider'), 'Died', DIED],
  ['is asked for', row('Find a provider'), 'Died 1 Mar 2026', DIED],
  ['needs nothing', row('Nothing to do'), 'Died', DIED],
  ['has to be checked', row('Check it in the EHR'), 'Died', 'Check it in the EHR'],
  ['must not be done', row('Nothing to do', { isProhibited: true }), 'Died', 'Nothing to do'],
  ['is closed', row('Nothing to do', { status: { group: 'closed' } }), 'Died', 'Nothing to do'],
  ['has to be cancelled anyway', row('Cancel this request'), 'Died', 'Cancel this request'],
  ...[
    ...['Autopsy', 'Post-mortem CT', 'Decedent transport', 'Transport of body to funeral home: body transport'],
    ...[
      'Bereavement support',
      'Tissue donation referral',
      'Obduktion',
      'Überführung Leichenhalle',
      'Vervoer overledene',
    ],
    ...['Transport du défunt', 'Transporte a funeraria', 'Transport av avdød', 'Rättsmedicinsk obduktion'],
  ].map((service): [string, Parameters<typeof ifDied>[0], string, string] => [
    `is ordered because of it: ${service}`,
    row('Find a provider', { service }),
    'Died',
    'Find a provider',
  ]),
  ...['Body composition', 'Donor heart follow-up', 'Post-op visit', 'Leibbinde', 'Full body scan', 'Mortar'].map(
    (service): [string, Parameters<typeof ifDied>[0], string, string] => [
      `is for a living patient: ${service}`,
      row('Find a provider', { service }),
      'Died',
      DIED,
    ],
  ),
  ['is of a patient who lives', row('Find a provider'), undefined, 'Find a provider'],
])('after a death, the step of a request that %s', ([, given, died, text]) => {
  expect(ifDied(given, died).next.text).toBe(text);
});
