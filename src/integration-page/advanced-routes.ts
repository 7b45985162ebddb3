/** The page of the advanced settings: its form is saved, or its scopes are previewed. */
import { fieldOf } from '#src/http/form-body.ts';
import { filterText } from '#src/http/list-filter-fields.ts';
import { queryOf } from '#src/http/request-values.ts';
import { actorOf } from '#src/http/sessions/signed-in-user.ts';
import { editOrganization, settingsOf } from '#src/organizations/edit.ts';
import { parseSettings } from '#src/organizations/organization.ts';
import { fieldGroups, findSettings, refusedForm, savedForm, typedChanges, typedValues } from '#src/settings/form.ts';
import { vendorProps } from '#src/vendors/presets.ts';
import { advancedPage } from '#views/integration-page/connection-pages.ts';
import { scopeEditorProps } from './explain-scopes.ts';
import { integrationUrl } from './page-props.ts';
import { besidePage, done, type Handler, leadToPage, mayChange, refused, type Visit } from './page-visit.ts';

/** With `?q=`, shows only the settings that match. */
export const showAdvanced: Handler = async (visit) => {
  const { request, response, organization } = visit;
  const { id, privateNetworks } = organization;
  const { page, shown } = await besidePage(visit);
  const form = shown.advanced ?? savedForm({ ...organization });
  const query = filterText(queryOf(request), 'q', LONGEST_QUERY) ?? '';
  response.type('html').send(
    advancedPage({
      ...page,
      form,
      fieldGroups,
      search: { query, found: findSettings(query) },
      scopes: {
        previewAction: integrationUrl(request, id, 'preview-scopes'),
        ...scopeEditorProps(organization, form, shown.preview),
      },
      vendor: vendorProps(organization, undefined),
      privateNetworks,
    }),
  );
};

const LONGEST_QUERY = 60;
const SAVED = 'Advanced settings saved. Check again to see the connection with them.';
const SAVED_AND_ENDED =
  'Advanced settings saved. What the app trusts about the EHR has changed, so open launches have ended. Check again.';

export const saveAdvanced: Handler = async (visit) => {
  const { typed, changes } = readForm(visit);
  if (!(await mayChange(visit, changes, { place: 'advanced' }))) return;
  const result = await editOrganization(visit.deps, visit.organization.id, changes, actorOf(visit.request));
  if (!result.ok) return refused(visit, 400, { advanced: refusedForm(typed, result.problems) }, 'advanced');
  const ended = result.before?.connectionVersion !== result.after.connectionVersion;
  return done(visit, ended ? SAVED_AND_ENDED : SAVED, 'advanced');
};

/** Explains the typed scopes and their problems; the page keeps everything that was typed. */
export const previewScopes: Handler = async (visit) => {
  const { typed, changes } = readForm(visit);
  const settings = { ...settingsOf(visit.organization), ...changes, scopes: typed.values['scopes'] };
  const parsed = parseSettings(settings, visit.deps.production, ['fhirBaseUrl', 'clientId']);
  const problems = parsed.ok ? [] : parsed.problems.filter(({ field }) => field === 'scopes');
  const preview = { problems: problems.map(({ message }) => message) };
  const shown = { advanced: refusedForm(typed, problems), preview };
  await leadToPage(visit, { kind: 'form', status: 200, shown }, 'advanced');
};

function readForm({ request, organization }: Visit) {
  const values = typedValues((name, kind) => fieldOf(request, name, kind));
  const seen = fieldOf(request, 'seen', 'setting');
  return { typed: { values, seen }, changes: typedChanges(values, { ...organization }, seen) };
}
