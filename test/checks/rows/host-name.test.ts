/**
 * A FHIR URL that leads nowhere: the rows distinguish a wrong name from a closed port, and claim no connection
 * (REG-06).
 */
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import { createCheckup, idsOf, row } from '#test/checks/checkup.ts';
import { startServer } from '#test/helpers/servers/listener.ts';
import { answerNames } from '#test/helpers/servers/name-servers.ts';

const checkup = createCheckup();
afterEach(() => void vi.restoreAllMocks());
afterAll(() => checkup.close());

describe('a host that does not exist', () => {
  test('one row names the cause, and the others point to it', async () => {
    answerNames(() => 'ENOTFOUND');
    const finished = await checkup.run('https://ehr.exmaple.org/fhir');
    expect(idsOf(finished, 'failure', 'warning')).toEqual(['dns']);
    expect(row(finished, 'dns')).toMatchObject({ owner: 'Your administrator' });
    expect(row(finished, 'dns').found).toContain('ehr.exmaple.org: no such name');
    expect(row(finished, 'dns').remedy).toContain('Compare the host of the FHIR URL');
    for (const id of ['guide-smart-configuration', 'configuration-type'])
      expect(row(finished, id).found).toContain(row(finished, 'dns').title);
  });

  test('no row claims a connection that was not made', async () => {
    answerNames(() => 'ENOTFOUND');
    const finished = await checkup.run('https://ehr.exmaple.org/fhir');
    for (const id of ['port', 'tls-chain', 'capability-statement'])
      expect(row(finished, id)).toMatchObject({ verdict: 'skipped' });
  });

  test('failing name servers are the network team’s job', async () => {
    answerNames(() => 'EAI_AGAIN');
    const finished = await checkup.run('https://ehr.example.org/fhir');
    expect(idsOf(finished, 'failure', 'warning')).toEqual(['dns']);
    expect(row(finished, 'dns')).toMatchObject({ owner: 'Network team' });
  });
});

test.for([
  ['https', 'port'],
  ['http', 'guide-smart-configuration'],
])('a port without a listener, over %s, is one failed row: %s', async ([scheme, id]) => {
  const finished = await checkup.run(`${scheme}://localhost:1/fhir`);
  expect(idsOf(finished, 'failure', 'warning')).toEqual([id]);
  expect(row(finished, id ?? '')).toMatchObject({ verdict: 'failure', owner: 'EHR team' });
  expect(row(finished, id ?? '').found).toContain('nothing listens on the port');
});

test.for([
  ['nothing there', 404, 'application/json', '{}'],
  ['a web page', 200, 'text/html', '<!doctype html><title>Portal</title>'],
] as const)(
  '%s below the FHIR URL and no CapabilityStatement: one row advises to compare the URL',
  async ([, status, type, body]) => {
    const server = await startServer((_request, response) => {
      response.writeHead(status, { 'content-type': type }).end(body);
    });
    const finished = await checkup.run(`${server.origin}/fhir`);
    await server.close();
    expect(idsOf(finished, 'failure', 'warning')).toEqual(['guide-smart-configuration']);
    const result = row(finished, 'guide-smart-configuration');
    expect(result).toMatchObject({ verdict: 'failure', owner: 'Your administrator' });
    expect(result.remedy).toContain(status === 200 ? 'Ask the EHR team for the FHIR base URL' : 'version segment');
  },
);
