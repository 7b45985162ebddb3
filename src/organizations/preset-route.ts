/** Taking up the preset that the FHIR URL suggests: one press, and only what we suggest ourselves. */
import { fieldOf } from '#src/http/form-body.ts';
import { editOrganization } from './edit-organization.ts';
import { suggestionFor } from './preset-view.ts';
import { type IntegrationDependencies, type Step, saverOf, showPage } from './settings-tools.ts';
import { integrationUrl } from './settings-view.ts';

/** The form names the vendor it was shown for, so that a press on an old page does not choose another one. */
export function usePreset(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const draft = await dependencies.store.findDraft(organization.id);
    const suggestion = suggestionFor(organization, draft?.fhirUrl);
    if (!suggestion || suggestion.vendor !== fieldOf(request, 'vendor', 'choice')) {
      response.status(409);
      const problem = 'The vendor or the FHIR URL has changed since; look at the suggestion again.';
      return showPage(dependencies, { problem })(request, response, organization);
    }
    const { name: _name, ...by } = saverOf(request);
    const result = await editOrganization(dependencies, organization.id, { vendor: suggestion.vendor }, by);
    if (result.ok) return response.redirect(303, integrationUrl(request, organization.id, '', 'done=preset'));
    response.status(409);
    const problem = result.problems.map(({ field, message }) => `${field} ${message}`).join('; ');
    await showPage(dependencies, { problem: `The preset was not taken up: ${problem}.` })(
      request,
      response,
      organization,
    );
  };
}
