/** Stores reports for EHR teams: redacted copies, each behind a link that cannot be guessed, for two weeks. */
import { hash, randomBytes } from 'node:crypto';
import { and, desc, eq, gt, lt } from 'drizzle-orm';
import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { Queries } from '#src/adapters/database/index.ts';
import { instant } from '#src/adapters/database/statements.ts';
import { REPORTS_KEPT } from '#views/kept-for.ts';

export type ReportKind = 'launch' | 'checks' | 'register';

export const sharedReports = pgTable(
  'shared_reports',
  {
    /** SHA-256 of the link's token: a reader of the table cannot open a report. */
    tokenHash: text('token_hash').primaryKey(),
    kind: text('kind').$type<ReportKind>().notNull(),
    organizationId: text('organization_id'),
    createdAt: instant('created_at').notNull(),
    expiresAt: instant('expires_at').notNull(),
    content: jsonb('content').notNull(),
  },
  (table) => [index('shared_reports_by_expiry').on(table.expiresAt)],
);

type Owned = Pick<typeof sharedReports.$inferSelect, 'kind' | 'organizationId'>;

export interface SharedReport<Content> {
  createdAt: Date;
  expiresAt: Date;
  content: Content;
}

const hashOf = (token: string) => hash('sha256', token, 'base64url');

/** Stores a copy, so that the report does not change. The token of its link has 256 random bits. */
export async function saveReport(db: Queries, report: Owned & { content: unknown }, now: Date) {
  const token = randomBytes(32).toString('base64url');
  const expiresAt = new Date(now.getTime() + REPORTS_KEPT.ms);
  await db.insert(sharedReports).values({ ...report, tokenHash: hashOf(token), createdAt: now, expiresAt });
  return { token, expiresAt };
}

/** @param token from the URL, untrusted. @returns undefined when unknown, expired or of another kind. */
export async function findReport<Content>(db: Queries, kind: ReportKind, token: string, now: Date) {
  const { createdAt, expiresAt, content, tokenHash } = sharedReports;
  const [found] = await db
    .select({ createdAt, expiresAt, content })
    .from(sharedReports)
    .where(and(eq(tokenHash, hashOf(token)), eq(sharedReports.kind, kind), gt(expiresAt, now)));
  return found as SharedReport<Content> | undefined;
}

const MOST_LISTED = 50;

/** The reports of one kind that can still be opened, newest first. Their links are not stored. */
export function listReports(db: Queries, { kind, organizationId }: Owned, now: Date) {
  const { tokenHash: id, createdAt, expiresAt } = sharedReports;
  return db
    .select({ id, createdAt, expiresAt })
    .from(sharedReports)
    .where(and(ofOrganization(kind, organizationId), gt(expiresAt, now)))
    .orderBy(desc(createdAt))
    .limit(MOST_LISTED);
}

/** Invalidates the link. @param id of {@link listReports}. @returns whether the report existed. */
export async function revokeReport(db: Queries, { kind, organizationId, id }: Owned & { id: string }) {
  const { tokenHash } = sharedReports;
  const mine = and(ofOrganization(kind, organizationId), eq(tokenHash, id));
  return (await db.delete(sharedReports).where(mine).returning({ tokenHash })).length > 0;
}

function ofOrganization(kind: ReportKind, organizationId: string | null) {
  return and(eq(sharedReports.kind, kind), eq(sharedReports.organizationId, organizationId ?? ''));
}

/** @returns how many were deleted. */
export async function deleteExpiredReports(db: Queries, now: Date): Promise<number> {
  const { expiresAt, tokenHash } = sharedReports;
  return (await db.delete(sharedReports).where(lt(expiresAt, now)).returning({ tokenHash })).length;
}
