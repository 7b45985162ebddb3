/** Renders the clinicians' page of one organization, with its sealed rows opened. */
import type { Request } from 'express';
import { queryOf } from '#src/http/request-values.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import { organizationUrl } from '#src/http/sessions/visible-organization.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationDirectory } from '#src/organizations/organization-directory.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import type { ClinicianRowProps, CliniciansPageProps, WaitingRowProps } from '#views/settings/clinicians-page.ts';
import { cliniciansPage } from '#views/settings/clinicians-page.ts';
import type { CliniciansDependencies } from './clinician.ts';
import { openName } from './clinician-details.ts';
import { type ClinicianEntry, cliniciansOf, type IdentityRow } from './clinician-store.ts';
import { identitiesOf } from './identity-store.ts';
import { personOf, unconfirmedPersonOf } from './people-search.ts';

export interface CliniciansPageDependencies extends CliniciansDependencies {
  afterPost: AfterPost;
  store: OrganizationStore;
  directory: Pick<OrganizationDirectory, 'refresh'>;
}

export type Posted = Pick<CliniciansPageProps, 'issued' | 'problem' | 'nameProblem' | 'typedName'>;

export const CLINICIANS = '/settings/clinicians';
const ADVANCED = '/settings/integrations/smart-on-fhir/advanced';
const PAGE_SIZE = 100;
const MOST_WAITING = 100;
const CONFLICT_SHOWN_MS = 30 * 24 * 60 * 60_000;
/** The clinicians offered when confirming; further ones in the list are not offered. */
const MOST_CHOICES = 500;

/** The address of the page or of one of its forms. */
export function cliniciansUrl(request: Request, organizationId: string, step = '', more = {}): string {
  return organizationUrl(request, `${CLINICIANS}${step}`, organizationId, more);
}

export async function showClinicians(deps: CliniciansPageDependencies, request: Request, organization: Organization) {
  const { db, afterPost } = deps;
  const { id } = organization;
  const page = Math.max(1, Math.trunc(Number(queryOf(request).get('page'))) || 1);
  const offset = (Math.min(page, 10_000) - 1) * PAGE_SIZE;
  const clinicians = cliniciansOf(db, id);
  const [entries, total, unconfirmed] = await Promise.all([
    clinicians.list({ limit: PAGE_SIZE, offset }),
    clinicians.count(),
    identitiesOf(db, id).listUnconfirmed(MOST_WAITING),
  ]);
  const [rows, waiting] = await Promise.all([
    Promise.all(entries.map((entry) => clinicianRow(deps, entry))),
    Promise.all(unconfirmed.map((row) => waitingRow(deps, row))),
  ]);
  const choices = waiting.length === 0 ? [] : await choicesOf(deps, id);
  const { shown, isSecretGone } = await afterPost.read<Posted>(request);
  const { issued } = shown;
  const issuedTo = issued?.name ?? rows.find((row) => row.id === issued?.clinicianId)?.name;
  return cliniciansPage({
    admin: pageAdminOf(request),
    organization: { id, name: organization.name, timeZone: organization.timeZone },
    mode: organization.userAssociation,
    actionOf: (step) => cliniciansUrl(request, id, step),
    settingsUrl: organizationUrl(request, ADVANCED, id, { q: 'First launch of an EHR user' }),
    rows,
    total,
    waiting,
    choices,
    newerHref: page > 1 ? cliniciansUrl(request, id, '', { page: `${page - 1}` }) : undefined,
    olderHref: offset + rows.length < total ? cliniciansUrl(request, id, '', { page: `${page + 1}` }) : undefined,
    isCodeGone: isSecretGone,
    ...shown,
    issued: issued && { ...issued, name: issuedTo },
  });
}

async function clinicianRow(deps: CliniciansPageDependencies, entry: ClinicianEntry): Promise<ClinicianRowProps> {
  const { clinician, identity } = entry;
  const { name, ehrName, role } = await personOf(deps.sealer, entry);
  const { codeExpiresAt, codeUsedAt, conflictAt } = clinician;
  const now = deps.clock();
  const isCodeOpen = !identity && codeExpiresAt !== null && codeUsedAt === null;
  return {
    id: clinician.id,
    name,
    ehrName,
    role,
    isLinked: identity !== null,
    linkedBy: identity?.linkedBy?.startsWith('user:') === true ? 'confirmation' : (identity?.linkedBy ?? undefined),
    isDisabled: clinician.disabledAt !== null,
    codeUntil: isCodeOpen && codeExpiresAt > now ? codeExpiresAt : undefined,
    isCodeExpired: isCodeOpen && codeExpiresAt <= now,
    // Shown for a month; the audit trail keeps it.
    conflictAt: conflictAt && now.getTime() - conflictAt.getTime() < CONFLICT_SHOWN_MS ? conflictAt : undefined,
    firstLaunchAt: identity?.firstSeenAt,
    lastLaunchAt: clinician.lastLaunchAt ?? undefined,
  };
}

async function waitingRow({ sealer }: CliniciansPageDependencies, row: IdentityRow): Promise<WaitingRowProps> {
  const { name, fhirUser } = await unconfirmedPersonOf(sealer, row);
  return {
    reference: row.reference ?? '',
    name,
    userType: fhirUser?.split('/')[0],
    isRefused: row.refusedAt !== null,
    since: row.firstSeenAt,
  };
}

async function choicesOf({ db, sealer }: CliniciansPageDependencies, organizationId: string) {
  const entries = await cliniciansOf(db, organizationId).list({ limit: MOST_CHOICES, offset: 0 });
  const choices = await Promise.all(
    entries.map(async ({ clinician, identity }) => ({
      id: clinician.id,
      name: (await openName(sealer, clinician)) ?? 'Name not known',
      isLinked: identity !== null,
    })),
  );
  return choices.toSorted((a, b) => Number(a.isLinked) - Number(b.isLinked) || a.name.localeCompare(b.name));
}
