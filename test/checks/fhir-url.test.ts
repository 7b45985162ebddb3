/** What an administrator may paste into the field FHIR URL, and what it becomes (LA-03, REG-07, TL-02, TL-04). */
import { describe, expect, test } from 'vitest';
import { normalizeFhirUrl } from '#src/checks/fhir-url.ts';
import { addressesNear, MOST_TRIED } from '#src/checks/rows/did-you-mean.ts';
import { LOOPBACK } from './checkup.ts';

const production = { production: true, allowPrivate: [] };
const GOOD = 'https://ehr.example.org/fhir/r4';

describe('the FHIR URL is corrected if its meaning is clear, and every correction is named', () => {
  test.for([
    ['nothing to correct', GOOD, GOOD, 0],
    ['no https', 'ehr.example.org/fhir/r4', GOOD, 1],
    ['no https but a port', 'ehr.example.org:8443/fhir', 'https://ehr.example.org:8443/fhir', 1],
    ['plain http', 'http://ehr.example.org/fhir/r4', GOOD, 1],
    ['a slash at the end', `${GOOD}/`, GOOD, 1],
    ['a query', `${GOOD}?_format=json`, GOOD, 1],
    ['a fragment', `${GOOD}#top`, GOOD, 1],
    ['spaces around', `  ${GOOD}\n`, GOOD, 0],
    ['spaces inside', 'https://ehr.example.org/ fhir/r4', GOOD, 1],
    ['an invisible character', `https://ehr.example.org/fhir\u200b/r4`, GOOD, 1],
    ['marks around', `<${GOOD}>`, GOOD, 1],
    ['a label, as in a mail', `FHIR URL: ${GOOD}`, GOOD, 1],
    ['the end of a sentence', `${GOOD}.`, GOOD, 1],
    [
      'capitals in scheme and host, a path in capitals',
      'HTTPS://EHR.example.org/FHIR/R4',
      'https://ehr.example.org/FHIR/R4',
      1,
    ],
    ['the default port', 'https://ehr.example.org:443/fhir/r4', GOOD, 1],
    ['only a host', 'https://ehr.example.org', 'https://ehr.example.org', 0],
  ] as const)('%s', ([, typed, url, changes]) => {
    const normalized = normalizeFhirUrl(typed, production);
    expect(normalized).toMatchObject({ ok: true, url });
    expect(normalized.ok && normalized.corrections).toHaveLength(changes);
  });
});

describe('the FHIR URL is refused with a reason, and the typed text is kept', () => {
  test.for([
    ['nothing', '', 'Enter the FHIR URL'],
    ['another scheme', 'file:///etc/passwd', 'https://'],
    ['a script', 'javascript:alert(1)', 'https://'],
    ['no address at all', 'https://', 'not a web address'],
    ['a placeholder', 'https://ehr.example.org/{tenant}/fhir/r4', 'Fill it in'],
    ['a backslash', 'https://ehr.example.org\\fhir', 'backslash'],
    ['words instead of an address', 'our epic server', 'not a web address'],
    ['a host without a dot', 'https://ehr/fhir', 'not a web address'],
    ['loopback', 'https://127.0.0.1/fhir', 'private'],
    ['localhost', 'http://localhost:9000/fhir', 'private'],
    ['a metadata service', 'http://169.254.169.254/', 'private'],
    ['a private network', 'https://10.0.0.5/fhir', 'private'],
    ['loopback as one number', 'https://2130706433/fhir', 'private'],
    ['loopback in octal', 'https://0177.0.0.1/fhir', 'private'],
    ['IPv6 loopback', 'https://[::1]/fhir', 'private'],
    ['IPv4 in IPv6', 'https://[::ffff:127.0.0.1]/fhir', 'private'],
    ['a host that would split a page’s policy', 'https://ehr;sandbox,x.example.org/fhir', 'letters, digits'],
    ['dots in the path', 'https://ehr.example.org/a/../b', 'path segments'],
  ] as const)('%s', ([, typed, reason]) => {
    const normalized = normalizeFhirUrl(typed, production);
    expect(normalized).toMatchObject({ ok: false, kept: typed });
    expect(normalized.ok || normalized.problem).toContain(reason);
  });

  test('a user name is refused, and its password is not shown again', () => {
    const normalized = normalizeFhirUrl('https://user:canary@ehr.example.org/fhir', production);
    expect(normalized).toMatchObject({ ok: false, kept: 'https://ehr.example.org/fhir' });
  });
});

test.for([
  ['http on loopback is kept, because the sandbox uses it', 'http://localhost:9000/fhir/r4/', 'http'],
  ['no scheme on loopback means http', 'localhost:9000/fhir/r4', 'http'],
  ['https on loopback is kept', 'https://localhost:9000/fhir/r4', 'https'],
])('outside production, %s', ([, typed = '', scheme]) => {
  const normalized = normalizeFhirUrl(typed, { production: false, allowPrivate: LOOPBACK });
  expect(normalized).toMatchObject({ ok: true, url: `${scheme}://localhost:9000/fhir/r4` });
  expect(normalized.ok && normalized.corrections).toHaveLength(scheme === 'https' ? 0 : 1);
});

test('a private network that the operator allowed is accepted', () => {
  expect(normalizeFhirUrl('https://10.0.0.5/fhir', { production: true, allowPrivate: ['10.0.0.0/8'] }).ok).toBe(true);
});

test.for([
  ['https://e.example', '/fhir/r4'],
  ['https://e.example/fhir', '/fhir/r4'],
  ['https://e.example/portal', '/fhir/r4'],
  ['https://e.example/fhir/r4/Patient/1/_history/2', '/fhir/r4/Patient'],
  ['https://e.example/a/b/c/d/e/f/g/h', '/a/b/c/d/e/f/g'],
  ['https://e.example/gateway', '/gateway/fhir/r4'],
  ['https://e.example/gateway', '/gateway/api/FHIR/R4'],
  // Bases that end too early, or in another part of the vendor's path.
  ['https://e.example/interconnect-prd-oauth', '/interconnect-prd-oauth/api/FHIR/R4'],
  ['https://e.example/x/Interconnect-PRD/oauth2', '/x/Interconnect-PRD/api/FHIR/R4'],
  ['https://e.example/FHIRProxy', '/FHIRProxy/api/FHIR/R4'],
  ['https://e.example/FHIRProxy/api', '/FHIRProxy/api/FHIR/R4'],
  ['https://e.example/prd/v2', '/prd/v2/uscore/R4'],
  ['https://e.example/nge/prod', '/nge/prod/fhir-api-r4/fhir/r4'],
  ['https://e.example/tenant/api/FHIR', '/tenant/api/FHIR/R4'],
  ['https://e.example/interconnect/api/FHIR/STU3', '/interconnect/api/FHIR/R4'],
])('%s: at most six other addresses of the same host are tried, %s among them', ([url = '', path = '']) => {
  const near = addressesNear(url);
  expect(near).toContain(`https://e.example${path}`);
  expect(near.length).toBeLessThanOrEqual(MOST_TRIED);
  expect([...new Set(near)]).toEqual(near.filter((one) => one !== url));
  for (const one of near) expect(new URL(one).host).toBe('e.example');
});
