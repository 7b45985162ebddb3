/** What pages of the authorization endpoint say of a registration, and the sign-in pages that say nothing of it. */
import { expect, test } from 'vitest';
import { judgeAuthorization } from '#src/checks/rows/authorization-endpoint.ts';
import type { Ask, CheckContext } from '#src/checks/rows/context.ts';
import { readSmartConfiguration } from '#src/smart/documents/smart-configuration.ts';

type Page = [status: number, contentType: string, text: string];

const html = (status: number, body: string): Page => [status, 'text/html', `<!doctype html><html>${body}</html>`];
const refused = (status: number, words: string) =>
  html(status, `<head><title>Portal</title></head><body><h1>Error</h1>${words}</body>`);
const json = (status: number, body: object): Page => [status, 'application/json', JSON.stringify(body)];

async function judged([status, contentType, text]: Page, clientId = 'abc') {
  const url = new URL('https://ehr.example/authorize');
  const context = {
    client: clientId === '' ? undefined : { clientId, redirectUri: 'https://app.example/callback' },
    fhirUrl: 'https://ehr.example/r4',
    settings: { frameAncestors: [] as string[] },
  } as CheckContext;
  const document = { authorization_endpoint: url.href, token_endpoint: `${url.origin}/token`, capabilities: [] };
  const rules = { fhirBase: new URL(context.fhirUrl), allowedHosts: [], accepts: () => true };
  const ask: Ask = async () => ({ status, contentType, text, url, headers: {} });
  return judgeAuthorization(context, readSmartConfiguration(document, rules), ask);
}

const UNNAMED = /its own error page/;

/** What a refusal says itself, and beside each what only looks like it. */
test.for<[answer: Page, found: RegExp]>([
  [refused(400, '<p>Invalid redirect_uri</p>'), /does not accept the redirect URI http/],
  [
    refused(400, '<div>The <b>redirect_uri</b> is not registered for this client.</div>'),
    /does not accept the redirect/,
  ],
  [refused(400, '<p>Client not found.</p>'), /does not know the client ID abc/],
  [refused(422, '<p>The client application is disabled</p>'), /switched off/],
  [refused(400, '<p>The aud parameter does not match</p>'), /that was sent as aud, http/],
  [refused(400, '<p>AADSTS90002: Tenant &#39;x&#39; not found.</p>'), /does not know the tenant/],
  [refused(400, '<p>A pushed authorization request is required</p>'), /only pushed or signed/],
  [json(400, { error: 'invalid_client' }), /does not know the client ID abc/],
  [json(401, { error: 'invalid_client' }), /does not know the client ID abc/],
  [json(403, { error: 'unauthorized_client' }), /knows the client ID abc/],
  [json(400, { error: 'invalid_request', error_description: 'redirect_uri mismatch' }), /does not accept the redirect/],
  // What this check leaves out is no fault of the registration.
  [refused(400, '<p>The launch token is invalid or expired</p>'), UNNAMED],
  [refused(400, '<p>Your session has expired.</p>'), UNNAMED],
  [json(400, { error: 'invalid_scope', error_description: 'launch scope is not allowed' }), UNNAMED],
  [json(400, { error: 'login_required' }), UNNAMED],
  [json(400, { error: 'invalid_request' }), UNNAMED],
  // Words that are not shown, or not in one line.
  [refused(400, '<script>if (!client) throw "Unknown client_id"</script><p>Try again later</p>'), UNNAMED],
  [refused(400, '<style>.redirect_uri{}</style><p>Something went wrong</p>'), UNNAMED],
  [refused(400, '<!-- redirect_uri invalid --><p>Something went wrong</p>'), UNNAMED],
  [refused(400, '<script>redirect_uri'), UNNAMED],
  [refused(400, '<p>Download our app</p><p>The page was not found</p>'), UNNAMED],
  [refused(400, '<p>Cookies are disabled in your browser. Enable them to use this application.</p>'), UNNAMED],
  [refused(400, '<p>JavaScript is disabled, so this application cannot start</p>'), UNNAMED],
  [refused(400, '<dl><dt>redirect_uri<dd>https://app.example/callback<dt>code_challenge<dd>x</dl>'), UNNAMED],
  [refused(400, '<p>Not found: /x?client_id=abc&amp;redirect_uri=https://app.example&amp;aud=x</p>'), UNNAMED],
  [refused(400, '<a>Register your application</a> <a>Production environment</a>'), UNNAMED],
  [refused(400, '<p>La page demandée par votre navigateur est introuvable</p>'), UNNAMED],
  [refused(400, '<p>The request was not valid. The redirect URI is below.</p>'), UNNAMED],
  // Each server in its own words.
  [refused(400, '<p>redirect_uri=https://app.example/callback is not registered</p>'), /does not accept the redirect/],
  [refused(400, '<p>Invalid parameter: redirect_uri</p>'), /does not accept the redirect/],
  [refused(403, '<p>The redirect_uri isn’t in the list of allowed callback URLs.</p>'), /does not accept the redirect/],
  [refused(200, '<p>unauthorized_client</p><p>Unknown client or client not enabled</p>'), /does not know the client/],
  [refused(403, '<p>invalid_request</p><p>Unknown client: abc</p>'), /does not know the client/],
  [
    html(200, `<script>$Config={"m":"AADSTS50011: The redirect URI does not match."}</script>`),
    /does not accept the red/,
  ],
  [
    html(400, `<script>$Config={"m":"AADSTS700016: Application 'abc' was not found"}</script>`),
    /does not know the client/,
  ],
  [[400, 'text/plain', 'Unknown client'], /does not know the client/],
])('a refusal names its cause: %j', async ([answer, found]) => {
  expect(await judged(answer)).toMatchObject({ verdict: 'warning', found: expect.stringMatching(found) });
});

