/** Decides which organization a Settings page is about: an administrator's own, or the one that an operator names. */
import type { Request, RequestHandler, Response } from 'express';
import type { Audit } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import { contextOf } from '#src/http/request-context.ts';
import { queryOf } from '#src/http/request-values.ts';
import { actorOf, adminOf } from '#src/http/sessions/signed-in-user.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';

export type Step = (request: Request, response: Response, organization: Organization) => Promise<void>;

/** MT-01: an administrator's organization comes from the session; naming another one is refused and recorded. */
export function withOrganization(
  { store, audit }: { store: Pick<OrganizationStore, 'find'>; audit: Audit },
  step: Step,
): RequestHandler {
  return async (request, response) => {
    const { role, organizationId } = adminOf(request);
    const named = queryOf(request).get('organization');
    if (role === 'administrator' && named !== null && named !== organizationId) {
      const own = organizationId === undefined ? {} : { organizationId };
      audit.record({ event: 'denial', ...actorOf(request), ...own, detail: { reason: 'another organization' } });
      throw new AppError('admin.forbidden', 'an administrator named another organization');
    }
    const id = role === 'operator' ? named : organizationId;
    const organization = id ? await store.find(id) : undefined;
    if (!organization) throw new AppError('settings.no-organization', 'no such organization');
    contextOf(request).facts.organizationId = organization.id;
    await step(request, response, organization);
  };
}
