/** A FHIR URL that leads nowhere: the rows tell a misspelt name from a closed door, and claim no connection (REG-06). */
import dns from 'node:dns';
import { syncBuiltinESMExports } from 'node:module';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createCheckup, row } from '#test/checks/checkup.ts';
import { startServer } from '#test/helpers/listener.ts';

const checkup = createCheckup();
const lookup = dns.lookup;
afterEach(() => {
  dns.lookup = lookup;
  syncBuiltinESMExports();
});
afterAll(() => checkup.close());

function answerNames(code: string): void {
  const refuse = (_host: string, _options: unknown, callback: (error: Error) => void) =>
    callback(Object.assign(new Error(code), { code }));
  Object.assign(dns, { lookup: refuse });
  syncBuiltinESMExports();
}

describe('a host that does not exist', () => {
  test.for(['guide-smart-configuration', 'dns', 'configuration-status'])('%s names the cause', async (id) => {
    answerNames('ENOTFOUND');
    const result = row(await checkup.run('https://ehr.exmaple.org/fhir'), id);
    expect(result).toMatchObject({ verdict: 'failure', owner: 'our administrator' });
    expect(result.found).toContain('ehr.exmaple.org: no such name');
    expect(result.mend).toContain('Check the spelling of the FHIR URL');
  });

  test('no row claims a connection that never was', async () => {
    answerNames('ENOTFOUND');
    const finished = await checkup.run('https://ehr.exmaple.org/fhir');
    for (const id of ['port', 'tls-chain', 'capability-statement'])
      expect(row(finished, id)).toMatchObject({ verdict: 'skipped' });
  });

  test('name servers that fail are the network team’s', async () => {
    answerNames('EAI_AGAIN');
    const finished = await checkup.run('https://ehr.example.org/fhir');
    expect(row(finished, 'guide-smart-configuration')).toMatchObject({ verdict: 'failure', owner: 'network team' });
  });
});

test('a refused connection is the network team’s', async () => {
  const finished = await checkup.run('https://localhost:1/fhir');
  expect(row(finished, 'guide-smart-configuration')).toMatchObject({ verdict: 'failure', owner: 'network team' });
  expect(row(finished, 'guide-smart-configuration').found).toContain('no connection');
});

test.for([
  ['nothing there', 404, 'application/json', '{}'],
  ['a web page', 200, 'text/html', '<!doctype html><title>Portal</title>'],
] as const)(
  '%s below the FHIR URL: first the URL is checked, then the EHR team is asked',
  async ([, status, type, body]) => {
    const server = await startServer((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    const result = row(await checkup.run(`${server.origin}/fhir`), 'guide-smart-configuration');
    await server.close();
    expect(result).toMatchObject({ verdict: 'failure', owner: 'our administrator' });
    expect(result.mend).toMatch(
      /First check the FHIR URL itself: .*tenant and version segment.*ask the EHR team to serve/,
    );
  },
);
