import { beforeAll, test } from 'vitest';
import { addPerson, signedIn, tokenOf } from '#test/helpers/administrators.ts';
import { createBrowser, type TestBrowser } from '#test/helpers/browser.ts';
import { launchIdOf, csrfOf } from '#test/helpers/visits.ts';
import { ORG_ID, useWorld } from '#test/helpers/world.ts';
const world = useWorld({ stores: 'real Redis and PostgreSQL', settings: { createRequests: true, standalone: true } });
const C = '/settings/integrations/smart-on-fhir';
const ID='00000000-0000-0000-0000-000000000000';
const gets = ['/sign-in','/sign-in/sso','/sign-in/sso/callback','/settings','/settings/account','/settings/users',`/settings/users/${ID}/reset`,'/settings/launches','/settings/launches.csv','/settings/launches/x','/settings/live-launches','/settings/live-launches/end','/settings/live-launches/end-all','/settings/verify','/settings/audit','/settings/audit.csv','/settings/services','/settings/services/services.csv','/settings/services/receivers.csv','/settings/clinicians','/settings/clinicians/x/timeline','/settings/clinicians/x/disable','/settings/clinicians/waiting/AAAAAA/refuse',`/settings/organizations/${ORG_ID}`,'/settings/organizations','/settings/keys','/settings/keys/rotate','/settings/keys/retire','/settings/keys/revoke','/settings/keys/x/public.pem','/settings/keys/x/jwks.json','/settings/handover','/settings/handover/revoke',C,`${C}/advanced`,`${C}/tools`,`${C}/discard-draft`,'/guide','/guide/register','/guide/registration.json','/guide/registration.csv','/reports/x','/reports/checks/x','/reports/register/x','/smart/launch','/smart/launch/st-elsewhere','/smart/standalone/st-elsewhere','/smart/callback','/smart/callback/st-elsewhere','/signed-out/st-elsewhere','/','/health/live','/.well-known/jwks.json','/metrics'];
const names = 'orgId iss launch probed state code error error_description error_uri next organization page event from to actor older newer who outcome user since done ended standalone show service mine here find sort fresh vendor link kid launch form secret run clinician q step patient draft unattended signed-out __proto__ constructor toString organization[] organization[__proto__]'.split(' ');
const values = ['%00','%FF%FE','%ED%A0%80','a%00b','__proto__','constructor','toString','%0d%0aX-Evil:%201','[object Object]','NaN','-1','1e309','9'.repeat(400),'%F0%9F%92%A9','%E2%80%AE','undefined','null','../../x',"'%22%3E%3Cscript%3E", '%', '%2','é', 'x'.repeat(2049)];
let people: [string, TestBrowser][];
let chart: { browser: TestBrowser; url: string };
beforeAll(async () => {
  await addPerson(world, 'op@example.com'); await addPerson(world, 'ad@example.com', { role: 'administrator' });
  people = [['op', await signedIn(world, 'op@example.com')], ['ad', await signedIn(world, 'ad@example.com')], ['no', createBrowser()]];
  const browser = createBrowser();
  chart = { browser, url: `${world.url}/launches/${launchIdOf(await world.launch('pat-ada', browser))}` };
});
const seen = new Map<string, number>();
async function hit(who: string, browser: TestBrowser, url: string, options = {}) {
  try {
    const a = await browser.visit(url, options);
    if (who==='chart' && a.status===403 && !seen.has('said')) { seen.set('said',1); console.log(url, a.body.slice(200,900)); console.log(world.logLines.at(-1)); }
    seen.set(`${a.status}`, (seen.get(`${a.status}`) ?? 0) + 1);
    if (a.status >= 500 && a.status !== 503) { console.log('!!!', a.status, who, url.slice(world.url.length, 300), JSON.stringify(options).slice(0,200)); console.log(world.logLines.filter(l => l.includes('"level":50') || l.includes('server.unexpected')).at(-1)?.slice(0, 600)); }
    if (a.headers['x-evil']) console.log('!!! header injected', url);
    if (/<script>/.test(a.body.replace(/<script[^>]*src=/g,''))) console.log('!!! script', url);
  } catch (e) { console.log('ERR', url.slice(0, 200), String(e), String((e as any).cause)); }
}
test('gets', async () => {
  for (const [who, b] of people) for (const g of gets) for (const v of values) {
    // all names at once with that value, plus organization named right; duplicates
    const all = names.map((n) => `${n}=${v}`).join('&').slice(0, 20000);
    await hit(who, b, `${world.url}${g}?${all}`);
    const right = names.filter((n) => n !== 'organization').map((n) => `${n}=${v}`).join('&').slice(0, 20000);
    await hit(who, b, `${world.url}${g}?organization=${ORG_ID}&${right}`);
    await hit(who, b, `${world.url}${g}?organization=${ORG_ID}&organization=${v}&orgId=${ORG_ID}&orgId=${v}&iss=${encodeURIComponent(world.sandbox.fhirBase)}&iss=${v}&launch=${v}&launch=x`);
  }
  console.log([...seen]);
}, 500000);
test('parts', async () => {
  for (const [who, b] of people) for (const v of values.filter((x) => x.length < 3000)) for (const p of ['/settings/users/V/reset','/settings/launches/V','/settings/clinicians/V/timeline','/settings/clinicians/V/code','/settings/clinicians/waiting/V/refuse','/settings/organizations/V','/settings/organizations/V/disable','/settings/keys/V/public.pem','/settings/keys/V/jwks.json','/reports/V','/reports/checks/V','/reports/register/V','/smart/launch/V','/smart/standalone/V','/smart/callback/V','/signed-out/V','/smart/V','/launches/V/requests','/assets/V'])
    await hit(who, b, `${world.url}${p.replace('V', v.replaceAll('/', '%2f'))}?organization=${ORG_ID}`);
  for (const v of values) for (const p of ['/requests','/requests/V','/requests/new','/requests/V/cancel','/closing','/theme.css','/association'])
    await hit('chart', chart.browser, `${chart.url}${p.replace('V', v.replaceAll('/', '%2f'))}?${names.map((n) => `${n}=${v}`).join('&').slice(0, 20000)}`);
  console.log([...seen]);
}, 500000);
const forms: [string, string[]][] = [['/sign-in',['email','password','next']],['/settings/account/password',['current','next','again','go-on']],['/settings/users',['email','role','organization']],['/settings/organizations',['id','name','clientId']],[`/settings/organizations/${ORG_ID}`,['name','clientId','privateNetworks','seen','agreed']],['/settings/keys/retire',['kid','evenIfUsed']],['/settings/keys/revoke',['kid']],['/settings/keys/import',['privateKey']],['/settings/audit/patient',['organization','patient','reason']],['/settings/audit/find',['organization','clinician','from','who','event','actor']],['/settings/launches/find',['organization','clinician','from','who','step']],['/settings/launches/patient',['organization','patient','reason']],['/settings/launches/x/report',['x']],[`/settings/audit/${ID}/patient`,['reason']],['/settings/clinicians',['name']],['/settings/clinicians/x/code',['user']],['/settings/clinicians/x/unlink',['user']],['/settings/clinicians/waiting/AAAAAA/confirm',['clinician','name']],['/settings/live-launches/end',['launch']],['/settings/services/services',['services','version','intent']],['/settings/services/receivers',['receivers','version','intent']],['/settings/services/questionnaire',['questionnaire','service','name']],[C,['fhirUrl','draft']],[`${C}/check`,['draft']],[`${C}/frame`,['frameAncestors','add','agreed']],[`${C}/use-anyway`,['reason','draft']],[`${C}/discard-draft`,['draft']],[`${C}/accept`,['suggestion','agreed','seen']],['/settings/handover',['x']],['/settings/handover/revoke',['link']],[`${C}/use-preset`,['vendor','seen','agreed']],[`${C}/use-scopes`,['scopes','seen','agreed']],[`${C}/preview-scopes`,['scopes','issuers','allowedHosts','searchParameters']],[`${C}/advanced`,['scopes','issuers','requestsPerMinute','nonce','seen','agreed','frameAncestors','timeZone','helpDeskUrl','vendor']]];
test('posts', async () => {
  let n = 0;
  for (const [path, fields] of forms) {
    n += 1; const mail = `p${n}@example.com`; await addPerson(world, mail); const b = path === '/sign-in' ? createBrowser() : await signedIn(world, mail);
    const csrf = path === '/sign-in' ? csrfOf(await b.visit(`${world.url}/sign-in`)) : await tokenOf(world, b);
    for (const v of values.slice(0, 21)) {
      const value = (() => { try { return decodeURIComponent(v); } catch { return v; } })();
      await hit('op', b, `${world.url}${path}?organization=${ORG_ID}`, { form: { csrf, ...Object.fromEntries(fields.map((f) => [f, value])) } });
      // repeated and bracketed, prototype names
      const body = `csrf=${encodeURIComponent(csrf)}&${fields.map((f) => `${f}=${v.replaceAll('%','%25')}&${f}=x&${f}[]=x&${f}[__proto__]=x`).join('&')}&__proto__=1&constructor=1&hasOwnProperty=1`;
      const { request } = await import('undici');
      const cookie = [...(b.jar.get('localhost') ?? [])].map(([k, x]) => `${k}=${x}`).join('; ');
      const r = await request(`${world.url}${path}?organization=${ORG_ID}`, { method: 'POST', headers: { cookie, 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }, body });
      await r.body.dump(); if (r.statusCode >= 500 && r.statusCode !== 503) console.log('!!! repeated', r.statusCode, path, v);
    }
  }
  console.log([...seen], ({} as any).polluted, Object.keys(Object.prototype));
}, 500000);
test('chart posts', async () => {
  const page = await chart.browser.visit(`${chart.url}/requests/new`);
  console.log(page.status, page.url, page.body.slice(0,300), csrfOf(page)); const csrf = csrfOf(page); const ticket = /name="ticket" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  for (const [path, fields] of [['/requests',['text','service','show','sort','mine','here']],['/requests/new',['what','reason','note','service','neededOn','priority','confirmed','intent','filled','chart','own:__proto__','pick:__proto__']],['/requests/new/keep',['what','filled','pick:__proto__']],['/requests/new/discard',['form']],['/requests/x/correct',['x']],['/requests/x/cancel',['reason','version','status']],['/association',['code']]] as [string,string[]][])
    for (const v of values.slice(0, 21)) {
      const value = (() => { try { return decodeURIComponent(v); } catch { return v; } })();
      await hit('chart', chart.browser, `${chart.url}${path}`, { form: { csrf, ticket, ...Object.fromEntries(fields.map((f) => [f, value])) } });
    }
  console.log([...seen]);
}, 500000);
