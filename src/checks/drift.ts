/** Finds what has changed at an EHR since its last good run. */
import { shown } from '#src/checks/rows/definition.ts';
import { EXPIRES_SOON_DAYS } from '#src/checks/rows/network.ts';
import type { ConnectionState } from '#src/checks/rows/result.ts';

export interface Difference {
  part: 'configuration' | 'keys' | 'capability' | 'certificate';
  field: string;
  before: string;
  after: string;
  /** `info` for changes that a healthy EHR makes too, such as new keys and certificates. */
  severity: 'warning' | 'info';
}

const LONGEST = 200;
const EXPIRES_SOON_MS = EXPIRES_SOON_DAYS * 86_400_000;

/** Compares two runs. What one run could not read is not compared: the rows of that run already say so. */
export function differencesBetween(before: ConnectionState, after: ConnectionState, now: Date): Difference[] {
  return [
    ...memberDifferences('configuration', before.configuration, after.configuration),
    ...keyDifferences(before.keys, after.keys),
    ...memberDifferences('capability', before.capability, after.capability),
    ...certificateDifferences(before.certificate, after.certificate, now),
  ];
}

type Members = Readonly<Record<string, string | string[]>>;

function memberDifferences(
  part: 'configuration' | 'capability',
  before: Members | undefined,
  after: Members | undefined,
): Difference[] {
  if (!before || !after) return [];
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].toSorted().flatMap((field) => {
    const [old, now] = [textOf(before[field]), textOf(after[field])];
    return old === now ? [] : [differenceOf(part, field, old, now, 'warning')];
  });
}

/** EHRs rotate their keys, so new keys are only `info`. A set without a usable key fails its row. */
function keyDifferences(before: string[] | undefined, after: string[] | undefined): Difference[] {
  if (!before || !after || textOf(before) === textOf(after)) return [];
  return [differenceOf('keys', 'kid', textOf(before), textOf(after), 'info')];
}

function certificateDifferences(
  before: ConnectionState['certificate'],
  after: ConnectionState['certificate'],
  now: Date,
): Difference[] {
  if (!before || !after) return [];
  const change = { part: 'certificate' as const, field: 'expiresAt', before: before.expiresAt, after: after.expiresAt };
  if (Date.parse(after.expiresAt) - now.getTime() < EXPIRES_SOON_MS) return [{ ...change, severity: 'warning' }];
  return before.fingerprint === after.fingerprint ? [] : [{ ...change, severity: 'info' }];
}

function textOf(value: string | string[] | undefined): string {
  return value === undefined ? '' : [value].flat().join(', ');
}

/** Whole texts are compared; what is shown of them is one short line without invisible characters. */
function differenceOf(
  part: Difference['part'],
  field: string,
  before: string,
  after: string,
  severity: Difference['severity'],
): Difference {
  return { part, field: shown(field, LONGEST), before: shown(before, LONGEST), after: shown(after, LONGEST), severity };
}
