/** Texts that attempt to become markup or script, and a browser that records any effect. */
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Fault, FhirAnswer, JsonObject } from '#sandbox/fault-type.ts';
import { addPerson } from '#test/helpers/administrators.ts';
import { openChromium } from '#test/helpers/chromium.ts';
import { startWorld, type World } from '#test/helpers/world.ts';
import { withFault } from './own-fault.ts';
import { signInToSettings } from './settings-sign-in.ts';

/** One text for each way to break out of HTML, attributes, templates and addresses. */
export const HOSTILE = [
  '<script>alert(1)</script>',
  '<script>window.hostileRan=1</script>',
  '"><img src=x onerror=alert(1)>',
  "' onmouseover='window.hostileRan=1' autofocus onfocus='alert(1)",
  'javascript:alert(1)',
  '<a href="javascript:window.hostileRan=1">here</a>',
  '</textarea><script>window.hostileRan=1</script>',
  '</title></style><svg onload=alert(1)>',
  '<iframe srcdoc="<script>parent.hostileRan=1</script>"></iframe>',
  '<meta http-equiv=refresh content="0;url=https://evil.example/">',
  '<link rel=stylesheet href=//evil.example/a.css>',
  '{{7*7}} ${7*7} <%= 7*7 %>',
];
/** All of them in one text. */
export const ALL = HOSTILE.join(' ');
/** All of them, in texts that are short enough for a field; the last one begins as an address would. */
export const TYPED = [...[0, 3, 6, 9].map((from) => HOSTILE.slice(from, from + 3).join(' ')), 'javascript:alert(1)'];
const SCOPES =
  'launch launch/patient openid fhirUser profile online_access patient/*.read patient/ServiceRequest.write';
/** Selects elements and attributes that only hostile text can have made. */
export const MADE_BY_TEXT =
  'iframe,object,svg[onload],img[src="x"],[onerror],[onload],[onfocus],[onmouseover],[href^="javascript:" i],meta[http-equiv],script:not([src^="/assets/"]),link[href*="evil.example"],[href^="//evil"],[href^="https://evil"]';
/** Runs before any script of a page. A strict policy does not stop it, because the browser's driver adds it. */
const WATCH = `
Object.defineProperty(window, 'hostileRan', { set: () => window.tell('a script ran') });
document.addEventListener('securitypolicyviolation', (event) => window.tell('tried: ' + event.violatedDirective));
`;

/** A world with one open tab, and what happened in it. */
export interface WatchedWorld {
  world: World;
  page: Page;
  /** Dialogs, scripts that ran, loads that the policy stopped, and requests to other hosts. */
  happened: string[];
  /** Expects that nothing happened, and that the page holds nothing that could still run. */
  expectInert(): Promise<void>;
  /** Adds a fault to the sandbox while `during` runs. */
  withFault(fault: Omit<Fault, 'description'>, during: () => Promise<void>): Promise<void>;
  signIn(): Promise<void>;
  close(): Promise<void>;
}

/** Opens a world whose EHR has one user for each of {@link TYPED}, with the text as name. */
export async function openWatchedWorld(): Promise<WatchedWorld> {
  const users = TYPED.map((name, index) => ({ id: `user-${index}`, name, fhirUser: 'Practitioner/prac-rivera' }));
  const world = await startWorld({ settings: { createRequests: true, scopes: SCOPES }, sandbox: { users } });
  const { context, close } = await openChromium({ cookies: 'all allowed' });
  const happened: string[] = [];
  await context.exposeBinding('tell', (_source, what: string) => void happened.push(what));
  await context.addInitScript(WATCH);
  context.on('dialog', (dialog) => {
    happened.push(`a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  context.on('request', (request) => {
    const { origin, pathname } = new URL(request.url());
    if (![world.url, world.sandbox.origin].includes(origin) || pathname.endsWith('/x')) happened.push(request.url());
  });
  const page = await context.newPage();
  return {
    world,
    page,
    happened,
    expectInert: async () => {
      expect(await page.locator(MADE_BY_TEXT).count()).toBe(0);
      expect(happened).toEqual([]);
    },
    withFault: (fault, during) => withFault(world.sandbox, fault, during),
    signIn: async () => {
      await addPerson(world, 'operator@example.com');
      await signInToSettings(page, world.url);
    },
    close: async () => {
      await close();
      await world.close();
    },
  };
}

/** The text of the open page, visible and hidden. */
export async function textOf(page: Page): Promise<string> {
  return (await page.locator('body').textContent()) ?? '';
}

/** The chart with each text as name, order, reason, requester, performer, category and OperationOutcome. */
export function hostileChart(answer: FhirAnswer): FhirAnswer | undefined {
  const { body } = answer;
  if (body['resourceType'] === 'Patient' || body['resourceType'] === 'Practitioner')
    return { ...answer, body: { ...body, name: [{ family: HOSTILE[2], given: [HOSTILE[0]] }] } };
  const entries = body['entry'] as { resource?: JsonObject }[] | undefined;
  const model = entries?.find(({ resource }) => resource?.['resourceType'] === 'ServiceRequest')?.resource;
  if (!model) return undefined;
  const orders = HOSTILE.map((text, index) => ({
    search: { mode: 'match' },
    resource: {
      ...model,
      id: `hostile-${index}`,
      identifier: undefined,
      code: { text },
      category: [{ text }],
      reasonCode: [{ text }],
      requester: { display: text },
      performer: [{ display: text }],
      note: [{ text }],
    },
  }));
  const outcome = {
    resourceType: 'OperationOutcome',
    text: { status: 'generated', div: `<div>${ALL}</div>` },
    issue: HOSTILE.map((text) => ({ severity: 'warning', code: 'suppressed', diagnostics: text, details: { text } })),
  };
  const entry = [...orders, { search: { mode: 'outcome' }, resource: outcome }];
  return { ...answer, body: { ...body, total: orders.length, entry } };
}
