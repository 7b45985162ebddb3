/**
 * The app a tutorial ends with: Express, a session in memory, fhirclient's authorize() and ready(), one page. It keeps no
 * promise of ours (no id_token check, one session per browser, no limits, no log) and is the yardstick of the benchmark.
 */
import { generateKeyPairSync } from 'node:crypto';
import { html } from '@remix-run/html-template';
import express from 'express';
import session from 'express-session';
import smart from 'fhirclient';
import { CLIENT_ID } from './stub-documents.ts';

interface Patient {
  name?: { given?: string[]; family?: string }[];
}

interface Bundle {
  entry?: { resource: { code?: { text?: string }; status?: string; occurrenceDateTime?: string } }[];
}

const port = Number(process.env['PORT']);
const jwk = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' });
const clientPrivateJwk = { ...jwk, kid: 'minimal', alg: 'RS384', key_ops: ['sign'] };

const app = express();
app.use(session({ secret: 'a-benchmark-has-no-secrets', resave: false, saveUninitialized: false }));

app.get('/health/live', (_request, response) => void response.json({ status: 'live' }));

app.get('/launch', async (request, response) => {
  await smart(request, response).authorize({
    clientId: CLIENT_ID,
    clientPrivateJwk: clientPrivateJwk as never,
    scope: 'launch/patient launch/encounter patient/*.read openid fhirUser launch profile online_access',
    redirectUri: '/app',
  });
});

app.get('/app', async (request, response) => {
  const client = await smart(request, response).ready();
  const [patient, bundle] = await Promise.all([
    client.patient.read() as Promise<Patient>,
    client.request<Bundle>(`ServiceRequest?patient=${client.patient.id}`),
  ]);
  const name = patient.name?.[0];
  const rows = (bundle.entry ?? []).map(
    ({ resource }) =>
      html`<tr><td>${resource.code?.text ?? ''}</td><td>${resource.status ?? ''}</td><td>${resource.occurrenceDateTime ?? ''}</td></tr>`,
  );
  const title = `Requests for ${name?.given?.join(' ') ?? ''} ${name?.family ?? ''}`;
  response.send(String(html`<!doctype html><title>${title}</title><h1>${title}</h1><table>${rows}</table>`));
});

app.listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit());
