/** Settings > Audit: who did what, with filters, and for operators whose chart it was. */
import { Router } from 'express';
import { visibleOrganization } from '#src/http/sessions/visible-organization.ts';
import { readAuditFilter } from './audit-filter.ts';
import { type AuditRouteDependencies, actorIn, namesOf, pageZone, showAudit } from './audit-page-view.ts';
import { accountForPatient, operatorsOnly, type Posted, revealPatient, showLook } from './patient-access.ts';

/**
 * Mount at /settings/audit behind requireSignIn, which also checks the forms. Administrators read what happened in
 * their organization; patients are for operators alone, and looking is an event itself.
 */
export function settingsAuditRoutes(deps: AuditRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', async (request, response) => {
    const { shown, isSecretGone: isLookGone } = await deps.afterPost.read<Posted>(request);
    const { look, refused } = shown;
    if (look) return void response.type('html').send(await showLook(deps, request, look));
    const names = await namesOf(deps);
    const organizationId = visibleOrganization(request);
    const timeZone = await pageZone(deps, organizationId);
    const { filter, typed } = readAuditFilter(request, organizationId, actorIn(names), timeZone);
    const page = await showAudit(deps, request, { filter, typed, timeZone, names, refused, isLookGone });
    response.type('html').send(page);
  });
  router.post('/patient', operatorsOnly, accountForPatient(deps));
  router.post('/:id/patient', operatorsOnly, revealPatient(deps));
  return router;
}
