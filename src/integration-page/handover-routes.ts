/** Settings, "Send to your EHR team": makes and revokes links to the registration pages. A link works for a time. */
import { type Request, type RequestHandler, type Response, Router } from 'express';
import { dayIn } from '#src/adapters/time-zone.ts';
import type { Adapters } from '#src/adapters.ts';
import type { Audit } from '#src/audit/audit.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { createSettingsLimit } from '#src/http/limits/settings-limit.ts';
import { queryOf } from '#src/http/request-values.ts';
import type { AfterPost } from '#src/http/sessions/after-post.ts';
import { ask } from '#src/http/sessions/confirm.ts';
import { actorOf, pageAdminOf } from '#src/http/sessions/signed-in-user.ts';
import type { Organization } from '#src/organizations/organization.ts';
import type { OrganizationStore } from '#src/organizations/store.ts';
import { listReports, revokeReport, saveReport } from '#src/reports/store.ts';
import { vendorNames } from '#src/settings/vendor-names.ts';
import { instantText } from '#views/date-text.ts';
import { type HandoverPageProps, handoverPage } from '#views/guide/handover-page.ts';
import { type Step, withOrganization } from './own-organization.ts';
import { type RegisterConfig, registerSheetProps, sharedRegister } from './sheet-for-ehr-team.ts';

export interface HandoverDependencies extends Pick<Adapters, 'clock' | 'db' | 'redis'> {
  config: RegisterConfig;
  store: Pick<OrganizationStore, 'find'>;
  audit: Audit;
  afterPost: AfterPost;
}

type Posted = Pick<HandoverPageProps, 'link' | 'done'>;

/** Mount at /settings/handover behind requireSignIn, which also checks the forms. */
export function handoverRoutes(deps: HandoverDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const limit = createSettingsLimit(deps.redis, 'reports');
  const on = (step: Step): RequestHandler => withOrganization(deps, step);
  const answer = (request: Request, response: Response, { id }: Organization, shown: Posted) => {
    const kind = shown.link ? ({ kind: 'secret', status: 200 } as const) : ({ kind: 'done' } as const);
    return deps.afterPost.answer(request, response, pageOf(id), { ...kind, shown });
  };

  router.get(
    '/',
    on(async (request, response, organization) => {
      const { shown, isSecretGone } = await deps.afterPost.read<Posted>(request);
      const { id, name, timeZone, vendor } = organization;
      const links = await listReports(deps.db, { kind: sharedRegister.kind, organizationId: id }, deps.clock());
      const place = { organization: { id, name }, preset: vendorNames[vendor], page: pageOf(id) };
      const props = { ...place, timeZone, links, isLinkGone: isSecretGone };
      response.type('html').send(handoverPage({ admin: pageAdminOf(request), ...props, ...shown }));
    }),
  );

  router.post(
    '/',
    on(async (request, response, organization) => {
      await limit.take(organization.id);
      const content = registerSheetProps(deps.config, organization, organization.vendor, deps.clock());
      const shared = { kind: sharedRegister.kind, organizationId: organization.id, content };
      const { token, expiresAt } = await saveReport(deps.db, shared, deps.clock());
      const detail = { what: 'register', expiresAt: expiresAt.toISOString() };
      deps.audit.record({ event: 'report-made', organizationId: organization.id, ...actorOf(request), detail });
      const url = new URL(`${sharedRegister.path}/${token}`, deps.config.publicUrl).href;
      const link = { url, expiresOn: dayIn(expiresAt, organization.timeZone) };
      await answer(request, response, organization, { link });
    }),
  );

  router.get(
    '/revoke',
    on(async (request, response, { id, timeZone }) => {
      const link = queryOf(request).get('link') ?? '';
      const links = await listReports(deps.db, { kind: sharedRegister.kind, organizationId: id }, deps.clock());
      const found = links.find((one) => one.id === link);
      if (!found) throw new AppError('request.not-found', 'no such link');
      const subject = `of ${instantText(found.createdAt, timeZone)}`;
      ask(request, response, { ...REVOKE, current: 'integration', subject, backHref: pageOf(id) }, { link });
    }),
  );

  router.post(
    '/revoke',
    on(async (request, response, organization) => {
      const report = { kind: sharedRegister.kind, organizationId: organization.id, id: fieldOf(request, 'link', 'id') };
      if (await revokeReport(deps.db, report)) {
        const detail = { what: 'register' };
        deps.audit.record({ event: 'report-revoked', organizationId: organization.id, ...actorOf(request), detail });
      }
      await answer(request, response, organization, { done: 'Revoked. The link no longer works.' });
    }),
  );
  return router;
}

const REVOKE = {
  question: 'Revoke the link',
  effect: 'The link shows an error page from now on. A new link has another address, so you have to send the new one.',
  button: 'Revoke',
} as const;

function pageOf(organizationId: string): string {
  return `/settings/handover?${new URLSearchParams({ organization: organizationId })}`;
}
