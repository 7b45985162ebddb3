/** Taking up the preset that the FHIR URL suggests: one press, and only what we suggest ourselves. */
import { fieldOf } from '#src/http/form-body.ts';
import { editOrganization } from '#src/organizations/edit.ts';
import { suggestionFor } from '#src/vendors/view.ts';
import { saverOf } from './stream.ts';
import { done, type IntegrationDependencies, refused, type Step } from './tools.ts';

const TAKEN_UP = 'The preset is in use. Check again to see the connection with it.';

/** The form names the vendor it was shown for, so that a press on an old page does not choose another one. */
export function usePreset(dependencies: IntegrationDependencies): Step {
  return async (request, response, organization) => {
    const draft = await dependencies.store.findDraft(organization.id);
    const suggestion = suggestionFor(organization, draft?.fhirUrl);
    if (!suggestion || suggestion.vendor !== fieldOf(request, 'vendor', 'choice')) {
      const problem = 'The vendor or the FHIR URL has changed since; look at the suggestion again.';
      return refused(dependencies, 409, { problem })(request, response, organization);
    }
    const { name: _name, ...by } = saverOf(request);
    const result = await editOrganization(dependencies, organization.id, { vendor: suggestion.vendor }, by);
    if (result.ok) return done(dependencies, TAKEN_UP)(request, response, organization);
    const problem = result.problems.map(({ field, message }) => `${field} ${message}`).join('; ');
    const told = { problem: `The preset was not taken up: ${problem}.` };
    await refused(dependencies, 409, told)(request, response, organization);
  };
}
