/** Steps that the tests about clinicians share: launches by named users, the administrator's page, the database. */
import { sql } from 'drizzle-orm';
import { addPerson, signedIn } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { csrfOf } from '#test/helpers/visits.ts';
import type { World } from '#test/helpers/world.ts';

/** The kinds of reads that the EHR saw since its log was cleared. */
export function fhirReads(world: World): string[] {
  return world.sandbox.requests
    .map(({ path }) => path)
    .filter((path) => path.startsWith('/fhir/r4/') && !path.includes('/.well-known/'));
}

/** An administrator of one organization, who signs in again when the session has ended. */
export interface Administrator {
  page(): Promise<Visit>;
  /** Sends one of the page's forms: the last part of its address, and its fields. */
  send(step: string, form?: Record<string, string>): Promise<Visit>;
  /** Sends a form and opens the page that it leads to. */
  open(step: string, form?: Record<string, string>): Promise<Visit>;
  reload(page: Visit): Promise<Visit>;
  /** Adds a clinician and reads the code. */
  codeFor(name: string): Promise<string>;
}

/** Adds an administrator and signs in. */
export async function administrator(world: World, email: string, organizationId: string): Promise<Administrator> {
  await addPerson(world, email, { role: 'administrator', organizationId });
  let browser = await signedIn(world, email);
  const url = `${world.url}/settings/clinicians`;
  const page = async () => {
    const answer = await browser.visit(url);
    if (answer.status === 200) return answer;
    browser = await signedIn(world, email);
    return browser.visit(url);
  };
  const send: Administrator['send'] = async (step, form = {}) => {
    const csrf = csrfOf(await page());
    return browser.visit(url + step, { form: { csrf, ...form } });
  };
  const open: Administrator['open'] = async (step, form) => {
    const { headers } = await send(step, form);
    return browser.visit(new URL(headers['location'] ?? '', url).href);
  };
  const reload = (shown: Visit) => browser.visit(shown.url);
  return { page, send, open, reload, codeFor: async (name) => codeIn(await open('', { name })) };
}

/** The code on the page that issued it. */
export function codeIn(page: Visit): string {
  const code = /<code class="one-time">([^<]+)<\/code>/.exec(page.body)?.[1];
  if (code === undefined) throw new Error(`no code on this page: ${page.status}`);
  return code;
}

/** The id of the clinician whose forms are in the list item with this text. */
export function clinicianIdIn(page: Visit, text: string): string {
  const item = page.body.split('<li>').find((one) => one.includes(text) && one.includes('/disable'));
  const id = /\/settings\/clinicians\/([\da-f-]{36})\//.exec(item ?? '')?.[1];
  if (id === undefined) throw new Error(`nobody called ${text}`);
  return id;
}

/** The reference that a waiting user reads. */
export function referenceIn(page: Visit): string {
  return /Your reference: <code[^>]*>([^<]+)<\/code>/.exec(page.body)?.[1] ?? '';
}

/** Types a code on the association page of a launch. */
export async function typeCode(browser: TestBrowser, page: Visit, code: string): Promise<Visit> {
  const url = page.url.replace(/\/[^/]*$/, '/association');
  return browser.visit(url, { form: { csrf: csrfOf(page), code } });
}

/** Types a code that is refused, and reads the page that says why, to which the post redirects. */
export async function refusedCode(browser: TestBrowser, page: Visit, code: string): Promise<Visit> {
  const posted = await typeCode(browser, page, code);
  const location = posted.headers['location'] ?? '';
  if (posted.status !== 303 || !location.includes('/association?problem='))
    throw new Error(`not refused: ${posted.status}`);
  return browser.visit(new URL(location, page.url).href);
}

export interface StoredIdentity {
  organization_id: string;
  lookup: string;
  clinician_id: string | null;
}

/** The stored rows of an organization. */
export async function stored(world: World, organizationId: string) {
  await world.dependencies.clinicians.flush();
  const { db } = world.dependencies.database;
  const of = sql`where organization_id = ${organizationId}`;
  const identities = await db.execute<StoredIdentity & Record<string, unknown>>(
    sql`select * from ehr_identities ${of}`,
  );
  const clinicians = await db.execute<{ id: string; last_launch_at: Date | string | null }>(
    sql`select * from clinicians ${of}`,
  );
  return { identities: identities.rows, clinicians: clinicians.rows };
}

/** Every table as text. */
export async function dumpOf(world: World): Promise<string> {
  const { db } = world.dependencies.database;
  const tables = await db.execute<{ name: string }>(
    sql`select quote_ident(table_name) as name from information_schema.tables where table_schema = 'public'`,
  );
  const rows = await Promise.all(
    tables.rows.map(({ name }) => db.execute<{ row: string }>(sql.raw(`select t::text as row from ${name} t`))),
  );
  return rows.flatMap(({ rows: found }) => found.map(({ row }) => row)).join('\n');
}

/** Audit rows of these events, oldest first. */
export async function audited(world: World, ...events: string[]) {
  await world.dependencies.audit.flush();
  const names = sql.join(
    events.map((event) => sql`${event}`),
    sql`, `,
  );
  const { rows } = await world.dependencies.database.db.execute<{
    event: string;
    organization_id: string;
    actor: string;
    detail: Record<string, unknown>;
  }>(sql`select * from audit_events where event in (${names}) order by at, id`);
  return rows;
}
