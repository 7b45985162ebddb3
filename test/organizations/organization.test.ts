import { describe, expect, test } from 'vitest';
import { parseSettings } from '#src/organizations/organization.ts';
import { DEFAULT_SERVICES } from '#src/settings/default-services.ts';
import { givenEndpoints } from '#test/helpers/given-endpoints.ts';

const base = { id: 'general', name: 'General Hospital', fhirBaseUrl: 'https://ehr.example/fhir', clientId: 'abc' };

function problems(change: Record<string, unknown>, production = true): string[] {
  const parsed = parseSettings({ ...base, ...change }, production);
  return parsed.ok ? [] : parsed.problems.map(({ field, message }) => `${field} ${message}`);
}

test('an organization needs four values; the others have the defaults of the implementation guide', () => {
  expect(parseSettings(base, true)).toEqual({
    ok: true,
    settings: {
      ...base,
      vendor: 'generic',
      scopes: 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access',
      scopeVersion: 'auto',
      frameAncestors: [],
      issuers: [],
      nonce: 'required',
      assertionAudience: 'token_endpoint',
      assertionAlg: 'RS384',
      allowedHosts: [],
      privateNetworks: [],
      showEhrOrders: true,
      createRequests: false,
      helpDeskName: '',
      helpDeskTelephone: '',
      helpDeskUrl: '',
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      transportStillDays: 3,
      otherStillDays: 7,
      chartStaleDays: 90,
      services: DEFAULT_SERVICES,
      receivers: '',
      clientIdInTokenBody: false,
      refreshIdToken: 'check',
      redirectUri: 'shared',
      assertionType: 'JWT',
      refreshMarginSeconds: 30,
      searchParameters: [],
      requestsPerMinute: 0,
      standalone: false,
      userAssociation: 'automatic',
      userTypes: 'any',
      introspection: 'off',
      authorizationEndpoint: '',
      tokenEndpoint: '',
      jwksUri: '',
      revocationEndpoint: '',
      introspectionEndpoint: '',
    },
  });
});

describe('a time zone', () => {
  test.for(['America/New_York', 'Europe/Berlin', 'UTC', 'Asia/Kolkata', 'America/Argentina/Buenos_Aires'])(
    '%s is a time zone',
    (timeZone) => {
      const parsed = parseSettings({ ...base, timeZone }, true);
      expect(parsed.ok && parsed.settings.timeZone).toBe(timeZone);
    },
  );

  test('an empty one means the server’s', () => {
    const parsed = parseSettings({ ...base, timeZone: '' }, true);
    expect(parsed.ok && parsed.settings.timeZone).toBe(Intl.DateTimeFormat().resolvedOptions().timeZone);
  });

  test.for(['Mars/Olympus', '+01:00', 'GMT+1', ' Europe/Berlin', 'Europe/Berlin\n', 'x'.repeat(100), '../etc/passwd'])(
    '%j is no time zone',
    (timeZone) => {
      expect(problems({ timeZone })).toEqual([
        'timeZone must be a time zone such as America/New_York or Europe/Berlin',
      ]);
    },
  );
});

describe('endpoints given by hand (DI-23)', () => {
  const all = givenEndpoints({ origin: 'https://login.example' });
  const NEEDED = 'is needed when endpoints are given by hand: fill it in, or empty all these fields';
  const ISSUER =
    'issuers must name exactly one issuer when endpoints are given by hand: no document of the EHR names it';

  test.for([
    ['all of them', all],
    ['without revocation and introspection', { ...all, revocationEndpoint: '', introspectionEndpoint: '' }],
    ['with a query', { ...all, tokenEndpoint: 'https://login.example:8443/token?tenant=a%20b' }],
    ['none', { issuers: ['https://login.example/auth', 'https://other.example'] }],
  ] as const)('%s', ([, change]) => {
    expect(problems(change)).toEqual([]);
    const parsed = parseSettings({ ...base, ...change }, true);
    expect(parsed.ok && parsed.settings).toMatchObject(change);
  });

  test.for([
    ['no authorization endpoint', { ...all, authorizationEndpoint: '' }, [`authorizationEndpoint ${NEEDED}`]],
    ['no keys', { ...all, jwksUri: '' }, [`jwksUri ${NEEDED}`]],
    ['no issuer', { ...all, issuers: [] }, [ISSUER]],
    ['two issuers', { ...all, issuers: ['https://a.example', 'https://b.example'] }, [ISSUER]],
    [
      'only a revocation endpoint',
      { revocationEndpoint: all.revocationEndpoint },
      [...['authorizationEndpoint', 'tokenEndpoint', 'jwksUri'].map((field) => `${field} ${NEEDED}`), ISSUER],
    ],
  ] as const)('an incomplete set is refused with the missing field: %s', ([, change, missing]) => {
    expect(problems(change)).toEqual(missing);
  });

  test.for([
    ['http://login.example/token', 'is not https'],
    ['http://localhost:4000/token', 'is not https'],
    ['https://me@login.example/token', 'has userinfo'],
    ['https://login.example/token#a', 'has a fragment'],
    [`https://login.example/${'x'.repeat(2_100)}`, 'is too long'],
    ['/auth/token', 'must be a whole URL of ASCII characters'],
    ['https:login.example/token', 'must be a whole URL of ASCII characters'],
    ['javascript:alert(1)', 'must be a whole URL of ASCII characters'],
    ['https://login.example/to ken', 'must be a whole URL of ASCII characters'],
    ['https://lögin.example/token', 'must be a whole URL of ASCII characters'],
    ['https://', 'is not a URL'],
    [7, 'must be text'],
  ] as const)('%s %s', ([tokenEndpoint, problem]) => {
    expect(problems({ ...all, tokenEndpoint })).toEqual([`tokenEndpoint ${problem}`]);
  });
});

