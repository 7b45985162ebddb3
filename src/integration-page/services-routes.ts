/** `/settings/services`: services and receivers of an organization, as tables, with a preview before saving. */
import { Router } from 'express';
import { fieldOf } from '#src/http/form-body.ts';
import { csvLine } from '#src/http/sessions/csv-download.ts';
import { actorOf } from '#src/http/sessions/signed-in-user.ts';
import { chooseOrganization } from '#src/http/sessions/visible-organization.ts';
import { editOrganization } from '#src/organizations/edit.ts';
import { csvCells } from '#src/settings/csv.ts';
import { settingRows } from '#src/settings/derived.ts';
import { servicesPage } from '#views/settings/services-page.ts';
import { type Handler, type IntegrationDependencies, type Visit, visiting } from './page-visit.ts';
import { previewQuestionnaire } from './questionnaire-import.ts';
import { SERVICES, type ShownTables, servicesPropsOf, servicesUrl, versionOf } from './services-props.ts';

const CHOICE = { title: 'Services and receivers', current: 'services', path: SERVICES } as const;
type Table = 'services' | 'receivers';

const STALE = 'Another administrator has saved these tables since you opened this page. Compare, and save again.';

/** Mount behind requireSignIn, which also checks the forms. */
export function servicesRoutes(dependencies: IntegrationDependencies): Router {
  const router = Router({ caseSensitive: true, strict: true });
  const on = visiting(dependencies);

  router.get('/', chooseOrganization(dependencies.store, CHOICE), on(show));
  router.post('/questionnaire', on(previewQuestionnaire));
  for (const table of ['services', 'receivers'] as const) {
    router.get(`/${table}.csv`, on(exportTable(table)));
    router.post(`/${table}`, on(saveOrPreview(table)));
  }
  return router;
}

const show: Handler = async ({ deps: { afterPost }, request, response, organization }) => {
  const { shown } = await afterPost.read<ShownTables>(request);
  response.type('html').send(servicesPage(servicesPropsOf(request, organization, shown)));
};

/** Exports the saved table with every cell as text, so that none is a formula. Importing it changes nothing. */
function exportTable(table: Table): Handler {
  return async ({ response, organization }) => {
    const lines = csvCells(organization[table]) ?? [];
    response.type('text/csv').set('content-disposition', `attachment; filename="${table}.csv"`);
    response.send(lines.map(csvLine).join(''));
  };
}

function saveOrPreview(table: Table): Handler {
  return async (visit) => {
    const { request, organization } = visit;
    const text = fieldOf(request, table, 'table').replaceAll('\r\n', '\n').trim();
    const parsed = settingRows[table].schema(visit.deps.production).safeParse(text);
    const problems = parsed.success ? [] : parsed.error.issues.map(({ message }) => message);
    const isStale = fieldOf(request, 'version', 'code') !== versionOf(organization);
    if (problems.length > 0 || isStale || fieldOf(request, 'intent', 'choice') === 'preview') {
      const shown = { [table]: { text, problems: isStale ? [STALE, ...problems] : problems } };
      return lead(visit, isStale ? 409 : problems.length > 0 ? 400 : 200, shown);
    }
    const saved = await editOrganization(visit.deps, organization.id, { [table]: text }, actorOf(request));
    if (!saved.ok) {
      const shown = { [table]: { text, problems: saved.problems.map(({ message }) => message) } };
      return lead(visit, 400, shown);
    }
    const done = { done: `The ${table} are saved. New requests offer them from now on.` };
    const page = servicesUrl(request, organization.id);
    return visit.deps.afterPost.answer(request, visit.response, page, { kind: 'done', shown: done });
  };
}

function lead(visit: Visit, status: number, shown: ShownTables): Promise<void> {
  const { request, response, organization } = visit;
  const page = servicesUrl(request, organization.id);
  return visit.deps.afterPost.answer(request, response, page, { kind: 'form', status, shown });
}
