/** The FHIR R4 server of the mock EHR: bearer, scope and patient compartment are checked on every request. */
import { type ErrorRequestHandler, json, type Request, type Response, Router } from 'express';
import type { FhirResource } from 'fhir/r4.js';
import type { AuthorizationServer } from '#sandbox/authorization/server.ts';
import type { Records } from '#sandbox/data/records.ts';
import type { Facts } from '#sandbox/facts.ts';
import { type FaultSwitches, throughFaults } from '#sandbox/fault-switches.ts';
import type { FhirAnswer } from '#sandbox/fault-type.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';
import { sendRaw } from '#sandbox/request-faults.ts';
import { capabilityStatement } from './capability.ts';
import { createServiceRequest } from './create.ts';
import { batch, type FhirContext, get } from './interactions.ts';
import { FhirRefusal, operationOutcome } from './outcome.ts';
import { updateServiceRequest } from './update.ts';

export interface FhirDeps {
  facts: Facts;
  profile: VendorProfile;
  faults: FaultSwitches;
  records: Records;
  authorization: AuthorizationServer;
}

const fhirJson = 'application/fhir+json';

/** @throws FhirRefusal 401 */
async function authenticate(request: Request, deps: FhirDeps): Promise<FhirContext> {
  const bearer = /^Bearer ([\w.~+/-]+=*)$/.exec(request.get('authorization') ?? '')?.[1];
  const access = bearer === undefined ? undefined : await deps.authorization.access(bearer);
  if (!access) throw new FhirRefusal(401, 'login', bearer ? 'the access token is not active' : 'no bearer token');
  return { access, records: deps.records, profile: deps.profile, fhirBase: deps.facts.fhirBase };
}

/** FHIR http, content negotiation: this server supports only JSON, like Oracle. @throws FhirRefusal 406 */
function requireJsonAccepted(request: Request): void {
  if (request.accepts([fhirJson, 'application/json']) === false) {
    throw new FhirRefusal(406, 'not-supported', 'only application/fhir+json is spoken here');
  }
}

async function send(request: Request, response: Response, resource: FhirResource, deps: FhirDeps, patient?: string) {
  const url = new URL(request.originalUrl, deps.facts.origin);
  const [resourceType, id] = request.path.split('/').filter(Boolean);
  const call = { resourceType, id, patient, url, facts: deps.facts, records: deps.records };
  const real: FhirAnswer = { status: response.statusCode, body: { ...resource } };
  const answer = await throughFaults(deps.faults, real, (fault, current, value) =>
    fault.fhirAnswer?.(current, call, value),
  );
  if (answer.raw) return sendRaw(response, answer.raw);
  response
    .status(answer.status)
    .type(fhirJson)
    .set({ 'cache-control': 'no-store', ...answer.headers });
  response.send(answer.isEmpty ? '' : JSON.stringify(answer.body));
}

function refuse(response: Response, refusal: FhirRefusal): void {
  if (refusal.status === 401) response.set('www-authenticate', 'Bearer realm="fhir", error="invalid_token"');
  response.status(refusal.status).type(fhirJson).set('cache-control', 'no-store');
  response.send(JSON.stringify(operationOutcome(refusal)));
}

/** Answers the request with what `make` returns, or with the OperationOutcome of its refusal. */
async function respond(
  request: Request,
  response: Response,
  deps: FhirDeps,
  make: (context: FhirContext) => FhirResource,
) {
  try {
    requireJsonAccepted(request);
    const context = await authenticate(request, deps);
    await send(request, response, make(context), deps, context.access.patient);
  } catch (cause) {
    if (!(cause instanceof FhirRefusal)) throw cause;
    refuse(response, cause);
  }
}

/** Answers a body that is not JSON or is too long with an OperationOutcome. */
const refuseBody: ErrorRequestHandler = (error, _request, response, next) => {
  const status = Number(error?.status);
  if (status >= 400 && status < 500) refuse(response, new FhirRefusal(status, 'invalid', 'the body cannot be read'));
  else next(error);
};

/** The FHIR endpoint; mount it at the FHIR base. */
export function fhirRouter(deps: FhirDeps): Router {
  const router = Router();
  router.get('/metadata', (_request, response) => {
    if (!deps.profile.publishesMetadata) return refuse(response, new FhirRefusal(404, 'not-found', 'no such document'));
    const statement = capabilityStatement(deps.facts, deps.profile);
    response.type(fhirJson).set('cache-control', 'public, max-age=300').send(JSON.stringify(statement));
  });
  router.get('/{*path}', async (request, response) => {
    const query = new URL(request.originalUrl, deps.facts.origin).searchParams;
    await respond(request, response, deps, (context) => get(request.path.replace(/^\/|\/$/g, ''), query, context));
  });
  router.post('/', json({ type: [fhirJson, 'application/json'], limit: '1mb' }), async (request, response) => {
    await respond(request, response, deps, (context) => batch(request.body, context));
  });
  router.post('/ServiceRequest', json({ type: fhirJson, limit: '1mb' }), async (request, response) => {
    await respond(request, response.status(201), deps, (context) => createServiceRequest(request.body, context));
  });
  router.put('/ServiceRequest/:id', json({ type: fhirJson, limit: '1mb' }), async (request, response) => {
    const { id } = request.params;
    await respond(request, response, deps, (context) =>
      updateServiceRequest(id, request.body, request.get('if-match'), context),
    );
  });
  router.all('/{*path}', (_request, response) => {
    refuse(response, new FhirRefusal(405, 'not-supported', 'this server only reads'));
  });
  router.use(refuseBody);
  return router;
}
