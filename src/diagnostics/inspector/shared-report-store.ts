/** Reports that were sent to an EHR team: a copy of one redacted launch behind a link nobody can guess, for two weeks. */
import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, lt } from 'drizzle-orm';
import { index, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import type { Diagnosis } from './diagnosis.ts';

export const launchReports = pgTable(
  'launch_reports',
  {
    /** SHA-256 of the link's token: who reads the table cannot open a report. */
    tokenHash: text('token_hash').primaryKey(),
    organizationId: text('organization_id'),
    createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull(),
    expiresAt: timestamp('expires_at', { withTimezone: true, precision: 3 }).notNull(),
    diagnosis: jsonb('diagnosis').$type<Diagnosis>().notNull(),
  },
  (table) => [index('launch_reports_by_expiry').on(table.expiresAt)],
);

/** A report as its readers may have it. */
export interface LaunchReport {
  createdAt: Date;
  expiresAt: Date;
  diagnosis: Diagnosis;
}

const LIFETIME_MS = 14 * 24 * 60 * 60_000;
const hashOf = (token: string) => createHash('sha256').update(token).digest('base64url');

/** Keeps a copy, so that the report says tomorrow what it says today. The token of its link has 256 random bits. */
export async function saveReport(
  db: Queries,
  diagnosis: Diagnosis,
  now: Date,
): Promise<{ token: string; expiresAt: Date }> {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  const { organizationId } = diagnosis;
  await db
    .insert(launchReports)
    .values({ tokenHash: hashOf(token), organizationId, createdAt: now, expiresAt, diagnosis });
  return { token, expiresAt };
}

/** @param token from the URL, untrusted. @returns undefined when unknown or expired. */
export async function findReport(db: Queries, token: string, now: Date): Promise<LaunchReport | undefined> {
  const { tokenHash, createdAt, expiresAt, diagnosis } = launchReports;
  const [found] = await db
    .select({ createdAt, expiresAt, diagnosis })
    .from(launchReports)
    .where(and(eq(tokenHash, hashOf(token)), gt(expiresAt, now)));
  return found;
}

/** Returns how many there were. */
export async function deleteExpiredReports(db: Queries, now: Date): Promise<number> {
  const { expiresAt, tokenHash } = launchReports;
  const deleted = await db.delete(launchReports).where(lt(expiresAt, now)).returning({ tokenHash });
  return deleted.length;
}
