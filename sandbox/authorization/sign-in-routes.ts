/** Handles the POST of the sign-in page: keeps the choice and lets the browser continue its request. */
import express, { type Request, type Response, Router } from 'express';
import type { SandboxUser } from '#sandbox/contract.ts';
import { currentStay } from '#sandbox/data/current-stay.ts';
import type { Records } from '#sandbox/data/records.ts';
import type { Facts } from '#sandbox/facts.ts';
import type { LaunchContext } from '#sandbox/launches.ts';
import { endpoints } from './documents.ts';
import { signInPage } from './sign-in-page.ts';
import type { Answer, RequestParameters, SignIns } from './sign-ins.ts';

export interface SignInDeps {
  facts: Facts;
  records: Records;
  users: readonly SandboxUser[];
  signIns: SignIns;
}

/** The page for a valid request that still lacks its user. */
export function askUser(deps: SignInDeps, parameters: RequestParameters, wantsPatient: boolean): string {
  const patients = wantsPatient ? deps.records.ofType('Patient') : [];
  return signInPage({ form: deps.signIns.ask(parameters), users: deps.users, patients });
}

/** The choice; undefined when it was not on the page. */
function readAnswer(body: Record<string, unknown>, scopes: string[], deps: SignInDeps): Answer | undefined {
  if (body.action === 'cancel') return { kind: 'cancelled' };
  const user = deps.users.find(({ id }) => id === body.user);
  const patient = deps.records.ofType('Patient').find(({ id }) => id === body.patient)?.id;
  if (body.action !== 'continue' || !user || (body.patient !== undefined && patient === undefined)) return undefined;
  const stay =
    patient !== undefined && scopes.includes('launch/encounter') ? currentStay(deps.records, patient) : undefined;
  const unsaid = { intent: undefined, needPatientBanner: undefined, fhirContext: undefined };
  const context: LaunchContext = { patient, user, encounter: stay, ...unsaid };
  return { kind: 'picked', context };
}

function answer(request: Request, response: Response, deps: SignInDeps): void {
  const body: Record<string, unknown> = request.body ?? {};
  const parameters = deps.signIns.answered(String(body.form));
  const scopes = (parameters?.scope ?? '').split(' ');
  const chosen = readAnswer(body, scopes, deps);
  if (!parameters || !chosen) {
    response.status(400).type('text/plain').send('This sign-in was answered already, has expired, or is incomplete.\n');
    return;
  }
  const url = new URL(endpoints(deps.facts).authorization_endpoint);
  url.search = new URLSearchParams({ ...parameters, signed_in: deps.signIns.remember(parameters, chosen) }).toString();
  response.set('cache-control', 'no-store').redirect(303, url.href);
}

/** Mount before the authorization server. */
export function signInRouter(deps: SignInDeps): Router {
  const router = Router();
  router.post('/auth/sign-in', express.urlencoded({ extended: false }), (request, response) =>
    answer(request, response, deps),
  );
  return router;
}
