/** The time zone of a page of Settings. */
import { expect, test } from 'vitest';
import { serverTimeZone } from '#src/adapters/time-zone.ts';
import { timeZoneOf } from '#src/http/sessions/visible-organization.ts';

const [boston, salem, berlin] = [
  { id: 'boston', timeZone: 'America/New_York' },
  { id: 'salem', timeZone: 'America/New_York' },
  { id: 'berlin', timeZone: 'Europe/Berlin' },
];

test.for([
  ['of its organization', [boston, berlin], 'berlin', 'Europe/Berlin'],
  ['that all organizations share', [boston, salem], undefined, 'America/New_York'],
  ['of the server, where they differ', [boston, berlin], undefined, serverTimeZone],
  ['of the server, where there is none', [], undefined, serverTimeZone],
] as const)('a page is in the time zone %s', ([, organizations, chosen, zone]) => {
  expect(timeZoneOf(organizations, chosen)).toBe(zone);
});
