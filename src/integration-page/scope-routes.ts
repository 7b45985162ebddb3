/** The scopes in the settings: explained beside their field, previewed without saving, and what was learned about them. */
import { fieldOf } from '#src/http/form-body.ts';
import { settingsOf } from '#src/organizations/edit.ts';
import { parseSettings } from '#src/organizations/organization.ts';
import { forgetScopes } from '#src/organizations/scope-learning.ts';
import { advancedChanges, refusedForm, typedAdvanced } from './form.ts';
import { saverOf } from './stream.ts';
import { done, type IntegrationDependencies, leadToPage, type Step } from './tools.ts';

/**
 * Shows what the typed form would ask for, with its problems, and saves nothing.
 *
 * Everything else that was typed stands in the form again.
 */
export function previewScopes(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const typed = typedAdvanced((name, kind) => fieldOf(request, name, kind));
    const parsed = parseSettings(
      { ...settingsOf(organization), ...advancedChanges(typed, organization), scopes: typed['scopes'] },
      dependencies.production,
      ['fhirBaseUrl', 'clientId'],
    );
    const problems = parsed.ok ? [] : parsed.problems.filter(({ field }) => field === 'scopes');
    const preview = { problems: problems.map(({ message }) => message) };
    const shown = { advanced: refusedForm(typed, problems), preview };
    await leadToPage(dependencies, { kind: 'form', status: 200, shown })(request, response, organization);
  };
}

/** What an administrator presses when the EHR has changed its mind. */
export function forgetLearnedScopes(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const { name: _name, ...by } = saverOf(request);
    await forgetScopes(dependencies, organization.id, by);
    await done(dependencies, 'Launches ask for the configured scopes again.')(request, response, organization);
  };
}
