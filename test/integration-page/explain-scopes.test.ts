/** Scopes in Settings: explained, previewed without saving, and taken from what the EHR accepted (SCO-01..06). */
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { explainScopes, scopesSent } from '#src/integration-page/explain-scopes.ts';
import { createOrganizationStore } from '#src/organizations/store.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { type TestBrowser, titleOf } from '#test/helpers/browser.ts';
import { isAfterPost } from '#test/helpers/visits.ts';
import { useWorld } from '#test/helpers/world.ts';

const PAGE = '/settings/integrations/smart-on-fhir';
const ALL = { showEhrOrders: true, createRequests: true };
const scopesOf = (rows: readonly { scope: string }[]) => rows.map(({ scope }) => scope);

describe('a scope string explained', () => {
  test('the guide’s string has no missing scope', () => {
    const guide = 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access';
    const { present, absent } = explainScopes(guide, { ...ALL, createRequests: false });
    expect(scopesOf(present).toSorted()).toEqual(guide.split(' ').toSorted());
    expect(absent).toEqual([]);
    for (const { purpose, loss } of present) expect(purpose.length * loss.length).toBeGreaterThan(0);
  });

  test('a missing scope is named with the feature that is lost, in the syntax of the string', () => {
    const { absent } = explainScopes('launch openid fhirUser patient/Patient.r patient/ServiceRequest.r', ALL);
    expect(scopesOf(absent)).toEqual([
      'launch/patient',
      'launch/encounter',
      'online_access',
      'patient/Practitioner.r',
      'patient/ServiceRequest.rs',
      'patient/PractitionerRole.r',
      'patient/Organization.r',
      'patient/Location.r',
      'patient/ServiceRequest.c',
      ...['Task.rs', 'Provenance.s', 'Appointment.s', 'Communication.s'].map((name) => `patient/${name}`),
      ...['ServiceRequest.u', 'Encounter.r', 'Condition.s', 'AllergyIntolerance.s'].map((name) => `patient/${name}`),
      ...['patient/Observation.s', 'patient/Coverage.s'],
    ]);
    expect(absent.find(({ scope }) => scope === 'patient/ServiceRequest.rs')?.loss).toContain('is empty');
  });

  test.for([
    ['patient/*.read', ['patient/ServiceRequest.write']],
    ['patient/*.rs', ['patient/ServiceRequest.c', 'patient/ServiceRequest.u']],
    ['patient/*.read patient/ServiceRequest.write', []],
  ] as const)('%s: creating requests needs a separate scope', ([resources, missed]) => {
    const guide = `launch/patient launch/encounter openid fhirUser launch profile online_access ${resources}`;
    const { present, absent } = explainScopes(guide, ALL);
    expect(scopesOf(absent)).toEqual(missed);
    const written = present.find(({ scope }) => scope.endsWith('.write'));
    if (missed.length === 0) expect(written?.loss).toContain('There is no New request');
  });

  test.for([
    ['patient/Device.read', "Read the patient's Device resources."],
    ['patient/Device.rs', "Read the patient's Device resources."],
    ['patient/Device.write', "Write the patient's Device resources."],
    ['patient/Device.crus', "Read and write the patient's Device resources."],
  ])('%s: %s', ([scope, purpose]) => {
    expect(explainScopes(`${scope}`, ALL).present).toMatchObject([{ scope, purpose }]);
  });

  test('only scopes that the settings use count as missing', () => {
    const { absent } = explainScopes('launch openid fhirUser patient/Patient.read', {
      showEhrOrders: false,
      createRequests: false,
    });
    expect(scopesOf(absent)).not.toContain('patient/ServiceRequest.read');
    expect(scopesOf(absent)).not.toContain('patient/Observation.read');
  });

  test.for([
    ['patient/ServiceRequest.rs?status=active', 'The list of requests from the EHR is empty.'],
    ['patient/ServiceRequest.c?status=active', 'Nothing: the app does not use it.'],
    ['patient/Device.read', 'Nothing: the app does not use it.'],
    ['system/*.read', 'Nothing: the app does not use it.'],
    ['patient/Task.rs', 'The list and a request show only what the order itself says.'],
    ['patient/Provenance.read', 'The history of a request lacks its changes.'],
    ['patient/Encounter.rs', 'A clinician types the visit and its place of a new request.'],
    ['patient/Condition.read', 'A clinician types the reason of a new request.'],
    ['patient/Coverage.rs', 'A clinician types the insurance of a new request.'],
    ['patient/ServiceRequest.u', 'Such a request can be cancelled only in the EHR.'],
    ['patient/Patient.sr', 'Nothing: the app does not use it.'],
    ['__vendor', 'Nothing: the app does not use it.'],
    ['patient/Patient.read', 'The app cannot be used: no page is shown without a proven patient.'],
  ])('%s: %s', ([scope, loss]) => {
    expect(explainScopes(`${scope}`, ALL).present).toMatchObject([{ scope, loss }]);
  });

  test.for([
    ['auto', undefined, undefined],
    ['auto', [], 'patient/Patient.rs'],
    ['auto', ['permission-v1'], 'patient/Patient.read'],
    ['auto', ['permission-v1', 'permission-v2'], 'patient/Patient.rs'],
    ['v1', undefined, 'patient/Patient.read'],
  ] as const)('SCO-02: syntax %s with %j sends %s', ([version, capabilities, sent]) => {
    expect(scopesSent('patient/Patient.rs', version, capabilities)?.scope).toBe(sent);
  });
});

