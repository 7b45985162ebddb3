/** Settings > Audit: who did what, with filters, and for operators whose chart it was. */
import { Router } from 'express';
import { type AuditRouteDependencies, showAudit } from './audit-page-view.ts';
import { operatorsOnly, revealPatient } from './reveal-patient.ts';
import { findRoute, patientRoute, type SearchPage } from './search-routes.ts';

const PAGE: SearchPage = { path: '/settings/audit', fields: ['event', 'actor', 'code'] };

/**
 * Mount at /settings/audit behind requireSignIn, which also checks the forms. Administrators read their own
 * organization's events; only operators may look up patients, and each look is an event itself.
 */
export function settingsAuditRoutes(deps: AuditRouteDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  router.get('/', async (request, response) => {
    response.type('html').send(await showAudit(deps, request));
  });
  router.post('/find', findRoute(deps, PAGE));
  router.post('/patient', operatorsOnly, patientRoute(deps, PAGE, 'accesses to one patient'));
  router.post('/:id/patient', operatorsOnly, revealPatient(deps));
  return router;
}