describe('a FHIR URL (LA-03)', () => {
  test.for([
    'https://ehr.example/fhir',
    'https://ehr.example/fhir/',
    'https://EHR.example:8443/interconnect/api/FHIR/R4',
    'https://ehr.example',
  ])('%s is stored exactly as typed, because it is sent as aud', (fhirBaseUrl) => {
    const parsed = parseSettings({ ...base, fhirBaseUrl }, true);
    expect(parsed.ok && parsed.settings.fhirBaseUrl).toBe(fhirBaseUrl);
  });

  test.for([
    ['http', 'http://ehr.example/fhir'],
    ['http on loopback in production', 'http://localhost:4000/fhir'],
    ['another scheme', 'ftp://ehr.example/fhir'],
    ['no scheme', 'ehr.example/fhir'],
    ['a path only', '/fhir'],
    ['no slashes', 'https:ehr.example/fhir'],
    ['no host', 'https:///fhir'],
    ['a user', 'https://user@ehr.example/fhir'],
    ['an empty user', 'https://@ehr.example/fhir'],
    ['a password', 'https://user:password@ehr.example/fhir'],
    ['a query', 'https://ehr.example/fhir?x=1'],
    ['an empty query', 'https://ehr.example/fhir?'],
    ['a fragment', 'https://ehr.example/fhir#x'],
    ['a backslash', 'https://ehr.example\\fhir'],
    ['a line feed', 'https://ehr.example/fhir\n'],
    ['a space', 'https://ehr.example/ fhir'],
    ['a homograph', 'https://ehr.exаmple/fhir'],
    ['dot segments', 'https://ehr.example/fhir/../other'],
    ['nothing', ''],
    ['too much', `https://ehr.example/${'x'.repeat(3000)}`],
  ])('is refused with %s', ([, fhirBaseUrl]) => {
    expect(problems({ fhirBaseUrl })).toEqual([expect.stringMatching(/^fhirBaseUrl /)]);
    expect(problems({ issuers: [fhirBaseUrl] })).toEqual([expect.stringMatching(/^issuers /)]);
  });

  test('may be http on loopback in development only', () => {
    expect(problems({ fhirBaseUrl: 'http://localhost:4000/fhir' }, false)).toEqual([]);
    expect(problems({ fhirBaseUrl: 'http://10.0.0.1/fhir' }, false)).toHaveLength(1);
  });
});

const anySite = (suffix: string) =>
  [
    `a wildcard over a public suffix, ${suffix}`,
    { frameAncestors: [`https://*.${suffix}`] },
    'frameAncestors ',
  ] as const;
