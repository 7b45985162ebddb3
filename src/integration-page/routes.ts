/** Settings > Integrations > SMART on FHIR: an administrator's own connection, or the one an operator names. */
import { type RequestHandler, Router } from 'express';
import type { AcceptedSettings } from '#src/checks/rows/result.ts';
import { readFhirUrl, type SaveOptions } from '#src/checks/save.ts';
import { AppError } from '#src/errors.ts';
import { fieldOf } from '#src/http/form-body.ts';
import { createCheckLimit, createKeyProofLimit, createReportLimit } from '#src/http/limits/settings-limit.ts';
import { factsOf } from '#src/http/request-log.ts';
import { queryOf } from '#src/http/request-values.ts';
import { adminCsrfToken, adminOf } from '#src/http/sessions/admin-session.ts';
import { wantsJson } from '#src/http/sessions/after-post.ts';
import { editOrganization } from '#src/organizations/edit.ts';
import { integrationChoice } from '#views/integration-page/integration-page.ts';
import { advancedChanges, refusedForm, typedAdvanced } from './form.ts';
import { usePreset } from './preset-route.ts';
import { forgetLearnedScopes, previewScopes } from './scope-routes.ts';
import { beginChecks, saverOf } from './stream.ts';
import {
  done,
  type IntegrationDependencies,
  keyProof,
  leadToPage,
  refused,
  report,
  type Step,
  showPage,
} from './tools.ts';

/** Mount at /settings/integrations/smart-on-fhir behind requireSignIn, which also checks the forms. */
export function integrationRoutes(dependencies: IntegrationDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const { redis } = dependencies;
  const checks = createCheckLimit(redis);
  const on = (step: Step): RequestHandler => withOrganization(dependencies, step);
  const onLimited = (step: Step): RequestHandler =>
    on(async (request, response, organization) => {
      await checks.take(organization.id);
      await step(request, response, organization);
    });
  router.get('/', chooseOrganization(dependencies), on(showPage(dependencies)));
  router.post('/', onLimited(saveUrl(dependencies)));
  router.post('/check', onLimited(checkAgain(dependencies)));
  router.post('/use-anyway', onLimited(useAnyway(dependencies)));
  router.post('/discard-draft', on(discardDraft(dependencies)));
  router.post('/accept', onLimited(accept(dependencies)));
  router.post('/advanced', on(saveAdvanced(dependencies)));
  router.post('/preview-scopes', on(previewScopes(dependencies)));
  router.post('/forget-scopes', on(forgetLearnedScopes(dependencies)));
  router.post('/use-preset', on(usePreset(dependencies)));
  router.post('/prove-key', on(keyProof(dependencies, createKeyProofLimit(redis))));
  router.post('/report', on(report(dependencies, createReportLimit(redis))));
  return router;
}

/** MT-01: an administrator's organization comes from the session; naming another one is refused and written down. */
export function withOrganization(
  { store, audit }: Pick<IntegrationDependencies, 'store' | 'audit'>,
  step: Step,
): RequestHandler {
  return async (request, response) => {
    const { role, userId, organizationId } = adminOf(request);
    const named = queryOf(request).get('organization');
    if (role === 'administrator' && named !== null && named !== organizationId) {
      const own = organizationId === undefined ? {} : { organizationId };
      const { supportCode } = factsOf(request);
      audit.record({
        event: 'denial',
        actor: { userId },
        ...own,
        supportCode,
        detail: { reason: 'another organization' },
      });
      throw new AppError('admin.forbidden', 'an administrator named another organization');
    }
    const id = role === 'operator' ? named : organizationId;
    const organization = id ? await store.find(id) : undefined;
    if (!organization) throw new AppError('settings.no-organization', 'no such organization');
    factsOf(request).organizationId = organization.id;
    await step(request, response, organization);
  };
}

function chooseOrganization({ store }: IntegrationDependencies): RequestHandler {
  return async (request, response, next) => {
    const identity = adminOf(request);
    if (identity.role !== 'operator' || queryOf(request).has('organization')) return next();
    const admin = { identity, csrfToken: adminCsrfToken(request) };
    response.type('html').send(integrationChoice(admin, await store.list()));
  };
}

function saveUrl(dependencies: IntegrationDependencies): Step {
  return (request, response, organization) =>
    askForChecks(dependencies, fieldOf(request, 'fhirUrl', 'url'), {})(request, response, organization);
}

/** What waits as a draft, else what is in use. */
function checkAgain(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const draft = await dependencies.store.findDraft(organization.id);
    await askForChecks(dependencies, draft?.fhirUrl ?? organization.fhirBaseUrl, {})(request, response, organization);
  };
}

function useAnyway(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const draft = await dependencies.store.findDraft(organization.id);
    const reason = fieldOf(request, 'reason', 'reason').trim();
    if (draft && reason !== '') {
      await askForChecks(dependencies, draft.fhirUrl, { useAnyway: reason })(request, response, organization);
      return;
    }
    const answer = draft
      ? refused(dependencies, 400, { reasonProblem: 'Say why; it is kept in the audit trail.' })
      : refused(dependencies, 409, { problem: 'There is no draft any more.' });
    await answer(request, response, organization);
  };
}

function discardDraft(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    await dependencies.store.saveDraft(organization.id, undefined);
    await done(dependencies, 'The draft was dropped.')(request, response, organization);
  };
}

/** A suggestion of the run on record, by its place: values come from our own checks, never from the form. */
function accept(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const [runId = '', index = ''] = fieldOf(request, 'suggestion', 'id').split('.');
    const latest = await dependencies.checksStore.latest(organization.id);
    const suggestion = latest?.id === runId ? latest.summary.suggestions[Number(index)] : undefined;
    if (!latest || !suggestion) {
      const problem = 'The checks have run again since; look at the newest suggestions.';
      return refused(dependencies, 409, { problem })(request, response, organization);
    }
    const accepted: AcceptedSettings = { [suggestion.setting]: suggestion.value };
    await askForChecks(dependencies, latest.fhirUrl, { accept: accepted })(request, response, organization);
  };
}

/** The run begins with the page that shows it, and that page begins it once. */
function askForChecks(dependencies: IntegrationDependencies, typed: string, options: SaveOptions): Step {
  return async (request, response, organization) => {
    const read = readFhirUrl(dependencies, organization, typed);
    if (!read.ok) {
      const field = { value: read.kept, problem: read.problem };
      return refused(dependencies, 400, { field })(request, response, organization);
    }
    const run = { url: read.url, told: read.told, options };
    if (wantsJson(request)) return beginChecks(dependencies, request, response, organization, run);
    await leadToPage(dependencies, { kind: 'run', shown: { run } })(request, response, organization);
  };
}

const SAVED = 'Advanced settings saved. Check again to see the connection with them.';
const SAVED_AND_ENDED =
  'Advanced settings saved. What the app trusts about the EHR has changed, so launches under way have ended. Check again.';

function saveAdvanced(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const typed = typedAdvanced((name, kind) => fieldOf(request, name, kind));
    const changes = advancedChanges(typed, organization);
    const { name: _name, ...by } = saverOf(request);
    const result = await editOrganization(dependencies, organization.id, changes, by);
    if (result.ok) {
      const ended = result.before?.connectionVersion !== result.after.connectionVersion;
      return done(dependencies, ended ? SAVED_AND_ENDED : SAVED)(request, response, organization);
    }
    const advanced = refusedForm(typed, result.problems);
    await refused(dependencies, 400, { advanced })(request, response, organization);
  };
}
