/** What the settings show beside the scopes, from the organization and from what was typed. */

import { learnedOf } from '#src/organizations/learned-scopes.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { readStoredConfiguration } from '#src/smart/smart-configuration.ts';
import type { LearnedScopesProps, ScopeEditorProps } from '#views/integration-page/scope-editor.ts';
import type { TypedForm } from '#views/typed-form.ts';
import { explainScopes, spellingSent } from './scope-explanation.ts';

/**
 * Explains the scopes of a form, saved or only typed.
 *
 * @param form of the advanced settings.
 * @param preview whether it was only typed, and what is wrong with its scopes.
 */
export function scopeEditorProps(
  organization: Organization,
  form: TypedForm,
  preview: { readonly problems: readonly string[] } | undefined,
): Omit<ScopeEditorProps, 'previewAction'> {
  const { values } = form;
  const text = values['scopes'] ?? '';
  const uses = {
    showEhrOrders: values['showEhrOrders'] === 'true',
    createRequests: values['createRequests'] === 'true',
  };
  const typedVersion = values['scopeVersion'];
  const version = typedVersion === 'v1' || typedVersion === 'v2' ? typedVersion : 'auto';
  const isUsable = (preview?.problems.length ?? 0) === 0 && form.problems['scopes'] === undefined;
  return {
    ...explainScopes(text, uses),
    sent: isUsable ? spellingSent(text, version, capabilitiesOf(organization)) : undefined,
    preview,
  };
}

/** What was learned from refusals and still counts; undefined while launches ask for the configured scopes. */
export function learnedScopesProps(organization: Organization): LearnedScopesProps | undefined {
  const learned = learnedOf(organization);
  if (!learned) return undefined;
  return {
    since: new Date(learned.worked.since),
    askedFor: learned.worked.scope,
    refused: learned.failed.map(({ scope, failure }) => ({
      scope,
      how: failure === 'invalid-scope' ? 'refused (invalid_scope)' : 'granted nothing to read',
    })),
  };
}

function capabilitiesOf({ discovered }: Organization): readonly string[] | undefined {
  return (discovered && readStoredConfiguration(discovered.configuration))?.capabilities;
}