test.for([
  ['a bad Org ID', { id: '../x' }, 'id must be letters'],
  ['a reserved-looking Org ID', { id: '.' }, 'id must be letters'],
  ['no name', { name: '' }, 'name is required'],
  ['a name with a line feed', { name: 'A\nB' }, 'name must not contain control characters'],
  ['a missing Client ID', { clientId: undefined }, 'clientId is required'],
  ['a Client ID with a space', { clientId: 'a b' }, 'clientId must be 1 to 255'],
  ['an unknown vendor', { vendor: 'acme' }, 'vendor must be generic or '],
  ['an unknown nonce policy', { nonce: 'maybe' }, 'nonce must be required or optional'],
  ['HMAC', { assertionAlg: 'HS256' }, 'assertionAlg must be RS384 or ES384'],
  ['a scope without grammar (SCO-01)', { scopes: 'launch openid fhirUser patient/Observation.dus' }, 'scopes '],
  ['a v1 scope with a filter (SCO-05)', { scopes: 'launch openid fhirUser patient/A.read?category=x' }, 'scopes '],
  ['a help desk in two lines', { helpDeskName: 'A\nB' }, 'helpDeskName must not contain control characters'],
  ['a telephone without a number', { helpDeskTelephone: 'ask' }, 'helpDeskTelephone must contain a number'],
  ['a script for the help desk', { helpDeskUrl: 'javascript:alert(1)//' }, 'helpDeskUrl must be an https address'],
  ['a user in the help desk’s address', { helpDeskUrl: 'https://a@b.example' }, 'helpDeskUrl must be an https address'],
  ['any site as frame ancestor', { frameAncestors: ['*'] }, 'frameAncestors * must be an origin'],
  ['a top-level domain as frame ancestor', { frameAncestors: ['https://*.com'] }, 'frameAncestors '],
  ['a path in a frame ancestor', { frameAncestors: ['https://ehr.example/x'] }, 'frameAncestors '],
  ['http in a frame ancestor', { frameAncestors: ['http://ehr.example'] }, 'frameAncestors '],
  ['a CSP directive in an ancestor', { frameAncestors: ["https://ehr.example; script-src 'self'"] }, 'frameAncestors '],
  ['a scheme in an allowed host', { allowedHosts: ['https://auth.example'] }, 'allowedHosts '],
  ['a port out of range', { allowedHosts: ['auth.example:99999'] }, 'allowedHosts '],
  ...['co.uk', 'com.au', 'gov.uk', 'k12.ca.us', 'github.io', 'azurewebsites.net', 's3.amazonaws.com'].map(anySite),
  ...['herokuapp.com:8443', 'kawasaki.jp', 'CO.UK/', 'xn--p1ai.'].map(anySite),
  ...['\u202e', '\u2066', '\u200b', '\u200d', '\ufeff', '\u00ad', '\u3164', '\u2800', '\u2028', '\u{e0041}'].map(
    (character) =>
      [
        `an invisible character in a name, ${character.codePointAt(0)?.toString(16)}`,
        { name: `St. ${character}Elsewhere` },
        'name must not contain invisible characters',
      ] as const,
  ),
  ['a name without a letter', { name: '—' }, 'name must contain a letter or a digit'],
  ...['0.0.0.0/0', '::/0', '0.0.0.0/1', '10.0.0.0/7', '8.8.8.0/24', '169.254.0.0/16', 'fe80::/10', '::ffff:0:0/96'].map(
    (cidr) =>
      [
        `a network that is not private, ${cidr}`,
        { privateNetworks: [cidr] },
        `${cidr} must be within a private`,
      ] as const,
  ),
  ['a network without a mask', { privateNetworks: ['10.0.0.1'] }, 'privateNetworks '],
  ['a word for a switch', { showEhrOrders: 'yes' }, 'showEhrOrders must be true or false'],
  ['an unknown setting', { colour: 'red' }, 'colour is not a setting'],
] as const)('%s is refused with a reason', ([, change, reason]) => {
  expect(problems(change)).toEqual([expect.stringContaining(reason)]);
});

test.for([
  'https://*.hospital.example',
  'https://*.uclh.nhs.uk',
  'https://*.hospital.local',
  'https://*.epic.com:8443',
])('a wildcard over a domain of one owner is accepted: %s', (origin) => {
  expect(problems({ frameAncestors: [origin] })).toEqual([]);
});

test.for(['10.0.0.0/8', '172.20.0.0/16', '192.168.1.0/24', '100.64.0.0/10', 'fd00:1::/32', '127.0.0.1/32'])(
  'a private network is accepted: %s',
  (cidr) => {
    expect(problems({ privateNetworks: [cidr] })).toEqual([]);
  },
);

test.for(['Hôpital Saint-Luc', '千葉病院', 'بیمارستان', 'Клиника 5', "St. Mary's (North)"])(
  'a name in any script is accepted: %s',
  (name) => {
    expect(problems({ name })).toEqual([]);
  },
);

test('all problems are named together', () => {
  expect(problems({ nonce: 'maybe', assertionAlg: 'none', name: '' })).toHaveLength(3);
});

test('origins and hosts are stored in the form that browsers and URL parsers use', () => {
  const parsed = parseSettings(
    {
      ...base,
      frameAncestors: ['https://EHR.example/', 'https://*.ehr.example', 'https://ehr.example:8443'],
      allowedHosts: ['Auth.Example', 'auth.example:443', 'auth.example:9443', '[::1]:8443'],
    },
    true,
  );
  expect(parsed.ok && parsed.settings.frameAncestors).toEqual([
    'https://ehr.example',
    'https://*.ehr.example',
    'https://ehr.example:8443',
  ]);
  expect(parsed.ok && parsed.settings.allowedHosts).toEqual([
    'auth.example',
    'auth.example',
    'auth.example:9443',
    '[::1]:8443',
  ]);
});
