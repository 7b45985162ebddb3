/**
 * 100 kB of text that is slow to fold, trim or match, in every field, parameter and header of every route, signed in
 * and not: each is answered, none causes a failure of ours, and none costs more than reading it.
 *
 * The cost is CPU time of this thread, not elapsed time, so that a busy machine does not matter.
 */
import { globSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from 'vitest';
import { addPerson, resultOf, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { createBrowser, type TestBrowser, type VisitOptions } from '#test/helpers/browser.ts';
import { startCpuTime } from '#test/helpers/cpu-time.ts';
import { csrfOf, launchIdOf, ticketOf } from '#test/helpers/visits.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const CONNECTION = '/settings/integrations/smart-on-fhir';
const OF = `?organization=${ORG_ID}`;
/** An organization that no other test attacks, so that its limits are not used up. */
const QUIET = 'st-quiet';
const ID = '00000000-0000-0000-0000-000000000000';

/** Makes each text once, because thousands of requests send it. */
function remembered(make: (length: number) => string): (length: number) => string {
  const made = new Map<number, string>();
  return (length) => {
    const text = made.get(length) ?? make(length);
    made.set(length, text);
    return text;
  };
}

/** Letters that are slow in a regular expression, a normalization, a decoder or a layout of text. */
const kinds: [string, (length: number) => string][] = [
  [',', (length) => `${','.repeat(length - 1)}x`],
  ['/', (length) => `${'/'.repeat(length - 1)}x`],
  ['space', (length) => `x${' '.repeat(length - 2)}x`],
  ['U+0301 then U+0316', (length) => `${'\u0301'.repeat(length / 2)}${'\u0316'.repeat(length / 2)}`],
  ['U+202E', (length) => '\u202e'.repeat(length)],
  ['a@', (length) => 'a@'.repeat(length / 2)],
  ['%', (length) => '%'.repeat(length)],
  ['(((', (length) => '('.repeat(length)],
  ['a scope again and again', (length) => 'openid '.repeat(length / 7)],
  ['many scopes', (length) => Array.from({ length: length / 7 }, (_, index) => `x${index}`).join(' ')],
];
const attacks = kinds.map(([name, make]) => [name, remembered(make)] as const);

/** Every form of the settings with its fields. */
const forms: [path: string, ...fields: string[]][] = [
  ['/sign-in', 'email', 'password', 'next'],
  ['/settings/account/password', 'current', 'next', 'again'],
  ['/settings/users', 'email', 'role', 'organization'],
  ['/settings/organizations', 'id', 'name', 'clientId'],
  [`/settings/organizations/${ORG_ID}`, 'name', 'clientId', 'privateNetworks', 'seen', 'agreed'],
  ['/settings/keys/retire', 'kid', 'evenIfUsed'],
  ['/settings/keys/revoke', 'kid'],
  ['/settings/keys/import', 'privateKey'],
  ['/settings/audit/patient', 'organization', 'patient', 'reason'],
  ['/settings/launches/find', 'organization', 'clinician', 'from', 'who', 'step'],
  [`/settings/audit/${ID}/patient`, 'reason'],
  [`/settings/clinicians${OF}`, 'name'],
  [`/settings/clinicians/waiting/AAAAAA/confirm${OF}`, 'clinician', 'name'],
  [`/settings/live-launches/end${OF}`, 'launch'],
  [`/settings/services/services${OF}`, 'services', 'version', 'intent'],
  [`/settings/services/receivers${OF}`, 'receivers', 'version', 'intent'],
  [`/settings/services/questionnaire${OF}`, 'questionnaire', 'service', 'name'],
  [`${CONNECTION}${OF}`, 'fhirUrl', 'draft'],
  [`${CONNECTION}/check${OF}`, 'draft'],
  [`${CONNECTION}/frame${OF}`, 'frameAncestors', 'add', 'agreed'],
  [`${CONNECTION}/use-anyway${OF}`, 'reason', 'draft'],
  [`${CONNECTION}/discard-draft${OF}`, 'draft'],
  [`${CONNECTION}/accept${OF}`, 'suggestion'],
  [`/settings/handover/revoke${OF}`, 'link'],
  [`${CONNECTION}/use-preset${OF}`, 'vendor'],
  [`${CONNECTION}/preview-scopes${OF}`, 'scopes', 'issuers', 'allowedHosts', 'searchParameters'],
  [`${CONNECTION}/advanced${OF}`, 'scopes', 'issuers', 'requestsPerMinute', 'nonce', 'seen'],
];
/** Every form of a launch with its fields. */
const launchForms: [path: string, ...fields: string[]][] = [
  ['/requests', 'text', 'service', 'show', 'sort', 'mine', 'here'],
  ['/requests/new', 'ticket', 'what', 'reason', 'note', 'service', 'neededOn', 'priority', 'confirmed', 'intent'],
  ['/requests/new/keep', 'ticket', 'what'],
  ['/requests/new/discard', 'csrf'],
  ['/requests/an-id/cancel', 'reason', 'version', 'status'],
  ['/requests/an-id/correct', 'csrf'],
  ['/association', 'code'],
  ['/sign-out', 'all'],
];
const PARAMETERS = [
  ...'orgId iss launch probed state code error error_description next organization page event from to'.split(' '),
  ...'actor older newer who outcome user since done ended standalone show service mine here find sort'.split(' '),
  ...'fresh'.split(' '),
];
/** Every parameter at once, and a tenth of them longer: the address is as long as it may be. */
const queries = attacks.flatMap(([, letters], index) => {
  const few = PARAMETERS.filter((_, place) => place % attacks.length === index);
  const long = new URLSearchParams(few.map((parameter) => [parameter, letters(600)]));
  return [`${new URLSearchParams(PARAMETERS.map((parameter) => [parameter, letters(40)]))}`, `${long}`];
});
const pages = [
  ...['/health/live', '/.well-known/jwks.json', '/smart/launch', `/smart/launch/${ORG_ID}`, '/smart/callback'],
  ...[`/smart/callback/${ORG_ID}`, `/smart/standalone/${ORG_ID}`, `/signed-out/${ORG_ID}`, '/sign-in', '/guide'],
  ...['/settings', '/settings/account', '/settings/users', '/settings/launches', '/settings/live-launches'],
  ...['/settings/verify', '/settings/audit', '/settings/audit.csv', '/settings/clinicians', '/settings/organizations'],
  ...[`/settings/organizations/${ORG_ID}`, '/settings/keys', '/nowhere'],
  ...[CONNECTION, `${CONNECTION}${OF}&`, `${CONNECTION}/advanced${OF}&`],
];
const places = ['/smart/launch/', '/smart/standalone/', '/signed-out/', '/settings/keys/', '/settings/launches/'];
const HEADERS = ['referer', 'user-agent', 'cookie', 'accept', 'origin', 'traceparent', 'x-forwarded-for', 'purpose'];

const TOO_LONG = 100_000;
/** Forms of long lists; no other body may be so long. */
const MAY_BE_LONG = /\/settings\/services\/|\/preview-scopes\?|\/advanced\?|\/requests\/new(?:\/keep)?$/;

/** What one answer may cost this thread, with the client's own work. The faults that were found took seconds. */
const MOST_MS = 400;

const SCOPES = 'launch launch/patient openid fhirUser profile patient/*.read patient/ServiceRequest.write';
const CREATES = { createRequests: true, scopes: SCOPES };
const world = useWorld({ settings: CREATES });
let serial = 0;
let sent = 0;
const visitors: Record<string, TestBrowser> = {};
let chart: { browser: TestBrowser; url: string };

/** In an organization of its own, because posts of the form are limited per user. */
async function openChart() {
  serial += 1;
  const organizationId = `chart-${serial}`;
  await world.setOrganization(organizationId, CREATES);
  const browser = createBrowser();
  const list = await browser.open(world.sandbox.launch('pat-ada').replace(ORG_ID, organizationId));
  return { browser, url: `${world.url}/launches/${launchIdOf(list)}` };
}

beforeAll(async () => {
  await world.setOrganization(QUIET);
  await addPerson(world, 'operator@example.com');
  await addPerson(world, 'admin@example.com', { role: 'administrator' });
  visitors['stranger'] = createBrowser();
  visitors['operator'] = await signedIn(world, 'operator@example.com');
  visitors['administrator'] = await signedIn(world, 'admin@example.com');
  chart = await openChart();
});

/** Changes are limited per user, so each form has its own user. */
async function freshVisitor(name: string): Promise<TestBrowser> {
  const role = name === 'administrator' ? 'administrator' : 'operator';
  return name === 'stranger' ? createBrowser() : freshPerson(role);
}

async function freshPerson(role: 'operator' | 'administrator'): Promise<TestBrowser> {
  serial += 1;
  await addPerson(world, `person-${serial}@example.com`, { role });
  return signedIn(world, `person-${serial}@example.com`);
}

/**
 * Sends a request, and a health check beside every tenth one. Both must be answered.
 *
 * @returns the status.
 */
async function attack(browser: TestBrowser, url: string, options: VisitOptions = {}): Promise<number> {
  sent += 1;
  const spent = startCpuTime();
  const health = sent % attacks.length === 0 ? createBrowser().visit(`${world.url}/health/live`) : undefined;
  const answer = await browser.visit(url, options);
  const cost = spent();
  if (health) expect(JSON.parse((await health).body)).toEqual({ status: 'live' });
  expect.soft(answer.status, `${url} ${answer.body.slice(0, 200)}`).toBeLessThan(500);
  expect.soft(cost, `${answer.status} ${url.slice(0, 200)}`).toBeLessThan(MOST_MS);
  return answer.status;
}

/**
 * Sends each kind of letters in every field, at these lengths. A body too long for its form is never read, so it is
 * sent for the first field only.
 *
 * @returns the statuses for bodies that were too long.
 */
async function attackFields(
  browser: TestBrowser,
  url: string,
  form: Record<string, string>,
  fields: readonly string[],
  lengths: readonly number[],
): Promise<Set<number>> {
  const unread = new Set<number>();
  for (const field of fields) {
    for (const [, letters] of attacks) {
      for (const length of lengths) {
        const isTooLong = length === TOO_LONG && !MAY_BE_LONG.test(url);
        if (isTooLong && field !== fields[0]) continue;
        // oxlint-disable-next-line no-await-in-loop -- one after the other, to know what each costs
        const status = await attack(browser, url, { form: { ...form, [field]: letters(length) } });
        if (isTooLong) unread.add(status);
      }
    }
  }
  return unread;
}

async function tokenFor(name: string, browser: TestBrowser): Promise<string> {
  return name === 'stranger' ? csrfOf(await browser.visit(`${world.url}/sign-in`)) : tokenOf(world, browser);
}

/** Longer than any field may be, and as long as many fields may be. */
const LENGTHS = [TOO_LONG, 1_800];
/** A stranger's form is parsed only at the sign-in; an administrator's is parsed like an operator's. */
const people: [name: string, lengths: number[]][] = [
  ['stranger', [TOO_LONG]],
  ['operator', LENGTHS],
  ['administrator', [240]],
];

describe.for(people)('%s', ([name, usual]) => {
  test.for(forms)('POST %s: %s %s %s %s', async ([path, ...fields]) => {
    const browser = await freshVisitor(name);
    const csrf = await tokenFor(name, browser);
    const lengths = path === '/sign-in' ? [...LENGTHS, 240] : usual;
    const unread = await attackFields(browser, world.url + path, { csrf }, fields, lengths);
    // A visitor who is not signed in is redirected to the sign-in.
    const refusal = name === 'stranger' && path !== '/sign-in' ? 303 : 413;
    for (const status of unread) expect(status).toBe(refusal);
  });

  test.for(pages)('GET %s with every parameter', async (path) => {
    const browser = visitors[name] ?? createBrowser();
    // oxlint-disable-next-line no-await-in-loop -- one after the other, to know what each costs
    for (const query of queries) await attack(browser, `${world.url}${path}?${query}`);
  });
});

describe('the pages of a launch', () => {
  test.for(launchForms.flatMap(([path, ...fields]) => fields.map((field) => [path, field] as const)))(
    'POST %s: %s',
    async ([path, field]) => {
      const { browser, url } = await openChart();
      const form = ticketOf(await browser.visit(`${url}/requests/new`));
      expect(Object.values(form)).not.toContain('');
      const unread = await attackFields(browser, `${url}${path}`, form, [field], [...LENGTHS, 4_000]);
      expect([...unread]).toEqual(MAY_BE_LONG.test(path) ? [] : [413]);
    },
  );

  test.for(['/requests', '/requests/an-id', '/requests/new', '/closing', '/theme.css', '/association'])(
    'GET %s',
    async (path) => {
      for (const [index, [, letters]] of attacks.entries()) {
        const query = new URLSearchParams({ [PARAMETERS[index] ?? 'sent']: letters(1_500), sent: letters(300) });
        // oxlint-disable-next-line no-await-in-loop -- see above
        await attack(chart.browser, `${chart.url}${path}?${query}`);
      }
    },
  );
});

test.for(places)('a part of the path %s', async (place) => {
  for (const [, letters] of attacks) {
    // oxlint-disable-next-line no-await-in-loop -- see above
    await attack(visitors['operator'] ?? createBrowser(), world.url + place + encodeURIComponent(letters(1_500)));
    // oxlint-disable-next-line no-await-in-loop -- see above
    await attack(createBrowser(), `${world.url}${place}${'%'.repeat(3_000)}`);
  }
});

test.for(HEADERS)('the header %s', async (header) => {
  for (const letters of [',', '/', 'a@', '%', '(', ';', '=', 'a=b;', '0', ' ', 'q=0.1,', 'prefetch']) {
    const headers = { [header]: letters.repeat(9_000 / letters.length) };
    for (const path of ['/sign-in', '/smart/launch', '/.well-known/jwks.json', '/settings', '/guide']) {
      // oxlint-disable-next-line no-await-in-loop -- see above
      await attack(createBrowser(), world.url + path, { headers });
    }
  }
});

test('a URL of 100 kB is refused before it reaches the app', async () => {
  const answer = await createBrowser().visit(`${world.url}/sign-in?next=${'/'.repeat(100_000)}`);
  expect(answer.status).toBe(431);
});

describe('the message for a field that is too long', () => {
  test.for([
    [`/settings/clinicians?organization=${QUIET}`, 'name', 201],
    ['/settings/audit/patient', 'reason', 301],
    [`${CONNECTION}?organization=${QUIET}`, 'fhirUrl', 2_049],
    ['/settings/users', 'email', 255],
  ] as const)('%s: %s', async ([path, field, length]) => {
    const browser = await freshPerson('operator');
    const form = { csrf: await tokenOf(world, browser), [field]: 'x'.repeat(length) };
    const answer = await browser.visit(world.url + path, { form });
    expect(answer.status).toBe(400);
    expect(answer.body).toContain(`At most ${length - 1} characters: ${field}.`);
  });

  test('the length of a password counts in bytes', async () => {
    const browser = createBrowser();
    const csrf = await tokenFor('stranger', browser);
    const send = (password: string) =>
      browser.visit(`${world.url}/sign-in`, { form: { csrf, email: 'a@example.com', password } });
    expect((await send('\u4e00'.repeat(267))).status).toBe(400);
    expect(['refused', 429]).toContain(resultOf(await send('\u4e00'.repeat(266))));
  });
});

const root = fileURLToPath(new URL('../..', import.meta.url));
const sources = globSync('src/**/*.ts', { cwd: root }).toSorted();
const textOf = (file: string) => readFileSync(root + file, 'utf8');

test('the values of a request are read in the listed files only', () => {
  const DIRECT = /\brequest\.(?:body\b|query\b|params\b|headers\b|get\(|header\()|\breq\./;
  const readers = sources.filter((file) => !file.startsWith('src/adapters/') && DIRECT.test(textOf(file)));
  expect(readers).toEqual([
    'src/http/cookies.ts',
    'src/http/form-body.ts',
    'src/http/request-values.ts',
    // It reads only whether the Org ID is in the path.
    'src/launches/start/launch-route.ts',
  ]);
});

test('this file tests every field that is read', () => {
  const named = sources.flatMap((file) =>
    [...textOf(file).matchAll(/fieldOf\(request, '(\w+)'/g)].map(([, name]) => name),
  );
  const attacked = new Set([...forms, ...launchForms].flatMap(([, ...fields]) => fields));
  expect([...new Set(named)].filter((name) => !attacked.has(name ?? ''))).toEqual([]);
});

describe("a stranger's posts of a long form", () => {
  const KEEP = `/launches/${'A'.repeat(22)}/requests/new/keep`;
  const LENGTH = 399_000;
  const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
  const post = (body: BodyInit, more: Record<string, string> = {}) =>
    fetch(world.url + KEEP, { method: 'POST', body, headers: { ...FORM, ...more } });

  // Before, "+" took four times as long as a letter.
  test.for<[string, string]>([
    ['+', '+'.repeat(LENGTH)],
    ['a+', 'a+'.repeat(LENGTH / 2)],
  ])('%s takes no longer than letters', async ([, letters]) => {
    const costOf = async (body: string) => {
      const spent = startCpuTime();
      for (let count = 0; count < 20; count += 1) {
        // oxlint-disable-next-line no-await-in-loop -- one after the other, to know what each costs
        expect((await post(`note=${body}`)).status).toBe(204);
      }
      return spent();
    };
    await expect.poll(async () => (await costOf(letters)) / (await costOf('a'.repeat(LENGTH)))).toBeLessThan(1.8);
  });

  // Before, 429 bytes held 400 kB of "+", and two hundred such posts held up every other visitor for seven seconds.
  test('compressed, as no browser sends it', async () => {
    const { status } = await post(gzipSync(`note=${'+'.repeat(LENGTH)}`), { 'content-encoding': 'gzip' });
    expect(status).toBe(400);
  });

  test('at most forty of one visitor are read at a time', async () => {
    const begun = Array.from({ length: 40 }, () => {
      const socket = connect(Number(new URL(world.url).port), '127.0.0.1');
      socket.write(`POST ${KEEP} HTTP/1.1\r\nHost: a\r\nContent-Type: ${FORM['content-type']}\r\n`);
      socket.write(`Content-Length: ${LENGTH}\r\n\r\nnote=`);
      return socket;
    });
    await expect.poll(async () => (await post('note=a')).status).toBe(429);
    for (const socket of begun) socket.destroy();
    await expect.poll(async () => (await post('note=a')).status).toBe(204);
  });
});
