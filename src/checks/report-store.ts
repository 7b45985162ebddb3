/** Reports of checks that were sent to an EHR team: a copy of one run behind a link nobody can guess, for two weeks. */
import { createHash, randomBytes } from 'node:crypto';
import { and, eq, gt, lt } from 'drizzle-orm';
import { jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import type { RegistrationSheet } from '#src/organizations/registration.ts';
import type { CheckReport } from './report.ts';

/** What the page and the JSON show. */
export interface SharedReport extends CheckReport {
  registration: RegistrationSheet;
}

export const checkReports = pgTable('check_reports', {
  /** SHA-256 of the link's token: who reads the table cannot open a report. */
  tokenHash: text('token_hash').primaryKey(),
  organizationId: text('organization_id').notNull(),
  createdAt: timestamp('created_at', { withTimezone: true, precision: 3 }).notNull(),
  expiresAt: timestamp('expires_at', { withTimezone: true, precision: 3 }).notNull(),
  report: jsonb('report').$type<SharedReport>().notNull(),
});

const LIFETIME_MS = 14 * 86_400_000;

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** Keeps a copy, so that the report says tomorrow what it says today, and drops expired ones. @returns 256 random bits. */
export async function saveCheckReport(
  db: Queries,
  report: SharedReport,
  now: Date,
): Promise<{ token: string; expiresAt: Date }> {
  await db.delete(checkReports).where(lt(checkReports.expiresAt, now));
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + LIFETIME_MS);
  const organizationId = report.organization.id;
  await db.insert(checkReports).values({ tokenHash: hashOf(token), organizationId, createdAt: now, expiresAt, report });
  return { token, expiresAt };
}

/** @param token from the URL, untrusted. @returns undefined when unknown or expired. */
export async function findCheckReport(
  db: Queries,
  token: string,
  now: Date,
): Promise<{ report: SharedReport; expiresAt: Date } | undefined> {
  const { report, expiresAt, tokenHash } = checkReports;
  const [found] = await db
    .select({ report, expiresAt })
    .from(checkReports)
    .where(and(eq(tokenHash, hashOf(token)), gt(expiresAt, now)));
  return found;
}