describe('on embedded stores', () => {
  const world = useWorld({ clock: () => now.current });
  let browser: TestBrowser;
  let orgId: string;
  let serial = 0;
  const now = { current: new Date() };
  beforeAll(async () => {
    await addPerson(world, 'operator@example.com');
    browser = await signedIn(world, 'operator@example.com');
  });
  beforeEach(async () => {
    serial += 1;
    orgId = `scopes-${serial}`;
    await world.setOrganization(orgId);
  });

  const page = (place = '') => browser.visit(`${world.url}${PAGE}${place}?organization=${orgId}`);
  const press = async (step: string, form: Record<string, string> = {}) =>
    browser.open(`${world.url}${PAGE}/${step}?organization=${orgId}`, {
      form: { csrf: await tokenOf(world, browser), ...form },
    });
  const organization = async () => createOrganizationStore(world.dependencies.database.db).find(orgId);
  const launch = () => {
    const url = new URL(world.sandbox.launch('pat-ada'));
    url.searchParams.set('orgId', orgId);
    now.current = new Date(now.current.getTime() + 1_001);
    world.sandbox.requests.clear();
    return world.browser().open(url.href);
  };
  const askedScopes = () =>
    world.sandbox.requests
      .filter(({ path }) => path.startsWith('/auth/authorize?'))
      .map(({ path }) => new URL(path, world.sandbox.origin).searchParams.get('scope') ?? '');
  const audited = async () => {
    await world.dependencies.audit.flush();
    const { rows } = await world.dependencies.database.db.execute<{ actor: string; detail: unknown }>(
      `select actor, detail, launch from audit_events where event = 'settings-change' and organization_id = '${orgId}' order by at`,
    );
    return rows;
  };

  test('the page explains the saved scopes and names the missing ones', async () => {
    await world.setOrganization(orgId, { scopes: 'launch openid fhirUser patient/Patient.read' });
    const { body } = await page('/advanced');
    expect(body).toContain('What these scopes are for');
    expect(body).toContain('Shows whose chart is open');
    expect(body).toContain('Missing scopes that the app can use');
    expect(body).toContain('The list of requests from the EHR is empty.');
  });

  test('a preview shows problems token by token, keeps all input, and saves nothing', async () => {
    const before = await organization();
    const form = {
      scopes: 'launch openid fhirUser patient/observation.read patient/Patient.sr',
      allowedHosts: 'typed.example',
      nonce: 'optional',
    };
    const { status, body } = await press('preview-scopes', form);
    expect(status).toBe(200);
    expect(body).toContain('nothing is saved');
    expect(body).toContain('patient/observation.read is not a SMART scope: after the slash comes a FHIR resource type');
    expect(body).toContain('patient/Patient.sr is not a SMART scope: each letter must stand only once, in the order');
    expect(body).toContain('typed.example</textarea>');
    expect(body).toContain('patient/observation.read patient/Patient.sr</textarea>');
    expect(body).toMatch(/<option value="optional" selected>/);
    expect(await organization()).toEqual(before);
    expect(await audited()).toEqual([]);
  });

  test('a preview shows the scopes that would be sent to this EHR', async () => {
    world.sandbox.faults.set('discovery-no-capabilities');
    await launch();
    world.sandbox.faults.clear();
    await expect.poll(async () => (await organization())?.discovered).toBeDefined();
    const scopes = 'launch openid fhirUser patient/Patient.rs';
    const sent = (body: string) =>
      /Sent in a launch, because ([^:]+): <code class="value">([^<]+)</.exec(body)?.slice(1);
    expect(sent((await press('preview-scopes', { scopes })).body)).toEqual([
      'the EHR announces no scope syntax',
      scopes,
    ]);
    expect(sent((await press('preview-scopes', { scopes, scopeVersion: 'v1' })).body)).toEqual([
      '“Scope syntax” is set to v1',
      scopes.replace('.rs', '.read'),
    ]);
    expect(sent((await press('preview-scopes', { scopes: 'launch' })).body)).toBeUndefined();
  });

  test('a refused save names every problem of the scopes', async () => {
    const refused = await press('advanced', {
      scopes: 'launch openid fhirUser patient/Patient.sr system/*.read',
    });
    expect(isAfterPost(refused, 'form')).toBe(true);
    const { body } = refused;
    expect(body).toContain('patient/Patient.sr is not a SMART scope');
    expect(body).toContain('system/*.read: system scopes cannot be used');
  });

  test('hostile text in the field stays text', async () => {
    const { body } = await press('preview-scopes', { scopes: '</textarea><script>alert(1)</script>' });
    expect(body).not.toContain('<script>alert(1)');
  });

  const launchedAndSeen = async () => {
    expect(titleOf(await launch())).toBe('Requests for Ada Moreno');
    await world.dependencies.traces.flush();
    return (await page()).body;
  };
  const acceptedIn = (body: string) => /name="scopes" value="([^"]+)"/.exec(body)?.[1] ?? '';
  const TITLE = 'The EHR did not accept the scopes';

  test('the scopes that the EHR accepted instead are shown, saved by the button, and requested from then on', async () => {
    expect(await launchedAndSeen()).not.toContain(TITLE);
    world.sandbox.faults.set('invalid-scope', '\\*');
    const body = await launchedAndSeen();
    expect(body).toContain(TITLE);
    const [asked = '', accepted = ''] = askedScopes();
    for (const scopes of [asked, accepted]) expect(body).toContain(`<code class="value">${scopes}</code>`);

    const after = await press('use-scopes', { scopes: acceptedIn(body) });
    expect(after.body).toContain('Launches ask for these scopes now.');
    expect(after.body).not.toContain(TITLE);
    expect(await audited()).toMatchObject([
      { actor: expect.stringContaining('user:'), detail: { after: { scopes: accepted } } },
    ]);
    expect(await launchedAndSeen()).not.toContain(TITLE);
    expect(askedScopes()).toEqual([accepted]);
    world.sandbox.faults.clear();
  });

  test.for(['launch openid fhirUser patient/*.rs', ''])(
    'scopes with which no launch was accepted are not saved: %j',
    async (scopes) => {
      world.sandbox.faults.set('invalid-scope', '\\*');
      await launchedAndSeen();
      world.sandbox.faults.clear();
      const refusal = await press('use-scopes', { scopes });
      expect(refusal.body).toContain('A newer launch has asked for other scopes.');
      expect(await audited()).toEqual([]);
    },
  );

  test('MT-01: an administrator uses and previews scopes for their own organization only', async () => {
    await addPerson(world, `admin-${serial}@example.com`, { role: 'administrator' });
    const stranger = await signedIn(world, `admin-${serial}@example.com`);
    const csrf = await tokenOf(world, stranger);
    for (const step of ['use-scopes', 'preview-scopes']) {
      const answer = await stranger.visit(`${world.url}${PAGE}/${step}?organization=${orgId}`, { form: { csrf } });
      expect(answer.status).toBe(403);
    }
  });
});
