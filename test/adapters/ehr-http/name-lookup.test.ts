/** Names of EHRs, asked of a name server on loopback: none that does not answer keeps another name waiting. */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createNameLookup, type FindAddresses } from '#src/adapters/ehr-http/name-lookup.ts';

const A = 1;
const AAAA = 28;
const NO_NAME = 3;
const SERVER_FAILURE = 2;
const FOUR = Buffer.from([192, 0, 2, 1]);
const SIX = Buffer.from('20010db8000000000000000000000001', 'hex');

/** What the name server says: an address, a failure, or nothing at all. */
const answers: Record<string, (type: number) => Buffer | number | 'silence'> = {
  'both.example': (type) => (type === A ? FOUR : SIX),
  'old.example': (type) => (type === A ? FOUR : 0),
  'new.example': (type) => (type === AAAA ? SIX : 0),
  'half.example': (type) => (type === A ? FOUR : 'silence'),
  'gone.example': () => NO_NAME,
  'fhir.ehr': () => NO_NAME,
  'fhir.ehr.svc.example': () => NO_NAME,
  'fhir.ehr.cluster.example': (type) => (type === A ? FOUR : 0),
  'gone.example.svc.example': () => NO_NAME,
  'gone.example.cluster.example': () => NO_NAME,
  'broken.example': () => SERVER_FAILURE,
  'crowd.example': (type) => (type === A ? FOUR : SIX),
  'crowd-of-four.example': (type) => (type === A ? FOUR : 0),
};

const server = createSocket('udp4');
const folder = mkdtempSync(join(tmpdir(), 'hosts-'));
const hostsFile = join(folder, 'hosts');
const resolverFile = join(folder, 'resolv.conf');
let asked: string[] = [];
let find: FindAddresses;
beforeAll(async () => {
  server.on('message', (question, from) => {
    const end = question.indexOf(0, 12);
    const name = question
      .subarray(13, end)
      .toString()
      .replace(/[^a-z0-9-]/g, '.');
    const type = question.readUInt16BE(end + 1);
    asked.push(name);
    const answer = answers[name]?.(type) ?? 'silence';
    if (answer === 'silence') return;
    const [data, code] = typeof answer === 'number' ? [undefined, answer] : [answer, 0];
    const copies = data ? (name.startsWith('crowd') ? 35 : 1) : 0;
    const head = Buffer.alloc(12);
    question.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 + code, 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(copies, 6);
    const record = data ? [Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length]), data] : [];
    const records = Array.from({ length: copies }, () => record).flat();
    server.send(Buffer.concat([head, question.subarray(12, end + 5), ...records]), from.port, from.address);
  });
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  writeFileSync(
    hostsFile,
    '10.0.0.5 Inside.example other.example # gone.example\nfd00::5 inside.example\nx y.example\n',
  );
  writeFileSync(resolverFile, 'nameserver 192.0.2.53\nsearch svc.example cluster.example\noptions ndots:5\n');
  find = createNameLookup({ servers: [`127.0.0.1:${server.address().port}`], hostsFile, resolverFile });
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

test('names whose servers do not answer keep no other name waiting', async () => {
  let isOver = false;
  for (let index = 0; index < 64; index += 1) find(`silent-${index}.example`).catch(() => (isOver = true));
  await expect.poll(() => asked.filter((name) => name.startsWith('silent-')).length).toBeGreaterThan(64);
  expect(await find('both.example')).toHaveLength(2);
  expect(isOver).toBe(false);
});

test.for([
  ['both.example', ['192.0.2.1', '2001:db8::1']],
  ['old.example', ['192.0.2.1']],
  ['new.example', ['2001:db8::1']],
  ['half.example', ['192.0.2.1']],
  ['fhir.ehr', ['192.0.2.1']],
  ['inside.example', ['10.0.0.5', 'fd00::5']],
  ['OTHER.example', ['10.0.0.5']],
] as [string, string[]][])('%s has the addresses %j', async ([name, addresses]) => {
  asked = [];
  expect((await find(name)).map(({ address }) => address)).toEqual(addresses);
  expect(asked.length > 0).toBe(!addresses.some((one) => one === '10.0.0.5'));
});

test.for([
  ['gone.example', 'ENOTFOUND'],
  ['broken.example', 'EAI_AGAIN'],
  ['silent.example', 'EAI_AGAIN'],
  ['y.example', 'EAI_AGAIN'],
] as [string, string][])('%s fails with %s', async ([name, code]) => {
  await expect(find(name)).rejects.toMatchObject({ code, syscall: 'getaddrinfo', hostname: name });
});

test('names of this machine are not asked of a name server', async () => {
  asked = [];
  expect((await find('localhost')).map(({ address }) => address)).toContain('127.0.0.1');
  expect(asked).toEqual([]);
});

test.for([
  ['both.example', [4, 6]],
  ['crowd.example', [...Array.from({ length: 16 }, () => 4), ...Array.from({ length: 16 }, () => 6)]],
  ['crowd-of-four.example', Array.from({ length: 16 }, () => 4)],
] as const)('%s: at most sixteen addresses of each family are judged and tried (MT-06)', async ([name, families]) => {
  expect((await find(name)).map(({ family }) => family)).toEqual(families);
});
