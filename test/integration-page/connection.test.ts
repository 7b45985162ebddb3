import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { launchesSeen } from '#src/diagnostics/inspector/launches-seen.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { presetReasons, presetSettings } from '#src/vendors/presets.ts';
import { withFault } from '#test/e2e/support/own-fault.ts';
import { addPerson, signedIn, tokenOf, usersOf } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { isAfterPost, ledTo, withoutToken } from '#test/helpers/visits.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

const PAGE = '/settings/integrations/smart-on-fhir';
let world: World;
let browser: TestBrowser;

beforeEach(async () => {
  world = await startWorld();
  await addPerson(world, 'admin@example.com', { role: 'administrator' });
  browser = await signedIn(world, 'admin@example.com');
});
afterEach(() => world.close());

const page = (place = '') => browser.visit(`${world.url}${PAGE}${place}`);
const advancedPage = () => page('/advanced');
const press = async (step: string, form: Record<string, string> = {}): Promise<Visit> => {
  const url = `${world.url}${PAGE}${step === '' ? '' : `/${step}`}`;
  return browser.open(url, { form: { csrf: await tokenOf(world, browser), ...form } });
};
const isPresetRefused = (shown: Visit) =>
  isAfterPost(shown, 'form') && shown.body.includes('The vendor or the FHIR URL has changed.');
const save = (fhirUrl: string) => press('', { fhirUrl });
const organization = async () => {
  const found = await createOrganizationStore(world.dependencies.database.db).find(ORG_ID);
  if (!found) throw new Error('the organization is gone');
  return found;
};
const audited = async (event: string) => {
  await world.dependencies.audit.flush();
  const { rows } = await world.dependencies.database.db.execute<{ actor: string; detail: Record<string, unknown> }>(
    `select actor, detail from audit_events where event = '${event}' order by at`,
  );
  return rows;
};
/** The name of the draft in the forms of the page. */
const draftOn = (shown: Visit) => /name="draft" value="([^"]+)"/.exec(shown.body)?.[1] ?? '';
/** The page of charts, which is no FHIR server. */
const portal = () => `${world.sandbox.origin}/chart`;

