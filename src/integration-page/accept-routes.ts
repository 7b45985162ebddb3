/** Changes that the page suggests and an administrator accepts with one click: a check's, a preset, accepted scopes. */
import { fieldOf } from '#src/http/form-body.ts';
import { actorOf } from '#src/http/sessions/signed-in-user.ts';
import { editOrganization } from '#src/organizations/edit.ts';
import type { SettingChanges } from '#src/organizations/organization.ts';
import { suggestionFor } from '#src/vendors/presets.ts';
import { askForChecks } from './connection-routes.ts';
import { done, type Handler, mayChange, refused, type Visit } from './page-visit.ts';

/** Accepts a suggestion of the stored run by its position: values come from our own checks, never from the form. */
export const acceptSuggestion: Handler = async (visit) => {
  const [runId = '', index = ''] = fieldOf(visit.request, 'suggestion', 'id').split('.');
  const latest = await visit.deps.checksStore.latest(visit.organization.id);
  const suggestion = latest?.id === runId ? latest.summary.suggestions[Number(index)] : undefined;
  if (!latest || !suggestion) return outdated(visit, 'The checks have run again.');
  await askForChecks(visit, latest.fhirUrl, { accept: { [suggestion.setting]: suggestion.value } });
};

/** The form names the vendor that its page showed, so that a click on an old page does not choose another one. */
export const usePreset: Handler = async (visit) => {
  const draft = await visit.deps.store.findDraft(visit.organization.id);
  const vendor = suggestionFor(visit.organization, draft?.fhirUrl)?.vendor;
  if (vendor === undefined || vendor !== fieldOf(visit.request, 'vendor', 'choice'))
    return outdated(visit, 'The vendor or the FHIR URL has changed.');
  await change(visit, { vendor }, 'The preset is in use. Check again to see the connection with it.');
};

/** The form names the scopes that its page showed, for the same reason. */
export const useScopes: Handler = async (visit) => {
  const scopes = (await visit.deps.acceptedScopes(visit.organization.id))?.accepted;
  if (scopes === undefined || scopes !== fieldOf(visit.request, 'scopes', 'setting'))
    return outdated(visit, 'A newer launch has asked for other scopes.');
  await change(visit, { scopes }, 'Launches ask for these scopes now.');
};

async function change(visit: Visit, changes: SettingChanges, text: string): Promise<void> {
  if (!(await mayChange(visit, changes))) return;
  const result = await editOrganization(visit.deps, visit.organization.id, changes, actorOf(visit.request));
  if (result.ok) return done(visit, text);
  const problems = result.problems.map(({ field, message }) => `${field} ${message}`).join('; ');
  return refused(visit, 409, { problem: `Nothing was changed: ${problems}.` });
}

function outdated(visit: Visit, why: string): Promise<void> {
  return refused(visit, 409, { problem: `${why} See what is suggested now.` });
}
