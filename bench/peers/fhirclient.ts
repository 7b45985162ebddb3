/**
 * A tutorial app: fhirclient's authorize() and ready(), and one page. It verifies no id_token, keeps one session per
 * browser, and has no limits, no audit and no log.
 */
import smart from 'fhirclient';
import { CLIENT_ID } from '#bench/stub/documents.ts';
import { type Bundle, createPeer, listen, type Patient, privateJwk, requestsPage, SCOPE } from './peer.ts';

const app = createPeer('fhirclient');

app.get('/launch', async (request, response) => {
  const clientPrivateJwk = privateJwk as never;
  await smart(request, response).authorize({
    clientId: CLIENT_ID,
    clientPrivateJwk,
    scope: SCOPE,
    redirectUri: '/app',
  });
});

app.get('/app', async (request, response) => {
  const client = await smart(request, response).ready();
  const [patient, bundle] = await Promise.all([
    client.patient.read() as Promise<Patient>,
    client.request<Bundle>(`ServiceRequest?patient=${client.patient.id}`),
  ]);
  response.send(requestsPage(patient, bundle));
});

listen(app);
