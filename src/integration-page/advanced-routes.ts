/** The form of the advanced settings: saved, or only looked at. */

import { fieldOf } from '#src/http/form-body.ts';
import { actorOf } from '#src/http/sessions/admin-session.ts';
import { editOrganization, settingsOf } from '#src/organizations/edit.ts';
import { parseSettings } from '#src/organizations/organization.ts';
import { refusedForm, typedChanges, typedValues } from '#src/settings/form.ts';
import { done, type Handler, leadToPage, refused, type Visit } from './visit.ts';

const SAVED = 'Advanced settings saved. Check again to see the connection with them.';
const SAVED_AND_ENDED =
  'Advanced settings saved. What the app trusts about the EHR has changed, so open launches have ended. Check again.';

export const saveAdvanced: Handler = async (dependencies, visit) => {
  const { typed, changes } = readForm(visit);
  const result = await editOrganization(dependencies, visit.organization.id, changes, actorOf(visit.request));
  if (!result.ok) return refused(dependencies, visit, 400, { advanced: refusedForm(typed, result.problems) });
  const ended = result.before?.connectionVersion !== result.after.connectionVersion;
  return done(dependencies, visit, ended ? SAVED_AND_ENDED : SAVED);
};

/** Shows what the typed scopes would ask for, with their problems, and keeps everything else that was typed. */
export const previewScopes: Handler = async (dependencies, visit) => {
  const { typed, changes } = readForm(visit);
  const settings = { ...settingsOf(visit.organization), ...changes, scopes: typed['scopes'] };
  const parsed = parseSettings(settings, dependencies.production, ['fhirBaseUrl', 'clientId']);
  const problems = parsed.ok ? [] : parsed.problems.filter(({ field }) => field === 'scopes');
  const preview = { problems: problems.map(({ message }) => message) };
  const shown = { advanced: refusedForm(typed, problems), preview };
  await leadToPage(dependencies, visit, { kind: 'form', status: 200, shown });
};

function readForm({ request, organization }: Visit) {
  const typed = typedValues((name, kind) => fieldOf(request, name, kind));
  return { typed, changes: typedChanges(typed, { ...organization }) };
}