/** Words of an error that its user does not see are of no refusal. */
test.for([
  '<h1>Sign in</h1>',
  '<script>const strings={"BADREDIRECT":"Invalid redirect URI","NOCLIENT":"Unknown client id"}</script>',
  '<script type="application/json">{"errors":{"redirect_uri":"redirect_uri mismatch, invalid"}}</script>',
  '<script><!-- x="</p>Unknown client"; --></script>',
  '<script>const open="<!--"; const error="invalid redirect_uri"</script>',
  '<script>$Config={"help":["https://aka.ms/AADSTS50011"]}</script>',
  '<style>a>b{content:"invalid client"}.redirect_uri{}</style>',
  '<!-- unknown client -->',
  '<h1>Sign in</h1><!-- invalid client',
  '<template><p>Invalid redirect_uri</p></template>',
  '<noscript>The application does not work here: unknown client</noscript>',
  '<svg><title>Unknown client</title></svg>',
  '<select><option>Redirect URI tester, not valid for production</select>',
  '<textarea hidden>invalid client</textarea>',
  '<form><input type="hidden" name="note" value="redirect_uri invalid"><input name="user"></form>',
  '<div data-message="Unknown client id"></div><a href="/help?topic=invalid client">Help</a>',
  '<p>Invalid user name or password.</p>',
  '<p>Back to /login?client_id=abc&amp;hint=unknown_client&amp;redirect_uri=not-valid</p>',
])('a sign-in page is none that refuses: %s', async (body) => {
  expect(await judged(html(200, body))).toMatchObject({ verdict: 'pass' });
});

/** Firewalls and gateways refuse apps and clients too. */
test.for([
  'You do not have permission to view this directory. The client is not authorized.',
  'A client certificate is required.',
  'Your client does not have permission to get URL /x?client_id=abc&amp;redirect_uri=y from this server.',
  'The client is not recognized. Verify that you are human.',
  'This application is inactive for maintenance.',
  'The API key is missing. Production apps need approval; unknown apps are refused.',
  'Accès refusé par le serveur',
  'If you are not redirected, use the redirect URL below.',
  'Forbidden: /authorize?response_type=code&amp;client_id=abc&amp;redirect_uri=https://app.example',
])('a firewall refuses this service, and says nothing of the app: %s', async (words) => {
  expect(await judged(refused(403, `<p>${words}</p>`))).toMatchObject({ verdict: 'info' });
});

test.for<[status: number, verdict: string]>([
  [200, 'pass'],
  [403, 'info'],
])('without a client ID, a page that asks for one with status %d is no fault', async ([status, verdict]) => {
  expect(await judged(refused(status, '<p>Unknown client_id</p>'), '')).toMatchObject({ verdict });
});
