/** Settings > Integrations > SMART on FHIR: an administrator's own connection, or the one that an operator names. */
import { type RequestHandler, Router } from 'express';
import { createSettingsLimit } from '#src/http/limits/settings-limit.ts';
import { chooseOrganization } from '#src/http/sessions/visible-organization.ts';
import { acceptSuggestion, usePreset, useScopes } from './accept-routes.ts';
import { previewScopes, saveAdvanced, showAdvanced } from './advanced-routes.ts';
import {
  askToDiscard,
  checkAgain,
  discardDraft,
  saveFrame,
  saveUrl,
  showPage,
  useAnyway,
} from './connection-routes.ts';
import { INTEGRATION } from './page-props.ts';
import { type Handler, type IntegrationDependencies, visiting } from './page-visit.ts';
import { keyProof, report, showTools } from './tools-routes.ts';

const CHOICE = { title: 'Integrations > SMART on FHIR', current: 'integration', path: INTEGRATION } as const;

/** Mount at /settings/integrations/smart-on-fhir behind requireSignIn, which also checks the forms. */
export function integrationRoutes(dependencies: IntegrationDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { redis } = dependencies;
  const checks = createSettingsLimit(redis, 'checks');
  const on = visiting(dependencies);
  const onLimited = (handler: Handler): RequestHandler =>
    on(async (visit) => {
      await checks.take(visit.organization.id);
      await handler(visit);
    });
  router.get('/', chooseOrganization(dependencies.store, CHOICE), on(showPage));
  router.post('/', onLimited(saveUrl));
  router.post('/check', onLimited(checkAgain));
  router.post('/use-anyway', onLimited(useAnyway));
  router.get('/discard-draft', on(askToDiscard));
  router.post('/discard-draft', on(discardDraft));
  router.post('/accept', onLimited(acceptSuggestion));
  router.post('/frame', on(saveFrame));
  router.get('/advanced', on(showAdvanced));
  router.post('/advanced', on(saveAdvanced));
  router.post('/preview-scopes', on(previewScopes));
  router.post('/use-scopes', on(useScopes));
  router.post('/use-preset', on(usePreset));
  router.get('/tools', on(showTools));
  router.post('/prove-key', on(keyProof(createSettingsLimit(redis, 'key-proof'))));
  router.post('/report', on(report(createSettingsLimit(redis, 'reports'))));
  return router;
}