describe('saving the FHIR URL', () => {
  test('of a healthy EHR shows All checks passed and the authorization server, and launches use it', async () => {
    const saved = await save(world.sandbox.fhirBase);
    expect(saved.status).toBe(200);
    expect(saved.body).toContain('<span>All checks passed</span>');
    const { body } = await page();
    expect(body).toContain('<span>All checks passed</span>');
    expect(body).toContain('by <bdi>admin@example.com</bdi>');
    expect((await page('/tools')).body).toContain(world.sandbox.issuer);
    expect((await organization()).discovered).toBeDefined();
    expect((await world.launch('pat-ada')).body).toContain('Requests for');
  });

  test('of an EHR that publishes no document leads to its endpoints given by hand', async () => {
    const ehr = await world.addSandbox(ORG_ID, { profile: 'ereferral-like' });
    expect((await save(ehr.fhirBase)).body).toContain('enter its addresses under “Endpoints given by hand”');
  });

  test('shows the outcome first, folds the rows the same way at a reload, and names the owner of each problem', async () => {
    world.sandbox.faults.set('discovery-404');
    const saved = await save(world.sandbox.fhirBase);
    const { body } = await page();
    // The pages are equal except for the result of the post and the marks of the answers.
    const posted = /<div class="checking".*?<\/div>\n|<p>This address is in use already. Nothing was changed.<\/p>/gs;
    expect(withoutToken(saved.body.replaceAll(posted, ''))).toBe(withoutToken(body));
    expect(body).toContain('Not all checks passed');
    expect(body).toContain('Whose job: <strong>EHR team</strong>');
    expect(body.match(/btn-primary"[^>]*>([^<]*)/g)).toEqual(['btn-primary" type="submit">Check again']);
    const places = [
      '<h1>',
      'Not all checks passed',
      '<strong>Next:</strong>',
      '1. FHIR URL',
      'id="check-guide-smart-configuration"',
    ];
    const found = places.map((text) => body.indexOf(text));
    expect(found).toEqual(found.toSorted((one, other) => one - other));
    expect(body).toContain('<h4><a class="row-link" href="#check-guide-smart-configuration">');
    expect(body.indexOf('id="check-guide-smart-configuration"')).toBeLessThan(body.indexOf('<summary>Show the other'));
  });

  test.for(['', '/smart/launch?orgId=general-hospital', '/.well-known/jwks.json'])(
    'refuses the app’s own URL %s, which is for the registration',
    async (path) => {
      const { body } = await save(`${world.url}${path}`);
      expect(body).toContain('This is an address of this app');
      expect((await organization()).fhirBaseUrl).toBe(world.sandbox.fhirBase);
    },
  );

  test('leaves the web address of the EHR to step 2, which shows the saved one', async () => {
    await press('frame', { frameAncestors: '' });
    const saved = await save(world.sandbox.fhirBase);
    for (const { body } of [saved, await page()]) {
      expect(body).toContain('All checks passed');
      expect(body).not.toContain('With 1 warning');
      expect(body).toContain('say which EHR page may show the app');
    }
  });

  test('proposes the EHR’s way of writing it if a launch was refused for that', async () => {
    await save(world.sandbox.fhirBase);
    const url = new URL(world.sandbox.launch('pat-ada'));
    const iss = world.sandbox.fhirBase.replace('/fhir/r4', '/FHIR/r4');
    url.searchParams.set('iss', iss);
    await press('frame', { frameAncestors: world.sandbox.origin });
    await world.browser().open(url.href);
    await world.dependencies.traces.flush();
    const { body } = await page();
    expect(body).toContain(`the EHR writes its FHIR URL as <code class="value">${iss}</code>`);
    expect(body).toContain(`name="fhirUrl" value="${iss}"`);
    await save(iss);
    expect((await organization()).fhirBaseUrl).toBe(iss);
    expect((await page()).body).not.toContain('Save it as the EHR writes it');
  });

  test.for([
    ['of DSTU2', ['metadata-other-version', '1.0.2']],
    ['of STU3', ['metadata-other-version', '3.0.2']],
  ] as const)('keeps the connection in use when a FHIR URL %s is saved', async ([, [name, value]]) => {
    const working = world.sandbox.fhirBase;
    await save(working);
    const other = await world.addSandbox(`other-version-${value}`);
    other.faults.set(name, value);
    const { body } = await save(other.fhirBase);
    expect((await organization()).fhirBaseUrl).toBe(working);
    expect(body).toContain('Enter the R4 FHIR URL of this server');
    expect(body).not.toMatch(/Every launch uses this address|open Verify/);
  });

  test('names a failure that stands before it offers to verify a launch', async () => {
    await press('frame', { frameAncestors: world.sandbox.origin });
    world.sandbox.faults.set(
      'metadata-members',
      JSON.stringify({ rest: [{ mode: 'server', resource: [{ type: 'Task' }] }] }),
    );
    const { body } = await save(world.sandbox.fhirBase);
    expect(body).toContain('Give the app access to Patient on this FHIR server');
    expect(body).not.toContain('open Verify');
  });

  test('shows You as the owner, one thing to do next, and a link for the EHR team', async () => {
    world.sandbox.faults.set('discovery-foreign-token-endpoint');
    const { body } = await save(world.sandbox.fhirBase);
    expect(body.match(/<strong>Next:<\/strong>/g)).toHaveLength(1);
    expect(body).toMatch(/id="check-endpoints-hosts"[^]*?Whose job: <strong>You<\/strong>/);
    expect(body).toContain(`<a href="/settings/handover?organization=${ORG_ID}">Send to your EHR team</a>`);
    expect(body).toContain(`<a href="/guide/register?organization=${ORG_ID}">Registration sheet</a>`);
  });

  test.for([
    ['a slash at the end', (url: string) => `${url}/`, 'Removed the slash at the end.'],
    ['spaces', (url: string) => `  ${url} `, undefined],
    ['marks around it', (url: string) => `<${url}>`, 'Removed the marks around the address.'],
  ] as const)('corrects %s and says so', async ([, change, told]) => {
    const { body } = await save(change(world.sandbox.fhirBase));
    expect(body).toContain('All checks passed');
    if (told) expect(body).toContain(told);
    expect((await organization()).fhirBaseUrl).toBe(world.sandbox.fhirBase);
  });

  test.for([
    ['nothing', '', 'Enter the FHIR URL'],
    ['no host', 'https://:/fhir', 'web address'],
    ['another scheme', 'ftp://ehr.example.org/fhir', 'https://'],
    ['a private address', 'https://10.1.2.3/fhir', 'private or reserved address'],
    ['the metadata address', 'https://169.254.169.254/latest', 'private or reserved address'],
    ['a password', 'https://me:secret@ehr.example.org/fhir', 'user name or password'],
  ] as const)('refuses %s at the field and keeps the input', async ([, typed, reason]) => {
    const refused = await save(typed);
    expect(isAfterPost(refused, 'form')).toBe(true);
    const { body } = refused;
    expect(withoutToken((await browser.visit(refused.url)).body)).toBe(withoutToken(body));
    expect(await world.dumpRedis()).not.toContain('secret@');
    expect(body).toContain('id="fhirUrl-problem"');
    // First of all what became of this post, and nothing of checks of another address.
    expect(body).toMatch(
      /<div class="outcome"><p class="notice notice-problem" role="alert">[^]*?Not saved\. <a href="#fhirUrl">[^<]*<\/a><\/span><\/p><\/div>/,
    );
    expect(body).toContain('aria-invalid="true"');
    expect(body).toContain(reason);
    expect(body).not.toContain('secret@');
    if (typed !== '' && !typed.includes('@')) expect(body).toContain(`value="${typed}"`);
    expect((await organization()).fhirBaseUrl).toBe(world.sandbox.fhirBase);
  });

  test('begins the checks once: a reload, Back and another session show the stored run and send no request to the EHR', async () => {
    const posted = await browser.visit(world.url + PAGE, {
      form: { csrf: await tokenOf(world, browser), fhirUrl: `${world.sandbox.fhirBase}/` },
    });
    expect(ledTo(posted)).toBe('run');
    const url = `${world.url}${posted.headers['location']}`;
    await addPerson(world, 'other@example.com', { role: 'administrator' });
    const asked = () => world.sandbox.requests.length;
    const before = asked();
    for (const stranger of [await signedIn(world, 'other@example.com'), await signedIn(world, 'admin@example.com')]) {
      expect((await stranger.visit(url)).body).toContain('Not checked yet.');
    }
    expect((await browser.visit(url, { method: 'HEAD' })).status).toBe(200);
    expect(asked()).toBe(before);
    const checked = await browser.visit(url);
    expect(checked.body).toContain('Removed the slash at the end.');
    expect(checked.body).toContain('All checks passed');
    const after = asked();
    expect(after).toBeGreaterThan(before);
    for (let reloads = 0; reloads < 2; reloads += 1) {
      const again = await browser.visit(url);
      expect(again.body).toContain('All checks passed');
      expect(again.body).not.toContain('Removed the slash at the end.');
    }
    expect(asked()).toBe(after);
    expect(await audited('check-run')).toHaveLength(1);
  });

  test('a client that asks for JSON gets the result of its post at once', async () => {
    const send = async (step: string, form: Record<string, string>) =>
      browser.visit(`${world.url}${PAGE}${step}`, {
        form: { csrf: await tokenOf(world, browser), ...form },
        headers: { accept: 'application/json' },
      });
    const refused = await send('', { fhirUrl: 'ftp://ehr.example.org/fhir' });
    expect(refused.status).toBe(400);
    expect(JSON.parse(refused.body)).toMatchObject({ field: { value: 'ftp://ehr.example.org/fhir' } });
    expect((await send('/report', {})).status).toBe(409);
    const checked = await send('', { fhirUrl: world.sandbox.fhirBase });
    expect([checked.status, checked.body.includes('All checks passed')]).toEqual([200, true]);
    expect((await send('/report', {})).status).toBe(200);
  });

  test.for([
    ['a pasted document', (base: string) => `${base}/metadata`],
    ['a pasted well-known document', (base: string) => `${base}/.well-known/smart-configuration`],
    ['a resource type', (base: string) => `${base}/Patient/pat-ada`],
    ['trailing garbage', (base: string) => `${base}/xyz%20`],
    ['letters behind the version', (base: string) => `${base}4`],
    ['a missing version', (base: string) => base.replace(/\/r4$/, '')],
    ['only a host', (base: string) => new URL(base).origin],
  ] as const)('asks “Did you mean …?” for %s, with the tried URLs and a button to use it', async ([, change]) => {
    const base = world.sandbox.fhirBase;
    world.sandbox.requests.clear();
    const { body } = await save(change(base));
    expect(body).toMatch(/<strong>Did you mean<\/strong> <code class="value">([^<]+)</);
    expect(/<strong>Did you mean<\/strong> <code class="value">([^<]+)</.exec(body)?.[1]).toBe(base);
    expect(body.match(/btn-primary/g)).toHaveLength(1);
    const typed = `${new URL(change(base)).pathname.replace(/\/$/, '')}/.well-known/smart-configuration`;
    const tried = world.sandbox.requests.filter(({ path }) => path.endsWith('smart-configuration') && path !== typed);
    expect(tried.length).toBeLessThanOrEqual(6);
    expect((await organization()).fhirBaseUrl).toBe(base);
    const proposal =
      /name="draft" value="([^"]+)"><input type="hidden" name="fhirUrl" value="([^"]+)">\n<p><strong>Did you/;
    const [, draft = '', fhirUrl = ''] = proposal.exec(body) ?? [];
    const used = (await press('', { draft, fhirUrl })).body;
    expect(used).toContain('<span>All checks passed</span>');
    expect(used).not.toContain('Kept as a draft');
  });

  test('shows the first part of the page before the checks have ended, without a script', async () => {
    const cookie = [...(browser.jar.get('localhost') ?? [])].map(([name, value]) => `${name}=${value}`).join('; ');
    const form = { csrf: await tokenOf(world, browser), fhirUrl: world.sandbox.fhirBase };
    const answer = await fetch(world.url + PAGE, {
      method: 'POST',
      headers: { cookie },
      body: new URLSearchParams(form),
    });
    const chunks: string[] = [];
    const decoder = new TextDecoder();
    for await (const chunk of answer.body ?? []) chunks.push(decoder.decode(chunk, { stream: true }));
    expect(chunks.length).toBeGreaterThan(1);
    expect(chunks[0]).toContain('from our servers; this takes at most 15 seconds');
    expect(chunks[0]).not.toContain('All checks passed');
    expect(chunks.join('')).toContain('All checks passed');
  });

  test('a suggestion of the checks is accepted with one press; a form cannot invent one', async () => {
    const nextGen = await world.addSandbox(ORG_ID, { profile: 'nextgen-enterprise-like' });
    const { body } = await save(nextGen.fhirBase);
    const [, key = ''] = /name="suggestion" value="([^"]+)"/.exec(body) ?? [];
    expect(key).not.toBe('');
    const invented = await press('accept', { suggestion: 'https://evil.example' });
    expect([isAfterPost(invented, 'form'), invented.body.includes('The checks have run again.')]).toEqual([true, true]);
    await press('accept', { suggestion: key });
    expect(await organization()).toMatchObject({ fhirBaseUrl: nextGen.fhirBase });
    expect((await organization()).issuers).toHaveLength(1);
  });

  test('of a portal that answers with web pages keeps it as a draft, and launches use the former URL', async () => {
    const { body } = await save(portal());
    expect(body).toContain('Kept as a draft');
    expect(body).toContain('This address is not in use. It stays a draft');
    expect((await organization()).fhirBaseUrl).toBe(world.sandbox.fhirBase);
    expect((await page()).body).toContain('stays in use');
    expect((await world.launch('pat-ada')).body).toContain('Requests for');
    expect((await press('discard-draft', { draft: draftOn(await page()) })).body).not.toContain('Kept as a draft');
  });

  test('beside a draft for which nothing is proposed, Save is the main button', async () => {
    const { body } = await save('http://127.0.0.1:1/fhir');
    expect(body).toContain('Kept as a draft');
    expect(body.match(/btn-primary"[^>]*>([^<]*)/g)).toEqual(['btn-primary" type="submit">Save']);
  });

  test('a draft that another administrator has replaced is neither used nor deleted by a click on the old page', async () => {
    await save(portal());
    const shown = draftOn(await page());
    await save(`${portal()}/other`);
    for (const step of ['check', 'use-anyway', 'discard-draft']) {
      const { body } = await press(step, { draft: shown, reason: 'the EHR team is on it' });
      expect(body).toContain('the draft that you saw has been replaced or deleted');
      expect(body).toContain(`<code class="value">${portal()}/other</code> failed a check`);
    }
    expect((await organization()).fhirBaseUrl).toBe(world.sandbox.fhirBase);
  });

  test('"Check again" on a page without a draft checks the address in use, not the draft of another administrator', async () => {
    const other = await world.addSandbox('other');
    other.faults.set('discovery-404');
    await save(other.fhirBase);
    other.faults.clear();
    await press('check');
    expect((await organization()).fhirBaseUrl).toBe(world.sandbox.fhirBase);
    const passed = await press('check', { draft: draftOn(await page()) });
    expect(passed.body).toContain('Saved. Every launch uses this address');
    expect((await organization()).fhirBaseUrl).toBe(other.fhirBase);
  });

  test.for([
    ['Check again', () => press('check')],
    ['Save', (url: string) => save(url)],
  ] as const)(
    '“%s” on a page without a draft leaves the settings that another administrator accepted since',
    async ([, run]) => {
      const { fhirBaseUrl } = await organization();
      const draft = {
        fhirUrl: fhirBaseUrl,
        accepted: { allowedHosts: ['other.example'] },
        at: '2026-01-01',
        by: 'ann',
      };
      const store = createOrganizationStore(world.dependencies.database.db);
      await store.saveDraft(ORG_ID, draft);
      expect((await run(fhirBaseUrl)).body).toContain('Saved. Every launch uses this address');
      expect((await organization()).allowedHosts).toEqual([]);
      expect(await store.findDraft(ORG_ID)).toEqual(draft);
      await press('check', { draft: draft.at });
      expect((await organization()).allowedHosts).toEqual(['other.example']);
    },
  );

  test('an administrator who is disabled while the checks run changes nothing', async () => {
    const other = await world.addSandbox('other');
    const asked = Promise.withResolvers<void>();
    const disabled = Promise.withResolvers<void>();
    const request = async () => {
      asked.resolve();
      await disabled.promise;
      return undefined;
    };
    await withFault(other, { request }, async () => {
      const saving = save(other.fhirBase);
      await asked.promise;
      const user = await usersOf(world).findByEmail('admin@example.com');
      await usersOf(world).disable(user?.id ?? '', new Date());
      disabled.resolve();
      expect((await saving).body).toContain('The results of these checks were not stored');
    });
    expect((await organization()).fhirBaseUrl).toBe(world.sandbox.fhirBase);
    expect(await audited('settings-change')).toEqual([]);
    expect(await audited('denial')).toHaveLength(1);
  });

  test('shows the settings that are put in use with a draft, and a click from before they were accepted changes nothing', async () => {
    await save(portal());
    const shown = draftOn(await page());
    const draft = { fhirUrl: portal(), accepted: { allowedHosts: ['sign-in.example'] }, at: '2026-01-01', by: 'ann' };
    await createOrganizationStore(world.dependencies.database.db).saveDraft(ORG_ID, draft);
    const now = await page();
    expect(now.body).toMatch(/come into use together with it:<\/p><ul><li>[^<]*sign-in\.example/);
    await press('use-anyway', { draft: shown, reason: 'the EHR team is on it' });
    expect((await organization()).allowedHosts).toEqual([]);
  });

  test('"use it anyway" needs a reason, which is audited with the user', async () => {
    await save(portal());
    const refused = await press('use-anyway', { draft: draftOn(await page()), reason: ' ' });
    expect(isAfterPost(refused, 'form')).toBe(true);
    expect(refused.body).toContain('Enter a reason');
    expect((await organization()).fhirBaseUrl).toBe(world.sandbox.fhirBase);

    const used = await press('use-anyway', { draft: draftOn(await page()), reason: 'the EHR team is on it' });
    expect(used.body).toContain('Saved as you asked');
    expect((await organization()).fhirBaseUrl).toBe(portal());
    const runs = await audited('check-run');
    expect(runs.at(-1)).toMatchObject({
      actor: expect.stringMatching(/^user:/),
      detail: { state: 'used anyway', reason: 'the EHR team is on it' },
    });
    expect(await audited('settings-change')).toHaveLength(1);
  });
});

describe('the rest of the page', () => {
  test('the sheet has the standalone URL and scopes if standalone launch is switched on', async () => {
    const url = `${world.url}/smart/standalone/${ORG_ID}`;
    expect((await browser.open(`${world.url}/guide`)).body).not.toContain(url);
    expect((await browser.open(`${world.url}/guide/register`)).body).not.toContain(url);
    await world.setOrganization(ORG_ID, { standalone: true });
    const guide = await browser.open(`${world.url}/guide`);
    const { body } = await browser.open(`${world.url}/guide/register`);
    expect(body).toContain(`<code class="value">${url}</code>`);
    expect(body).toMatch(
      /Scopes of a standalone launch<\/th><td><code class="value">launch\/patient launch\/encounter /,
    );
    expect(guide.body).toContain('<h3>Outside the EHR</h3>');
    expect(guide.body).toContain(url);
  });

  test('advanced settings are saved, audited, and confirmed on their page', async () => {
    const saved = await press('advanced', { ...advanced(await advancedPage()), nonce: 'optional' });
    expect(saved.body).toContain('Advanced settings saved');
    expect(saved.url).toContain('/advanced?');
    expect((await organization()).nonce).toBe('optional');
    expect((await audited('settings-change'))[0]?.actor).toMatch(/^user:/);
  });

  test('a page from before another administrator’s change keeps it, also after a refusal', async () => {
    const [first, second] = [advanced(await advancedPage()), advanced(await advancedPage())];
    await press('advanced', { ...first, timeZone: 'Asia/Kolkata' });
    const refused = await press('advanced', { ...second, refreshMarginSeconds: 'x' });
    expect(isAfterPost(refused, 'form')).toBe(true);
    await press('advanced', { ...advanced(refused), refreshMarginSeconds: '120' });
    expect(await organization()).toMatchObject({ timeZone: 'Asia/Kolkata', refreshMarginSeconds: 120 });
    await press('advanced', { ...advanced(await advancedPage()), timeZone: '' });
    expect((await organization()).timeZone).not.toBe('Asia/Kolkata');
  });

  test('groups are folded; a search opens those that match and hides the other settings, which are saved unchanged', async () => {
    const { body } = await advancedPage();
    expect(body).not.toMatch(/<details class="group" open/);
    const found = await page('/advanced?q=NONCE%20id_token');
    expect(found.body).toContain('1 setting with “<bdi>NONCE id_token</bdi>”');
    expect(found.body.match(/<details class="group" open><summary>/g)).toHaveLength(1);
    expect(found.body).toMatch(/<div><div class="field"><label for="nonce">/);
    expect(found.body).toMatch(/<div hidden><div class="field"><label for="timeZone">/);
    expect(advanced(found)).toEqual(advanced(await advancedPage()));
    expect((await page('/advanced?q=zzz')).body).toContain('No setting with');
  });

  test('the time zone can be set; a form without it keeps it, an empty one means the server’s, and an unknown one is refused', async () => {
    const server = Intl.DateTimeFormat().resolvedOptions().timeZone;
    expect((await organization()).timeZone).toBe(server);
    await press('advanced', { ...advanced(await advancedPage()), timeZone: 'Asia/Kolkata' });
    await press('advanced', { ...advanced(await advancedPage()), nonce: 'optional' });
    expect((await organization()).timeZone).toBe('Asia/Kolkata');
    const wrong = await press('advanced', { ...advanced(await advancedPage()), timeZone: 'Mars/Olympus' });
    expect(isAfterPost(wrong, 'form')).toBe(true);
    expect(wrong.body).toContain('id="timeZone-problem"');
    expect(wrong.body).toContain('value="Mars/Olympus"');
    await press('advanced', { ...advanced(await advancedPage()), timeZone: '' });
    expect((await organization()).timeZone).toBe(server);
  });

  test('choosing another vendor sets its scopes unless they were set on purpose', async () => {
    await press('advanced', { ...advanced(await advancedPage()), vendor: 'oracle' });
    expect((await organization()).scopes).toContain('patient/ServiceRequest.read');
  });

  test('choosing another vendor sets its whole preset, except settings typed in the same form or changed before', async () => {
    await press('advanced', { ...advanced(await advancedPage()), refreshMarginSeconds: '120' });
    await press('advanced', { ...advanced(await advancedPage()), vendor: 'eclinicalworks', nonce: 'optional' });
    const { requestsPerMinute, nonce, refreshMarginSeconds, scopes } = await organization();
    expect({ requestsPerMinute, nonce, refreshMarginSeconds }).toEqual({
      requestsPerMinute: 200,
      nonce: 'optional',
      refreshMarginSeconds: 120,
    });
    expect(scopes).toBe(presetSettings('eclinicalworks').scopes);
    const { body } = await advancedPage();
    expect(body).toContain('Preset in use: <strong>eClinicalWorks</strong>');
    for (const { why, source } of presetReasons('eclinicalworks')) {
      expect(body).toContain(why);
      expect(body).toContain(source);
    }
    expect(body.match(/changed here to/g)).toHaveLength(2);
    expect(body).toContain('changed here to <code>120</code>');
  });

  test('a FHIR URL of a known vendor offers the preset, and its button sets it', async () => {
    await world.setOrganization(ORG_ID, { fhirBaseUrl: 'https://ehr.example/interconnect/api/FHIR/R4' });
    const { body } = await page();
    expect(body).toContain('Use the preset for Epic');
    expect((await organization()).vendor).toBe('generic');
    expect(isPresetRefused(await press('use-preset', { vendor: 'oracle' }))).toBe(true);
    expect((await organization()).vendor).toBe('generic');
    const after = await press('use-preset', { vendor: 'epic' });
    expect(after.body).toContain('The preset is in use');
    expect(after.body).not.toContain('Use the preset for');
    expect(await organization()).toMatchObject({ vendor: 'epic', ...presetSettings('epic') });
    expect(isPresetRefused(await press('use-preset', { vendor: 'epic' }))).toBe(true);
  });

  test('a FHIR URL of no known vendor, or a vendor already chosen, offers no preset', async () => {
    expect((await page()).body).not.toContain('Use the preset for');
    await world.setOrganization(ORG_ID, { vendor: 'generic-v2', fhirBaseUrl: 'https://ehr.example/api/FHIR/R4' });
    expect((await page()).body).not.toContain('Use the preset for');
  });

  test('an invalid advanced setting is refused at its field, and all input is kept', async () => {
    const typed = { ...advanced(await advancedPage()), issuers: 'everywhere', allowedHosts: 'auth.example.org' };
    const refused = await press('advanced', typed);
    expect(isAfterPost(refused, 'form')).toBe(true);
    const { body } = refused;
    expect(withoutToken((await browser.visit(refused.url)).body)).toBe(withoutToken(body));
    expect(body).toContain('id="issuers-problem"');
    expect(body).toContain('everywhere</textarea>');
    expect(body).toMatch(/<details class="group" open><summary><h2>Whom the app trusts/);
    expect(body).toContain('auth.example.org</textarea>');
    expect((await organization()).allowedHosts).toEqual([]);
  });

  test.for(['privateNetworks', 'clientId', 'id', 'enabled'])(
    'an administrator cannot set %s through a form',
    async (field) => {
      const before = await organization();
      await press('advanced', { ...advanced(await advancedPage()), [field]: '10.0.0.0/8' });
      expect(await organization()).toEqual(before);
    },
  );

  test('the key proof shows once that the EHR accepted client ID and key', async () => {
    const { url, body } = await press('prove-key');
    expect(body).toContain('Proven: the EHR accepted client ID');
    expect((await browser.visit(url)).body).not.toContain('Proven: the EHR accepted client ID');
    expect(await audited('check-run')).toHaveLength(1);
    expect((await audited('check-run'))[0]?.detail).toMatchObject({ action: 'key proof', outcome: 'proven' });
  });

  test('the key proof names the usual causes, and is limited', async () => {
    await world.setOrganization(ORG_ID, { clientId: 'somebody-else' });
    const { body } = await press('prove-key');
    expect(body).toContain('Not proven');
    expect(body).toContain('JWKS URL is not registered');
    const presses = await Promise.all(Array.from({ length: 5 }, () => press('prove-key')));
    expect(presses.map(({ status }) => status)).toContain(429);
  });

  test('a report is readable by anyone with its link, as a page and as JSON, without secrets', async () => {
    const tooEarly = await press('report');
    expect([isAfterPost(tooEarly, 'form'), tooEarly.body.includes('Run the checks first')]).toEqual([true, true]);
    await save(world.sandbox.fhirBase);
    const made = await press('report');
    const [link = ''] = /http:\/\/localhost:\d+\/reports\/checks\/[\w-]{43}/.exec(made.body) ?? [];
    expect(isAfterPost(made, 'secret')).toBe(true);
    const again = await browser.visit(made.url);
    expect(again.body).not.toContain(link);
    expect(again.body).toContain('The link of a report is shown only once, and this one was shown already.');
    const stranger = world.browser();
    const read = await stranger.visit(link);
    expect(read.status).toBe(200);
    expect(read.body).toContain('All checks passed');
    expect(read.headers['x-robots-tag']).toBe('noindex');
    expect(read.setCookies).toEqual([]);
    const json = await stranger.visit(`${link}.json`);
    expect(JSON.parse(json.body)).toMatchObject({ verdict: 'All checks passed', organization: { id: ORG_ID } });
    expect(read.body + json.body).not.toMatch(/admin@example\.com|PRIVATE|eyJ/);
    expect((await stranger.visit(link.slice(0, -1))).status).toBe(404);
  });
});

describe('from the first visit to Ready to launch', () => {
  const inFrame = (referer: string) =>
    world.browser({ headers: { 'sec-fetch-dest': 'iframe', referer } }).open(world.sandbox.launch('pat-ada'));
  const states = ({ body }: Visit) =>
    [...body.matchAll(/<details class="step" id="step-(\w+)"( open)?><summary>.*?>(Done|To do)</gs)].map(
      ([, step, open, state]) => `${step} ${state}${open ? ', open' : ''}`,
    );
  const NEXT = /<strong>Next:<\/strong> (.*?)<\/p>/s;

  test('one step after the other is open, and only a launch after the address was saved completes them', async () => {
    await world.setOrganization(ORG_ID, { frameAncestors: [] });
    const store = createOrganizationStore(world.dependencies.database.db);
    await store.save(ORG_ID, (before) => before && { ...before, fhirBaseUrl: '' }, new Date());
    const first = await page();
    expect(states(first)).toEqual(['url To do, open', 'frame To do', 'launch To do']);
    expect(NEXT.exec(first.body)?.[1]).toContain('enter the FHIR URL');
    expect(first.body).not.toContain('All checks passed');

    const saved = await save(world.sandbox.fhirBase);
    expect(states(saved)).toEqual(['url Done', 'frame To do, open', 'launch To do']);
    expect(saved.body).toContain('<span>All checks passed</span>');
    expect(saved.body).not.toContain('Ready to launch');
    expect(saved.body).toContain('open the app once from a chart of the EHR');
    expect(saved.body.match(/btn-primary/g)).toHaveLength(1);

    const chart = world.sandbox.origin;
    expect((await inFrame(`${chart}/charts/pat-ada?tab=1`)).status).toBe(403);
    const refused = await page();
    expect(refused.body).toContain(`A page at this address opened the app in a frame`);
    expect(refused.body).not.toContain('/charts/pat-ada');
    const allowed = await press('frame', { add: chart });
    expect((await organization()).frameAncestors).toEqual([chart]);
    expect(states(allowed)).toEqual(['url Done', 'frame Done', 'launch To do, open']);
    expect(NEXT.exec(allowed.body)?.[1]).toMatch(/^<a href="\/settings\/verify[^"]*">open Verify<\/a>, then launch/);
    expect(allowed.body).not.toContain('Ready to launch');

    const launched = async () => (await inFrame(`${chart}/charts/pat-ada`)).body;
    await expect.poll(launched, { timeout: 5_000 }).toContain('Requests for');
    const ready = await page();
    expect(states(ready)).toEqual(['url Done', 'frame Done', 'launch Done']);
    expect(ready.body).toContain('<strong>Ready to launch</strong>');
    expect(ready.body).toContain('<span>All checks passed</span>');
    expect(ready.body).not.toMatch(NEXT);

    // A launch in a page that is not listed leaves the clinician with an empty frame, so that page is proposed too.
    await inFrame('https://other.example/x');
    const other = await page();
    expect(other.body).toContain('Allow <bdi>https://other.example</bdi>');
    expect(states(other)).toEqual(['url Done', 'frame To do, open', 'launch Done']);
    // A stranger can frame the app, so no main button lets that page in beside the EHR's.
    expect(other.body).not.toContain('btn-primary');
    expect(other.body).not.toContain('Ready to launch');
    await inFrame(`${chart}/charts/pat-ada`);
    expect(states(await page())).toEqual(['url Done', 'frame Done', 'launch Done']);
  });

  test('an address is taken out only after a question that names it', async () => {
    const chart = world.sandbox.origin;
    const send = async (form: Record<string, string>) =>
      browser.open(`${world.url}${PAGE}/frame`, {
        form: { csrf: await tokenOf(world, browser), ...form },
        headers: { 'sec-fetch-dest': 'document' },
      });
    await send({ frameAncestors: `${chart}\nhttps://ehr.example` });
    expect((await organization()).frameAncestors).toEqual([chart, 'https://ehr.example']);
    const question = await send({ frameAncestors: chart });
    expect(question.body).toContain('No longer show the app in pages of <bdi>https://ehr.example</bdi>?');
    expect(question.body).toContain('an empty frame');
    expect((await organization()).frameAncestors).toHaveLength(2);
    const agreed = await send({ frameAncestors: chart, agreed: 'true' });
    expect(agreed.body).toContain('Saved: these pages may show the app in a frame.');
    expect((await organization()).frameAncestors).toEqual([chart]);
  });

  test('a launch in a page that is not listed was seen by nobody', async () => {
    await world.setOrganization(ORG_ID, { frameAncestors: ['https://old.example'] });
    await save(world.sandbox.fhirBase);
    expect((await inFrame(`${world.sandbox.origin}/charts/pat-ada`)).body).toContain('Requests for');
    const seen = await page();
    expect(states(seen)).toEqual(['url Done', 'frame To do, open', 'launch To do']);
    expect(seen.body).not.toContain('Ready to launch');
    expect(seen.body).toContain(`Allow <bdi>${world.sandbox.origin}</bdi>`);
  });

  test('without a Client ID the next thing is the operator’s, with a link to enter it', async () => {
    await world.setOrganization(ORG_ID, { clientId: '' });
    const saved = await save(world.sandbox.fhirBase);
    expect(NEXT.exec(saved.body)?.[1]).toContain('send the Client ID of your EHR team to the operator');
    expect(saved.body).toMatch(/class="btn btn-outline-secondary" href="[^"]+">Verify a launch</);
    await addPerson(world, 'operator@example.com');
    const operator = await signedIn(world, 'operator@example.com');
    const { body } = await operator.visit(`${world.url}${PAGE}?organization=${ORG_ID}`);
    expect(NEXT.exec(body)?.[1]).toContain(`<a href="/settings/organizations/${ORG_ID}">enter the Client ID</a>`);
  });

  test('a launch whose list the EHR refused is no proof, and the next thing is to look at it', async () => {
    await save(world.sandbox.fhirBase);
    world.sandbox.faults.set('fhir-403-requests');
    expect((await world.launch('pat-ada')).body).toContain('did not let this app read requests');
    const refused = await page();
    world.sandbox.faults.clear();
    expect(refused.body).not.toContain('Ready to launch');
    expect(states(refused)).toEqual(['url Done', 'frame Done', 'launch To do, open']);
    expect(NEXT.exec(refused.body)?.[1]).toMatch(/^<a href="\/settings\/launches\/[\da-f-]{36}">look at the launch/);
    await world.launch('pat-ada');
    expect((await page()).body).toContain('Ready to launch');
  });

  test('a launch before the FHIR URL changed, outside the EHR, or in a window does not count', async () => {
    await save(world.sandbox.fhirBase);
    await world.browser({ headers: { 'sec-fetch-dest': 'document' } }).open(world.sandbox.launch('pat-ada'));
    expect((await page()).body).not.toContain('Ready to launch');
    await world.launch('pat-ada');
    expect((await page()).body).toContain('Ready to launch');
    const other = await world.addSandbox(ORG_ID, {});
    expect((await save(other.fhirBase)).body).toContain('All checks passed');
    expect((await page()).body).not.toContain('Ready to launch');
  });

  test.for([
    ['fhir-403-requests', false],
    ['search-500', false],
    ['patient-refused', false],
    [undefined, true],
  ] as const)('a launch with %s: ready is %s, because the list was shown or not', async ([fault, isReady]) => {
    await save(world.sandbox.fhirBase);
    if (fault) world.sandbox.faults.set(fault);
    await world.launch('pat-ada');
    expect((await page()).body.includes('Ready to launch')).toBe(isReady);
  });

  test('a launch with the redirect URI of an earlier PUBLIC_URL does not count', async () => {
    await save(world.sandbox.fhirBase);
    await world.launch('pat-ada');
    expect((await page()).body).toContain('Ready to launch');
    const seenAt = async (address: string) =>
      launchesSeen(world.dependencies.database.db, await organization(), new URL(address));
    expect((await seenAt(world.url)).completed).toBeDefined();
    expect((await seenAt('https://moved.example')).completed).toBeUndefined();
  });

  test.for<[string, Record<string, string>]>([
    ['Client ID', { clientId: 'another' }],
    ['redirect URI', { redirectUri: 'own' }],
  ])('a launch with another %s does not count', async ([, changes]) => {
    await save(world.sandbox.fhirBase);
    await world.launch('pat-ada');
    expect((await page()).body).toContain('Ready to launch');
    await world.setOrganization(ORG_ID, changes);
    expect((await page()).body).not.toContain('Ready to launch');
  });

  test.for(['everywhere', 'https://*.com', 'http://ehr.example.org', '"><script>alert(1)</script>'])(
    '%s is no web address of an EHR, and is refused at the field, typed or proposed',
    async (typed) => {
      const before = await organization();
      for (const form of [{ frameAncestors: typed }, { add: typed }]) {
        const refused = await press('frame', form);
        expect(isAfterPost(refused, 'form')).toBe(true);
        expect(refused.body).toContain('id="frameAncestors-problem"');
        expect(refused.body).toContain('Not saved. <a href="#frameAncestors">');
        expect(refused.body).not.toContain('<script>alert');
      }
      expect(await organization()).toEqual(before);
    },
  );

  test.for([
    ['https://ehr.example.org/chart/patients?tab=1', 'https://ehr.example.org'],
    ['ehr.example.org', 'https://ehr.example.org'],
    ['EHR.example.org:8443/chart', 'https://ehr.example.org:8443'],
    ['https://*.example.org/chart', 'https://*.example.org'],
  ] as const)('the address of a page, %s, is understood as %s', async ([typed, origin]) => {
    const { body } = await press('frame', { frameAncestors: typed });
    expect(body).toContain(`What you typed was understood as ${origin}.`);
    expect((await organization()).frameAncestors).toEqual([origin]);
  });

  test('an emptied list says that no page may show the app', async () => {
    const { body } = await press('frame', { frameAncestors: '' });
    expect(body).toContain('Saved: no page may show the app in a frame.');
    expect((await organization()).frameAncestors).toEqual([]);
  });

  test.for(['https://ehr.example.org@evil.example/', '*.example.org', 'ftp://ehr.example.org'])(
    '%s is not changed into another address',
    async (typed) => {
      expect((await press('frame', { frameAncestors: typed })).body).toContain('id="frameAncestors-problem"');
    },
  );

  test('the web address of an EHR that its vendor hosts is proposed', async () => {
    await world.setOrganization(ORG_ID, { vendor: 'athenahealth', frameAncestors: [] });
    expect((await page()).body).toContain('Allow <bdi>https://*.athenahealth.com</bdi>');
  });

  test('a disabled organization is not ready, even after a launch', async () => {
    await save(world.sandbox.fhirBase);
    await world.launch('pat-ada');
    await createOrganizationStore(world.dependencies.database.db).setEnabled(ORG_ID, false, new Date());
    const { body } = await page();
    expect(body).not.toContain('Ready to launch');
    expect(NEXT.exec(body)?.[1]).toContain('The operator of this service enables this organization');
    await addPerson(world, 'operator@example.com');
    const operator = await signedIn(world, 'operator@example.com');
    const asked = await operator.visit(`${world.url}${PAGE}?organization=${ORG_ID}`);
    expect(NEXT.exec(asked.body)?.[1]).toContain(
      `<a href="/settings/organizations/${ORG_ID}">enable this organization</a>`,
    );
  });
});

describe('operators', () => {
  test('choose an organization, which administrators of another cannot name', async () => {
    await addPerson(world, 'operator@example.com');
    const operator = await signedIn(world, 'operator@example.com');
    // There is nothing to choose yet.
    expect((await operator.open(world.url + PAGE)).url).toBe(`${world.url}${PAGE}?organization=${ORG_ID}`);
    await world.setOrganization('hospital-b');
    expect((await operator.visit(world.url + PAGE)).body).toContain('Which organization?');
    const chosen = await operator.visit(`${world.url}${PAGE}?organization=hospital-b`);
    expect(chosen.body).toContain(`action="${PAGE}/check?organization=hospital-b"`.replace('/check', ''));
    expect((await browser.visit(`${world.url}${PAGE}?organization=hospital-b`)).status).toBe(403);
    expect(await audited('denial')).toHaveLength(1);
  });
});

/** The fields of the advanced form as the page would send them without a change. */
function advanced({ body }: Visit): Record<string, string> {
  const form: Record<string, string> = {};
  for (const [, name = '', value = ''] of body.matchAll(/<textarea[^>]* name="(\w+)"[^>]*>\n([^<]*)<\/textarea>/g))
    form[name] = value;
  for (const [, name = '', options = ''] of body.matchAll(/<select[^>]* name="(\w+)"[^>]*>(.*?)<\/select>/gs))
    form[name] = /value="([^"]*)" selected/.exec(options)?.[1] ?? '';
  for (const [, name = ''] of body.matchAll(/type="checkbox"[^>]* name="(\w+)" value="true" checked/g))
    form[name] = 'true';
  for (const [, name = '', value = ''] of body.matchAll(/<input[^>]*type="number"[^>]* name="(\w+)" value="(\d*)"/g))
    form[name] = value;
  for (const name of ['timeZone', 'seen'])
    form[name] = new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1] ?? '';
  return form;
}
