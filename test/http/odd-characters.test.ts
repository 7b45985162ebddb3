/**
 * Settings with addresses and forms that no user types: they are refused or answered, and never cause a failure of
 * ours.
 */
import { sql } from 'drizzle-orm';
import { beforeAll, describe, expect, test } from 'vitest';
import { listAuditRows } from '#src/audit/audit-store.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const DASHES = '-'.repeat(36);
const CONNECTION = '/settings/integrations/smart-on-fhir';
const OF = `?organization=${ORG_ID}`;
const dates = ['from=0000-01-01', 'to=9999-12-31', 'from=-000001-01-01', 'to=9999-02-31', 'from=1970-01-01'];
const odd = [`older=2020-01-01T00:00:00Z_${DASHES}`, `newer=+012026-01-01T00:00:00Z_${DASHES}`, 'who=%00', 'who=a+%00'];
const launchFilters = [...odd, 'user=%00', 'code=%00', 'step=%00', 'from=2026-13-01T25:61'];
const auditFilters = [...odd, 'event=%00', 'actor=%00', 'actor=a%00b', 'code=%00'];
const addresses = [
  ...[...dates, ...launchFilters, 'organization=%00', 'outcome=%00'].map((query) => `/settings/launches?${query}`),
  ...[...dates, ...auditFilters, 'organization=%00'].flatMap((query) => [
    `/settings/audit?${query}`,
    `/settings/audit.csv?${query}`,
  ]),
  '/settings/organizations/%00',
  '/settings/launches/%00',
  `/settings/launches/${DASHES}`,
  `${CONNECTION}?organization=%00`,
  '/guide?organization=%00',
  ...['timeline', 'code', 'unlink', 'disable'].map((page) => `/settings/clinicians/a%00b/${page}${OF}`),
  ...['refuse', 'forget'].map((page) => `/settings/clinicians/waiting/a%00b/${page}${OF}`),
];
const forms: [path: string, fields: Record<string, string>][] = [
  ['/settings/organizations', { id: 'a\0b', name: 'x', clientId: 'y' }],
  ['/settings/organizations', { id: 'odd-name', name: 'a\0b', clientId: '' }],
  ['/settings/organizations', { id: 'odd-client', name: 'x', clientId: 'a\0b' }],
  [`/settings/organizations/${ORG_ID}`, { name: 'x', clientId: 'y', privateNetworks: '10.0.0.0/8\0' }],
  ['/settings/organizations/%00', { name: 'x' }],
  ['/settings/organizations/%00/disable', {}],
  ['/settings/users', { email: 'a\0b@example.com', role: 'operator', organization: '' }],
  ['/settings/users', { email: 'c@example.com', role: 'administrator', organization: '\0' }],
  ['/settings/users/%00/disable', {}],
  [`/settings/users/${DASHES}/reset`, {}],
  [`/settings/audit/${DASHES}/patient`, { reason: 'x' }],
  [`/settings/clinicians/a%00b/code${OF}`, {}],
  [`/settings/clinicians/a%00b/unlink${OF}`, { user: '\0' }],
  [`/settings/clinicians/a%00b/enable${OF}`, {}],
  [`/settings/clinicians/waiting/a%00b/confirm${OF}`, { name: 'x' }],
  ['/settings/audit/patient', { organization: '\0', patient: '\0', reason: 'x' }],
  ['/settings/launches/find', { organization: ORG_ID, clinician: 'a\0b', from: '\0', who: '\0' }],
  [`${CONNECTION}?organization=${ORG_ID}`, { fhirUrl: 'https://ehr.example/\0' }],
  [`${CONNECTION}/advanced?organization=${ORG_ID}`, { scopes: 'openid\0', issuers: '\0', allowedHosts: '\0' }],
];

describe('on real Redis and PostgreSQL', () => {
  const world = useWorld({ stores: 'real Redis and PostgreSQL' });
  let operator: TestBrowser;
  beforeAll(async () => {
    await addPerson(world, 'operator@example.com');
    operator = await signedIn(world, 'operator@example.com');
    await world.launch('pat-ada');
  });
  /** Posts a form and opens the page that it leads to. */
  const press = async (path: string, fields: Record<string, string>) =>
    operator.open(world.url + path, { form: { csrf: await tokenOf(world, operator), ...fields } });
  const db = () => world.dependencies.database.db;
  const opened = async () => {
    await world.dependencies.audit.flush();
    const [row] = await listAuditRows(db(), { organizationId: ORG_ID, event: 'patient-opened' }, 1);
    return row?.id ?? '';
  };
  const looks = () => listAuditRows(db(), { organizationId: ORG_ID, event: 'audit-viewed' }, 100);

  test.for(addresses)('GET %s', async (address) => {
    expect((await operator.visit(world.url + address)).status).toBeLessThan(500);
  });

  test.for(forms)('POST %s %j', async ([path, fields]) => {
    expect((await press(path, fields)).status).toBeLessThan(500);
  });

  test('revealing a patient is audited whatever characters the reason has (ER-05)', async () => {
    const id = await opened();
    const before = (await looks()).length;
    const page = await press(`/settings/audit/${id}/patient`, { reason: 'a\0b' });
    expect(page.body).toContain('<code>Patient/pat-ada</code>');
    await press('/settings/audit/patient', { organization: ORG_ID, patient: 'pat-ada', reason: 'a\0b' });
    const rows = await looks();
    expect(rows).toHaveLength(before + 2);
    expect(rows[0]?.detail).toMatchObject({ reason: 'a b' });
  });

  test('no patient is shown if the audit row cannot be written (ER-05)', async () => {
    const id = await opened();
    await db().execute(sql`alter table audit_events add constraint refused check (event <> 'audit-viewed') not valid`);
    try {
      const paths = [`/settings/audit/${id}/patient`, '/settings/audit/patient'];
      for (const path of paths) {
        const page = await press(path, { organization: ORG_ID, patient: 'pat-ada', reason: 'access request' });
        expect(page.status).toBe(503);
        expect(page.body).not.toContain('pat-ada');
      }
      expect((await operator.visit(`${world.url}/settings/audit.csv`)).status).toBe(503);
    } finally {
      await db().execute(sql`alter table audit_events drop constraint refused`);
    }
  });

  test('if a run of the checks cannot be stored, the page is complete and says so (REG-06)', async () => {
    await db().execute(sql`alter table check_runs add constraint refused check (false) not valid`);
    try {
      const page = await press(`${CONNECTION}/check?organization=${ORG_ID}`, {});
      expect(page.body).toContain('The results of these checks were not stored');
      expect(page.body.trimEnd()).toMatch(/<\/html>$/);
    } finally {
      await db().execute(sql`alter table check_runs drop constraint refused`);
    }
  });
});
