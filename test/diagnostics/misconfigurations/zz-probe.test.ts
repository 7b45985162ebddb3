import { appendFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { test } from 'vitest';
import { atPath, type Meddling, page, redirect, startGateway } from '#test/helpers/servers/gateway.ts';
import { type Seed, useSeededWorld } from './seeded-world.ts';

const { launchWith, checkWith } = useSeededWorld();
const out = process.env['PROBE_OUT'] ?? '/tmp/golive/probe.txt';
const put = (line: string) => appendFileSync(out, `${line}\n`);

const PATIENT = /^\/fhir\/r4\/Patient/;
const FHIR = /^\/fhir\/r4\//;
const SEARCH = /^\/fhir\/r4\/ServiceRequest/;
const TOKEN = /^\/auth\/token/;
const JWKS = /jwks/;
const OIDC = /openid-configuration/;
const CONF = /smart-configuration$/;
const META = /metadata/;
const AUTH = /^\/auth\/authorize/;
const iss = (change: (iss: string) => string) => (url: URL) =>
  url.searchParams.set('iss', change(url.searchParams.get('iss') ?? ''));
const json = (text: string, change: (o: Record<string, unknown>) => Record<string, unknown>) => {
  try { return JSON.stringify(change(JSON.parse(text))); } catch { return text; }
};
const tok = (more: Record<string, unknown>): Meddling => atPath(TOKEN, { body: (t) => json(t, (o) => ('access_token' in o ? { ...o, ...more } : o)) });
const conf = (more: Record<string, unknown>): Meddling => atPath(CONF, { body: (t) => json(t, (o) => ({ ...o, ...more })) });
const status = (path: RegExp, code: number, body = '', headers: Record<string, string> = {}): Meddling => ({ path, answer: (a) => a.writeHead(code, headers).end(body) });
const late = (path: RegExp): Meddling => ({ path, answer: () => {} });
const cut = (path: RegExp): Meddling => ({ path, answer: (a) => { a.writeHead(200, { 'content-type': 'application/json', 'content-length': '900' }); a.write('{"a":'); setTimeout(() => a.destroy(), 20); } });

type Row = [string, Meddling | Seed, ('l' | 'c' | 'lc')?];
const rows: Row[] = [
  ['proxy rewrites Host at all', atPath(/./, { headers: (h) => void (h.host = 'ehr.internal:8443') })],
  ['proxy rewrites Host at token', atPath(TOKEN, { headers: (h) => void (h.host = 'ehr.internal:8443') })],
  ['proxy rewrites Host at fhir', atPath(FHIR, { headers: (h) => void (h.host = 'ehr.internal:8443') })],
  ['proxy adds X-Forwarded-Proto https', atPath(/./, { headers: (h) => { h['x-forwarded-proto'] = 'https'; } })],
  ['proxy adds X-Forwarded-Host', atPath(/./, { headers: (h) => { h['x-forwarded-host'] = 'other.example'; } })],
  ['proxy drops content-type at token', atPath(TOKEN, { headers: (h) => void delete h['content-type'] })],
  ['proxy changes content-type to json at token', atPath(TOKEN, { headers: (h) => { h['content-type'] = 'application/json'; } })],
  ['proxy strips Accept', atPath(/./, { headers: (h) => void delete h['accept'] })],
  ['discovery 404', status(CONF, 404)], ['discovery 410', status(CONF, 410)], ['discovery 204', status(CONF, 204)],
  ['discovery 406', status(CONF, 406)], ['discovery 403 json', status(CONF, 403, '{"error":"forbidden"}', { 'content-type': 'application/json' })],
  ['discovery 403 waf html', page(CONF, 403)], ['discovery 401', status(CONF, 401)], ['discovery 503', status(CONF, 503)],
  ['discovery cut', cut(CONF)], ['discovery late', late(CONF)], ['discovery empty 200', status(CONF, 200, '', { 'content-type': 'application/json' })],
  ['discovery text/plain', { path: CONF, body: (t: string) => t } ],
  ['discovery null', status(CONF, 200, 'null', { 'content-type': 'application/json' })],
  ['discovery redirect http->https', redirect(CONF, 301, 'https://ehr.example/fhir/r4/.well-known/smart-configuration')],
  ['discovery bom', atPath(CONF, { body: (t) => `\uFEFF${t}` })],
  ['metadata 404 and conf 404', status(/smart-configuration|metadata|openid-conf/, 404)],
  ['all web page', page(/^\/fhir/, 200)],
  ['all 503', status(/^\/fhir/, 503)], ['all 403', status(/^\/fhir/, 403)], ['all 401', status(/^\/fhir/, 401)],
  ['conf relative token', conf({ token_endpoint: '/auth/token' })],
  ['conf token typo', conf({ token_endpoint: 'http://localhost:1/auth/token' })],
  ['conf authorize typo path', atPath(CONF, { body: (t) => t.replace('/auth/authorize', '/auth/authorise') })],
  ['conf swapped endpoints', atPath(CONF, { body: (t) => json(t, (o) => ({ ...o, token_endpoint: o['authorization_endpoint'], authorization_endpoint: o['token_endpoint'] })) })],
  ['conf issuer slash', atPath(CONF, { body: (t) => json(t, (o) => ({ ...o, issuer: `${o['issuer']}/` })) })],
  ['conf issuer other', conf({ issuer: 'https://idp.hospital.example/auth' })],
  ['conf issuer case', atPath(CONF, { body: (t) => json(t, (o) => ({ ...o, issuer: String(o['issuer']).replace('/auth', '/AUTH') })) })],
  ['conf jwks_uri other', conf({ jwks_uri: 'http://localhost:1/jwks' })],
  ['conf methods secret only', conf({ token_endpoint_auth_methods_supported: ['client_secret_basic'], capabilities: ['launch-ehr', 'client-confidential-symmetric'] })],
  ['conf algs RS256 only', conf({ token_endpoint_auth_signing_alg_values_supported: ['RS256'] })],
  ['conf empty capabilities', conf({ capabilities: [] })],
  ['conf introspection wrong', conf({ introspection_endpoint: 'not a url' })],
  ['conf revocation http', conf({ revocation_endpoint: 'http://ehr.example/revoke' })],
  ['metadata contradicts (security uris)', atPath(META, { body: (t) => json(t, (o) => ({ ...o, rest: [{ mode: 'server', security: { extension: [{ url: 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris', extension: [{ url: 'token', valueUri: 'https://old.example/token' }, { url: 'authorize', valueUri: 'https://old.example/auth' }] }] }, resource: (o['rest'] as { resource: unknown }[])?.[0]?.resource }] })) })],
  ['metadata R5', atPath(META, { body: (t) => t.replace(/"fhirVersion":"[^"]+"/, '"fhirVersion":"5.0.0"') })],
  ['metadata STU3', atPath(META, { body: (t) => t.replace(/"fhirVersion":"[^"]+"/, '"fhirVersion":"3.0.1"') })],
  ['metadata 401', status(META, 401)], ['metadata late', late(META), 'c'],
  ['oidc 404', status(OIDC, 404)], ['oidc issuer http', atPath(OIDC, { body: (t) => json(t, (o) => ({ ...o, issuer: String(o['issuer']).replace('http:', 'https:') })) })],
  ['jwks cut', cut(JWKS)], ['jwks 403', status(JWKS, 403)], ['jwks 503', status(JWKS, 503)], ['jwks late', late(JWKS)],
  ['jwks old kid', atPath(JWKS, { body: (t) => t.replace(/"kid":"[^"]+"/g, '"kid":"old"') })],
  ['jwks no kid', atPath(JWKS, { body: (t) => t.replace(/"kid":"[^"]+",?/g, '') })],
  ['jwks kty oct', atPath(JWKS, { body: () => '{"keys":[{"kty":"oct","k":"AAAA"}]}' })],
  ['authorize 404', status(AUTH, 404)], ['authorize 500', status(AUTH, 500)], ['authorize html 200', page(AUTH, 200)], ['authorize late', late(AUTH), 'c'],
  ['authorize redirect to login elsewhere', redirect(AUTH, 302, 'https://login.example/'), 'c'],
  ['token 400 empty', status(TOKEN, 400)], ['token 401 empty', status(TOKEN, 401)], ['token 403 html', page(TOKEN, 403)], ['token 403 json', status(TOKEN, 403, '{"message":"Forbidden"}', { 'content-type': 'application/json' })],
  ['token 401 www-auth basic', status(TOKEN, 401, '', { 'www-authenticate': 'Basic realm="ehr"' })],
  ['token 404', status(TOKEN, 404)], ['token 405', status(TOKEN, 405)], ['token 415', status(TOKEN, 415)], ['token 413', status(TOKEN, 413)], ['token 502 html', page(TOKEN, 502)],
  ['token 429', status(TOKEN, 429, '', { 'retry-after': '10' })], ['token late', late(TOKEN)], ['token cut', cut(TOKEN)],
  ['token gzip broken', { path: TOKEN, answer: (a) => a.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }).end(gzipSync('{"access_token":"x"}').subarray(0, 12)) } as Meddling],
  ['token huge', { path: TOKEN, answer: (a) => a.writeHead(200, { 'content-type': 'application/json' }).end(`{"access_token":"${'x'.repeat(3_000_000)}"}`) } as Meddling],
  ['token no patient', tok({ patient: undefined })], ['token patient number', tok({ patient: 42 })], ['token patient other', tok({ patient: 'pat-ben' })], ['token patient url', tok({ patient: 'http://localhost/fhir/r4/Patient/pat-ada' })],
  ['token patient empty', tok({ patient: '' })],
  ['token expires_in 0', tok({ expires_in: 0 })], ['token expires_in negative', tok({ expires_in: -5 })], ['token expires_in ms', tok({ expires_in: 3_600_000 })], ['token expires_in absent', tok({ expires_in: undefined })],
  ['token type absent', tok({ token_type: undefined })], ['token type BEARER', tok({ token_type: 'BEARER' })],
  ['token scope array', tok({ scope: ['openid', 'patient/*.read'] })], ['token scope null', tok({ scope: null })], ['token scope commas', tok({ scope: 'openid,fhirUser,launch,patient/*.read' })],
  ['token scope v2', tok({ scope: 'openid fhirUser launch launch/patient patient/Patient.rs patient/ServiceRequest.rs' })],
  ['token scope user only', tok({ scope: 'openid fhirUser launch user/*.read' })], ['token scope system', tok({ scope: 'openid fhirUser launch system/*.read' })],
  ['token id_token null', tok({ id_token: null })], ['token id_token empty', tok({ id_token: '' })],
  ['token scope patient no search', tok({ scope: 'openid fhirUser launch patient/Patient.read patient/ServiceRequest.r' })],
  ['fhir 401', status(FHIR, 401)], ['fhir patient 403', status(PATIENT, 403)], ['fhir patient 404', status(PATIENT, 404)], ['fhir patient 406', status(PATIENT, 406)], ['fhir patient 400', status(PATIENT, 400)],
  ['fhir patient 429', status(PATIENT, 429)], ['fhir patient 500', status(PATIENT, 500)], ['fhir patient late', late(PATIENT)], ['fhir patient cut', cut(PATIENT)], ['fhir patient login', redirect(PATIENT, 302, 'https://sso.example/login')],
  ['fhir patient 204', status(PATIENT, 204)], ['fhir patient text json', status(PATIENT, 200, '{"resourceType":"Patient","id":"pat-ada"}', { 'content-type': 'text/plain' })],
  ['fhir search 500', status(SEARCH, 500)], ['fhir search late', late(SEARCH)], ['fhir search 204', status(SEARCH, 204)], ['fhir search 405', status(SEARCH, 405)], ['fhir search 501', status(SEARCH, 501)], ['fhir search 429', status(SEARCH, 429)], ['fhir search cut', cut(SEARCH)], ['fhir search login', redirect(SEARCH, 302, 'https://sso.example/login')],
  ['fhir search empty obj', status(SEARCH, 200, '{}', { 'content-type': 'application/fhir+json' })],
  ['fhir search other patient', atPath(SEARCH, { body: (t) => t.replaceAll('Patient/pat-ada', 'Patient/pat-ben') })],
  ['redir slash', { registered: { redirectUri: 'SLASH' } }], ['iss trailing slash', { launch: iss((i) => `${i}/`) }], ['iss http upgrade', { launch: iss((i) => i.replace('http:', 'https:')), isProven: true }],
  ['iss other port', { launch: iss((i) => i.replace(/:\d+/, ':8443')), isProven: true }], ['iss /metadata', { launch: iss((i) => `${i}/metadata`), isProven: true }], ['iss wellknown', { launch: iss((i) => `${i}/.well-known/smart-configuration`), isProven: true }],
  ['iss localhost vs 127', { launch: iss((i) => i.replace('localhost', '127.0.0.1')), isProven: true }], ['iss is issuer', { launch: iss((i) => i.replace('/fhir/r4', '/auth')), isProven: true }],
  ['launch empty', { launch: (u) => u.searchParams.set('launch', '') }], ['launch placeholder braces', { launch: (u) => u.searchParams.set('launch', '{launch}') }], ['orgId case', { launch: (u) => u.searchParams.set('orgId', (u.searchParams.get('orgId') ?? '').toUpperCase()) }], ['orgId space', { launch: (u) => u.searchParams.set('orgId', `${u.searchParams.get('orgId')} `) }],
  ['jwks url registered wrong', { registered: { jwksUrl: 'http://localhost:1/jwks.json' } }], ['jwks registered 404', { registered: { jwksUrl: '404' } }],
  ['client id of other env', { settings: { clientId: 'prod-123' } }], ['client id trailing space case', { settings: { clientId: 'VectorCare-Test' } }],
  ['audience issuer setting', { settings: { assertionAudience: 'issuer' } }], ['typ setting', { settings: { assertionType: 'client-authentication+jwt' } }], ['alg ES384 setting', { settings: { assertionAlg: 'ES384' } }],
  ['scopes garbage', { settings: { scopes: 'launch openid fhirUser patient/patient.read' } }], ['scopes no launch', { settings: { scopes: 'openid fhirUser patient/*.read' } }], ['scopes no openid', { settings: { scopes: 'launch patient/*.read' } }], ['scopes system', { settings: { scopes: 'launch openid fhirUser system/*.read' } }],
  ['userTypes practitioner, fhirUser relative', { settings: { userTypes: 'practitioner' }, fault: 'relative-fhir-user' }],
  ['introspection 401', { settings: { introspection: 'on' }, fault: 'introspection-401' }], ['introspection html', { settings: { introspection: 'on' }, fault: 'introspection-html' }], ['introspection inactive', { settings: { introspection: 'on' }, fault: 'introspection-inactive' }],
  ['introspection other client', { settings: { introspection: 'on' }, fault: 'introspection-other-client' }],
  ['no frame ancestors', { settings: { frameAncestors: [] }, browser: { headers: { 'sec-fetch-dest': 'iframe', referer: 'https://chart.hospital.example/' } } }],
  ['cookies blocked', { browser: { blocksCookies: true } as never }],
  ['private rpm 1', { settings: { requestsPerMinute: 1 } }],
];

const only = process.env['PROBE'];
test.for(rows.filter(([n]) => only === undefined || new RegExp(only).test(n)))('%s', { timeout: 60_000 }, async ([name, what, mode = 'lc']) => {
  const isMeddling = 'path' in what;
  const lines = [`### ${name}`];
  const run = async (kind: 'l' | 'c') => {
    const gateway = isMeddling ? await startGateway(what) : undefined;
    const seed: Seed = gateway ? { sandbox: gateway.options } : (what as Seed);
    try {
      if (kind === 'l') {
        const said = await launchWith(seed);
        lines.push(`L ${said.step} | ${said.rule} | ${said.owner}`, `  ${said.words.slice(0, 900)}`, `  NURSE: ${said.shown.replace(/^.*?copy\.js[^ ]*/, '').slice(0, 260)}`);
      } else {
        const { open, allPassed, suggestions } = await checkWith(seed);
        lines.push(`C allPassed=${allPassed} ${suggestions.map((s) => `S:${s.title}`).join(';')}`);
        for (const r of open) lines.push(`  [${r.verdict}] ${r.id} | ${r.owner} | ${r.found} => ${r.remedy}`.slice(0, 700));
      }
    } catch (e) { lines.push(`${kind} THREW ${String(e).slice(0, 300)}`); }
    finally { gateway?.close(); }
  };
  if (mode.includes('l')) await run('l');
  if (mode.includes('c')) await run('c');
  put(lines.join('\n'));
});
