/** The services and receivers of an organization in Settings: refused row by row, previewed, exported, imported again. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';
import { servicesIn } from '#src/settings/service-catalogue.ts';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import type { TestBrowser } from '#test/helpers/browser.ts';
import { ORG_ID, startWorld, type World } from '#test/helpers/world.ts';

const HEAD = 'service,name,system,code,sections,field,label,kind,choices,required\n';
let world: World;
let browser: TestBrowser;
beforeAll(async () => {
  world = await startWorld({ settings: { receivers: 'name,kind,telephone,services,reference\n=Swift,,,transport,' } });
  await addPerson(world, 'operator@example.com');
  browser = await signedIn(world, 'operator@example.com');
});
afterAll(() => world.close());

const url = (step: string) => `${world.url}/settings/integrations/smart-on-fhir${step}?organization=${ORG_ID}`;
const fieldsOf = (body: string) =>
  Object.fromEntries(
    [...body.matchAll(/<textarea [^>]*name="(services|receivers)"[^>]*>\n([^<]*)<\/textarea>/g)].map(
      ([, name = '', text = '']) => [name, text.replaceAll('&quot;', '"').replaceAll('&amp;', '&')],
    ),
  );

test('the preview shows each service with its questions and receivers', async () => {
  const { body } = await browser.visit(url('/request-form'));
  for (const { text } of servicesIn(DEFAULT_SERVICES)) expect(body).toContain(`<h2>${text}</h2>`);
  expect(body).toContain('<bdi>Litres a minute</bdi>: number, required if oxygen is yes');
  expect(body).toContain('<dt>Receivers</dt><dd>=Swift</dd>');
});

test('an export is a table of texts, and says the same when it is read again', async () => {
  const { body, headers } = await browser.visit(url('/services.csv'));
  expect(headers['content-type']).toContain('text/csv');
  expect(servicesIn(body)).toEqual(servicesIn(DEFAULT_SERVICES));
  expect((await browser.visit(url('/receivers.csv'))).body).toContain(`"'=Swift"`);
});

test('a table that is pasted is refused with each wrong row, and nothing typed is lost; a right one is saved', async () => {
  const page = await browser.visit(url('/advanced'));
  expect(servicesIn(fieldsOf(page.body)['services'] ?? '')).toHaveLength(5);
  const save = async (services: string) =>
    browser.open(url('/advanced'), { form: { csrf: await tokenOf(world, browser), ...(await savedForm()), services } });
  const refused = await save(`${HEAD}van,,,,,,,,,\r\nbus,Bus,,,when,,,,,`);
  expect(refused.body).toContain('line 2: name must be 1 to 60 characters; line 3: sections must be of where');
  expect(refused.body).toContain('bus,Bus,,,when');
  await save(`${HEAD}van,Van,,,where,,,,,`);
  expect((await browser.visit(url('/request-form'))).body).toContain('<h2>Van</h2>');
});

/** What the form of the advanced settings holds: a value that is not posted is one that was emptied. */
async function savedForm(): Promise<Record<string, string>> {
  const { body } = await browser.visit(url('/advanced'));
  const form = /<form method="post" action="[^"]*advanced[^"]*">([^]*?)<\/form>/.exec(body)?.[1] ?? '';
  const inputs = [...form.matchAll(/<input ([^>]*)>/g)].map(([, tag = '']) => tag);
  const attribute = (tag: string, name: string) => new RegExp(`(?:^| )${name}="([^"]*)"`).exec(tag)?.[1] ?? '';
  const typed = inputs.filter((tag) => attribute(tag, 'type') !== 'checkbox' || tag.includes(' checked'));
  const selects = [...form.matchAll(/<select [^>]*name="([^"]+)"[^>]*>([^]*?)<\/select>/g)];
  const texts = [...form.matchAll(/<textarea [^>]*name="([^"]+)"[^>]*>\n([^<]*)<\/textarea>/g)];
  return Object.fromEntries([
    ...typed.map((tag) => [attribute(tag, 'name'), attribute(tag, 'value')] as const),
    ...selects.map(
      ([, name = '', options = '']) => [name, /value="([^"]*)" selected/.exec(options)?.[1] ?? ''] as const,
    ),
    ...texts.map(([, name = '', text = '']) => [name, text.replaceAll('&quot;', '"')] as const),
  ]);
}
