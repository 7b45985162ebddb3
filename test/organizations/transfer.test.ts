import { describe, expect, onTestFinished, test } from 'vitest';
import { settingFields } from '#src/settings/derived.ts';
import { runAdmin } from '#test/helpers/command-line.ts';
import { hasPostgres, lendPostgres } from '#test/helpers/databases.ts';

const SECRET = 'a secret of at least thirty-two characters';
const GENERAL = ['--name', 'General Hospital', '--fhir-url', 'https://ehr.example/fhir', '--client-id', 'abc'];
const SETTINGS = [
  'vendor=epic',
  'frameAncestors=https://ehr.example',
  'issuer=https://issuer.example/',
  'nonce=optional',
  'authorizationEndpoint=https://ehr.example/authorize',
  'tokenEndpoint=https://ehr.example/token',
  'jwksUri=https://ehr.example/jwks',
];

const environment = async () => {
  const { url, giveBack } = await lendPostgres();
  onTestFinished(giveBack);
  const env = { APP_SECRETS: SECRET, PUBLIC_URL: 'https://app.example', DATABASE_URL: url };
  return (args: string[], input = '') => runAdmin(env, args, input);
};

/** Makes an export, and returns the environment it comes from. */
async function exported() {
  const admin = await environment();
  await admin(['organization', 'set', 'general', ...GENERAL, ...SETTINGS.flatMap((one) => ['--setting', one])]);
  return { admin, text: (await admin(['organization', 'export', 'general'])).stdout };
}

describe.runIf(await hasPostgres())('between two environments', () => {
  test('an organization is imported with equal settings', async () => {
    const { text } = await exported();
    const admin = await environment();
    const imported = await admin(['organization', 'import'], text);
    expect(imported).toMatchObject({ code: 0, stdout: expect.stringContaining('Organization general created.') });
    expect((await admin(['organization', 'export', 'general'])).stdout).toBe(text);
    expect((await admin(['organization', 'import', '--as', 'general'], text)).stdout).toContain('nothing changed');
    const shown = (await admin(['organization', 'show', 'general'])).stdout;
    expect(shown).toMatch(/tokenEndpoint +https:\/\/ehr\.example\/token/);
    expect(shown).toContain('no: endpoints are given by hand');
    await admin(['organization', 'import', '--as', 'second'], text);
    expect((await admin(['organization', 'export', 'second'])).stdout).toBe(text.replace('"general"', '"second"'));
  });

  test('an organization that exists is changed only if the command names it', async () => {
    const { admin, text } = await exported();
    const changed = text.replace('General Hospital', 'Renamed Hospital');
    const refused = await admin(['organization', 'import'], changed);
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('<orgId>: is taken') });
    expect(refused.stderr).toContain('organization import --as general');
    expect((await admin(['organization', 'export', 'general'])).stdout).toBe(text);
    const { stdout } = await admin(['organization', 'import', '--as', 'general'], changed);
    expect(stdout).toContain('Organization general updated: name.');
  });

  test('an export has every setting and nothing else', async () => {
    const members = Object.keys(JSON.parse((await exported()).text));
    expect(members.toSorted()).toEqual(['form', 'id', 'name', 'fhirBaseUrl', 'clientId', ...settingFields].toSorted());
  });

  const NO_OUTPUT = 'Standard input is not the output of';
  const MANY = Array.from({ length: 20_000 }, (_, index) => `"k${index}": 1,`).join('');
  test.for<[string, (text: string) => string, string]>([
    ['nothing', () => '', NO_OUTPUT],
    ['another JSON', () => '{"id":"general"}', NO_OUTPUT],
    ['a later form', (text) => text.replace('organization/1', 'organization/2'), NO_OUTPUT],
    ['an unknown setting', (text) => text.replace('"nonce"', '"colour"'), 'setting colour: is not a setting'],
    ['a bad value', (text) => text.replace('"optional"', '"maybe"'), 'setting nonce: must be required or optional'],
    [
      'half of the endpoints',
      (text) => text.replace('https://ehr.example/jwks', ''),
      'setting jwksUri: is needed when endpoints are given by hand',
    ],
    ['a second id', (text) => text.replace('"general"', '"general", "id": "second"'), NO_OUTPUT],
    ['a setting twice', (text) => text.replace('{', '{"nonce": "required",'), NO_OUTPUT],
    [
      'members of every object',
      (text) => text.replace('{', '{"__proto__": 1, "constructor": 1,'),
      'setting __proto__, constructor: is not a setting',
    ],
    ['one such member', (text) => text.replace('{', '{"constructor": 1,'), 'setting constructor: is not a setting'],
    ['very many unknown settings', (text) => text.replace('{', `{${MANY}`), 'k9 and 19990 more: is not a setting'],
    [
      'a name that would change the terminal',
      (text) => text.replace('{', '{"\\u001b]0;x\\u0007\\u009b2J": 1,'),
      'setting  ]0;x  2J: is not a setting',
    ],
    ['5 MB', (text) => text.replace('Hospital', 'x'.repeat(5_000_000)), 'Standard input has more than 4000000 bytes'],
    [
      'very deep lists',
      (text) => text.replace(/\[\s*"https:..ehr.example"\s*\]/, `${'['.repeat(50_000)}${']'.repeat(50_000)}`),
      'setting frameAncestors',
    ],
    ['an id with a slash', (text) => text.replace('"general"', '"../x"'), '<orgId>: must be letters'],
  ])('%s is refused and changes nothing', async ([, change, reason]) => {
    const { admin, text } = await exported();
    const as = reason.startsWith('<orgId>') ? [] : ['--as', 'general'];
    const { code, stderr } = await admin(['organization', 'import', ...as], change(text));
    expect(code).toBe(2);
    expect(stderr).toContain(reason);
    expect((await admin(['organization', 'export', 'general'])).stdout).toBe(text);
  });
});
