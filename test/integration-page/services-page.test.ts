/**
 * Settings > Services and receivers: tables are refused row by row, previewed, saved, exported and imported; a
 * Questionnaire too.
 */
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';
import { servicesIn } from '#src/settings/service-catalogue.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser, Visit } from '#test/helpers/browser.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';

const HEAD = 'service,name,system,code,sections,field,label,kind,choices,required\n';
const settings = { receivers: 'name,kind,telephone,services,reference\n=Swift,,,transport,\nGone,,,bus,' };
const world = useWorld({ settings });
let browser: TestBrowser;
beforeAll(async () => {
  await addPerson(world, 'operator@example.com');
  browser = await signedIn(world, 'operator@example.com');
});
beforeEach(() => world.setOrganization(ORG_ID, settings));

const url = (step = '') => `${world.url}/settings/services${step}?organization=${ORG_ID}`;
const plain = (text: string) => text.replaceAll('&quot;', '"').replaceAll('&amp;', '&').replaceAll('&#39;', "'");
const valueOf = ({ body }: Visit, name: string) =>
  plain(new RegExp(`<textarea [^>]*name="${name}"[^>]*>\n([^<]*)</textarea>`).exec(body)?.[1] ?? '');
const versionIn = ({ body }: Visit) => /name="version" value="([^"]+)"/.exec(body)?.[1] ?? '';
async function post(step: string, form: Record<string, string>, version?: string): Promise<Visit> {
  const opened = version ?? versionIn(await browser.visit(url()));
  return browser.open(url(step), { form: { csrf: await tokenOf(world, browser), version: opened, ...form } });
}
const savedServices = async () => servicesIn((await browser.visit(url('/services.csv'))).body);

test('each service is shown with its questions and receivers, and a receiver without a known service is marked', async () => {
  const { body } = await browser.visit(url());
  for (const { text } of servicesIn(DEFAULT_SERVICES)) expect(body).toContain(`<bdi>${text}</bdi>`);
  expect(body).toContain(
    '<bdi>Liters per minute</bdi>: number, <bdi>required, only if “Oxygen on the way” is yes</bdi>',
  );
  expect(body).toContain('<dt>Receivers</dt><dd>=Swift</dd>');
  expect(body).toContain('Not a service: bus');
});

test('an export is a CSV of texts, and importing it changes nothing', async () => {
  const { body, headers } = await browser.visit(url('/services.csv'));
  expect(headers['content-type']).toContain('text/csv');
  expect(servicesIn(body)).toEqual(servicesIn(DEFAULT_SERVICES));
  expect((await browser.visit(url('/receivers.csv'))).body).toContain(`"'=Swift"`);
});

test('an invalid table is refused with each line, and all input is kept', async () => {
  const refused = await post('/services', { services: `${HEAD}van,,,,,,,,,\r\nbus,Bus,,,when,,,,,`, intent: 'save' });
  expect(refused.body).toContain('line 2: name must be 1 to 60 characters');
  expect(refused.body).toContain('line 3: sections must be of where');
  expect(valueOf(refused, 'services')).toContain('bus,Bus,,,when');
  const receivers = await post('/receivers', { receivers: 'name,kind\nx,y', intent: 'save' });
  expect(receivers.body).toContain('line 1 must name the columns');
  expect(await savedServices()).toHaveLength(5);
});

test('a preview shows the changes and saves nothing; Save saves them', async () => {
  const services = `${HEAD}van,Van,,,where,,,,,\ntransport,Transport,,,,,,,,`;
  const preview = await post('/services', { services, intent: 'preview' });
  for (const line of ['Van: new', 'Transport: changed', 'Referral: removed']) expect(preview.body).toContain(line);
  expect(await savedServices()).toHaveLength(5);
  const saved = await post('/services', { services: valueOf(preview, 'services'), intent: 'save' });
  expect(saved.body).toContain('The services are saved.');
  expect((await savedServices()).map(({ text }) => text)).toEqual(['Van', 'Transport']);
});

test('a table that another administrator saved meanwhile is not overwritten without a preview', async () => {
  const opened = versionIn(await browser.visit(url()));
  await post('/services', { services: `${HEAD}van,Van,,,where,,,,,`, intent: 'save' });
  const late = await post('/services', { services: `${HEAD}bus,Bus,,,where,,,,,`, intent: 'save' }, opened);
  expect(late.body).toContain('Another administrator has saved these tables');
  expect((await savedServices()).map(({ text }) => text)).toEqual(['Van']);
});

test('300 receivers, more than other settings may hold, are saved', async () => {
  const rows = Array.from(
    { length: 300 },
    (_none, index) => `Receiver of the region ${index},Ambulance,+1 555 010 ${index},,`,
  );
  const receivers = ['name,kind,telephone,services,reference', ...rows].join('\n');
  expect(receivers.length).toBeGreaterThan(12_000);
  expect((await post('/receivers', { receivers, intent: 'save' })).body).toContain('The receivers are saved.');
  expect((await browser.visit(url('/receivers.csv'))).body.trim().split('\n')).toHaveLength(301);
});

const QUESTIONNAIRE = {
  resourceType: 'Questionnaire',
  title: 'Oxygen at home',
  item: [
    { linkId: '1', type: 'boolean', text: 'On oxygen', required: true },
    {
      linkId: '2',
      type: 'group',
      text: 'Device',
      enableWhen: [{ question: '1', operator: '=', answerBoolean: true }],
      item: [
        { linkId: '2.1', type: 'decimal', text: 'Litres', initial: [{ valueDecimal: 2 }] },
        {
          linkId: '2.2',
          type: 'choice',
          text: 'Mask',
          answerOption: [{ valueString: 'Nasal' }, { valueString: 'Face' }],
        },
      ],
    },
  ],
};

test('a Questionnaire becomes the questions of a new service, which is previewed and then saved', async () => {
  const questionnaire = JSON.stringify(QUESTIONNAIRE);
  const preview = await post('/questionnaire', { questionnaire, service: '', name: '' });
  expect(preview.body).toContain('Oxygen at home: new');
  expect(preview.body).toContain('linkId 2.1: the initial answer is left out.');
  expect(preview.body).toContain('<bdi>Device: Litres</bdi>: number, <bdi>only if “On oxygen” is yes</bdi>');
  expect(await savedServices()).toHaveLength(5);
  await post('/services', { services: valueOf(preview, 'services'), intent: 'save' });
  const own = (await savedServices()).find(({ text }) => text === 'Oxygen at home');
  expect(own?.fields.map(({ name }) => name)).toEqual(['q-1', 'q-2-1', 'q-2-2']);
});

test('a Questionnaire is imported into an existing service, or refused with the items', async () => {
  const into = await post('/questionnaire', { questionnaire: JSON.stringify(QUESTIONNAIRE), service: 'infusion' });
  expect(into.body).toContain('Infusion: changed');
  const item = [{ linkId: '9', type: 'reference', text: 'Weight' }];
  const questionnaire = JSON.stringify({ ...QUESTIONNAIRE, item });
  const refused = await post('/questionnaire', { questionnaire, service: '', name: 'Weights' });
  expect(refused.body).toContain('linkId 9: the type reference is not supported');
  expect(valueOf(refused, 'questionnaire')).toBe(questionnaire);
});
