/** The scopes in the settings: previewed without saving, and those that the EHR accepted saved. */
import { fieldOf } from '#src/http/form-body.ts';
import { editOrganization, settingsOf } from '#src/organizations/edit.ts';
import { parseSettings } from '#src/organizations/organization.ts';
import { advancedChanges, refusedForm, typedAdvanced } from './form.ts';
import { saverOf } from './stream.ts';
import { done, type IntegrationDependencies, leadToPage, refused, type Step } from './tools.ts';

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

/** The form names the scopes it was shown with, so that a press on an old page does not choose others. */
export function useScopes(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const { accepted: scopes } = (await dependencies.acceptedScopes(organization.id)) ?? {};
    if (scopes === undefined || scopes !== fieldOf(request, 'scopes', 'setting')) {
      const problem = 'A newer launch has asked for other scopes. Check the scopes shown now.';
      return refused(dependencies, 409, { problem })(request, response, organization);
    }
    const { name: _name, ...by } = saverOf(request);
    const result = await editOrganization(dependencies, organization.id, { scopes }, by);
    if (result.ok) return done(dependencies, 'Launches ask for these scopes now.')(request, response, organization);
    const problem = `The scopes were not saved: ${result.problems.map(({ message }) => message).join('; ')}.`;
    await refused(dependencies, 409, { problem })(request, response, organization);
  };
}
