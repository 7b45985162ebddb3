/** SMART's rules for authorization requests beyond OAuth; oidc-provider runs them as parameter validations. */
import { errors, type ProviderContext } from 'oidc-provider';
import type { Facts } from '#sandbox/facts.ts';
import { type FaultSwitches, throughFaults } from '#sandbox/fault-switches.ts';
import type { LaunchContext, Launches } from '#sandbox/launches.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';
import { grantable, scopeProblem } from './scope-policy.ts';
import type { RequestParameters, SignIns } from './sign-ins.ts';

/** The only accepted parameters: AZ-16 forbids `max_age`, `claims` and the like. */
const known = new Set([
  'response_type',
  'response_mode',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'aud',
  'launch',
  'code_challenge',
  'code_challenge_method',
  'nonce',
  // The sandbox's own parameter, by which the sign-in page of a standalone launch resumes its request.
  'signed_in',
]);

export interface AuthorizeDeps {
  facts: Facts;
  profile: VendorProfile;
  faults: FaultSwitches;
  launches: Launches;
  /** Called when the request is accepted; the user who opened the chart is signed in. */
  accept(ctx: ProviderContext, context: LaunchContext, scopes: string[]): void;
  signIns: SignIns;
  /** Called when a valid standalone request still lacks its user: the sign-in page is shown instead of an answer. */
  ask(ctx: ProviderContext, parameters: RequestParameters, wantsPatient: boolean): void;
}

type Parameters = Record<string, string | string[] | undefined>;

/** The parameters as received, before oidc-provider drops unknown ones. */
function rawParameters(ctx: ProviderContext): Parameters {
  return (ctx.method === 'POST' ? ctx.oidc.body : ctx.query) ?? {};
}

function requireThat(condition: boolean, description: string): void {
  if (!condition) throw new errors.InvalidRequest(description);
}

/** AZ-06, AZ-07, AZ-12, AZ-14, AZ-16, AZ-17, AZ-22. */
function checkParameters(ctx: ProviderContext, endpointQuery: string[]): void {
  const parameters = { ...rawParameters(ctx) };
  for (const [name, value] of endpointQuery.flatMap((query) => [...new URLSearchParams(query)])) {
    requireThat(ctx.query[name] === value, `the endpoint's own query is lost: ${name}`);
    delete parameters[name];
  }
  requireThat(
    ctx.method === 'GET' || ctx.querystring === endpointQuery.join('&'),
    'a POST carries its parameters in the body only',
  );
  for (const [name, value] of Object.entries(parameters)) {
    requireThat(typeof value === 'string', `${name} is sent more than once`);
    requireThat(known.has(name), `${name} is not a parameter of a SMART launch here`);
  }
  const { state, nonce, scope, response_mode: mode, code_challenge: challenge } = parameters;
  requireThat(typeof state === 'string' && state.length >= 20 && state.length <= 128, 'state: 122 bits or more');
  requireThat(mode === undefined || mode === 'query', 'response_mode is query or absent');
  requireThat(typeof challenge === 'string' && /^[\w-]{43}$/.test(challenge), 'code_challenge: 43 characters');
  if (!String(scope).split(' ').includes('openid')) return;
  requireThat(typeof nonce === 'string' && nonce.length >= 22 && nonce !== state, 'nonce: 128 bits or more');
}

/** Answers `invalid_scope` if a fault says so. The launch value is not spent unless a fault spends it. */
function refuseByFault(faults: FaultSwitches, requested: string, spend: () => void): void {
  const refusing = faults.list().find(({ fault, value }) => fault.refusesScopes?.(requested, value));
  if (!refusing) return;
  refusing.used();
  if (refusing.fault.spendsRefusedLaunch) spend();
  throw new errors.InvalidScope('a scope is not registered for this client', requested);
}

/** The validations by parameter name, run in this order, so that only a valid request spends the launch value. */
export function authorizeRules(deps: AuthorizeDeps) {
  return {
    aud: (ctx: ProviderContext, aud: string | undefined) => {
      checkParameters(
        ctx,
        deps.faults.list().flatMap(({ fault }) => fault.authorizeQuery ?? []),
      );
      requireThat(aud === deps.facts.fhirBase, `aud must be ${deps.facts.fhirBase}`);
    },
    launch: async (ctx: ProviderContext, launch: string | undefined) => {
      const requested = String(rawParameters(ctx).scope ?? '');
      requireThat(launch !== undefined || !requested.split(' ').includes('launch'), 'launch is missing');
      const problem = scopeProblem(requested, launch === undefined ? 'standalone' : 'ehr');
      if (problem) throw new errors.InvalidScope(problem, requested);
      refuseByFault(deps.faults, requested, () => launch !== undefined && deps.launches.take(launch));
      const granted = grantable(requested, deps.profile.refusesScope);
      const context = launch === undefined ? standaloneContext(ctx, granted, deps) : launchContext(ctx, launch, deps);
      const scopes = await throughFaults(deps.faults, granted, (fault, current, value) =>
        fault.grantScopes?.(current, value),
      );
      deps.accept(ctx, context, scopes);
    },
  };
}

function launchContext(ctx: ProviderContext, launch: string, { faults, launches }: AuthorizeDeps): LaunchContext {
  requireThat(rawParameters(ctx).signed_in === undefined, 'signed_in belongs to a standalone launch');
  const keeps = faults.list().some(({ fault }) => fault.keepsLaunch);
  const context = launches.take(launch, keeps);
  if (!context) throw new errors.InvalidRequest('launch is unknown, expired or already used');
  return context;
}

/** In a standalone launch the user signs in and picks a patient; then the same request is repeated with the choice. */
function standaloneContext(ctx: ProviderContext, granted: string[], { signIns, ask }: AuthorizeDeps): LaunchContext {
  const { signed_in: signedIn, ...parameters } = onceEach({ ...ctx.query, ...rawParameters(ctx) });
  if (signedIn === undefined) {
    ask(ctx, parameters, granted.includes('launch/patient'));
    throw new errors.AccessDenied('the user is being asked');
  }
  const answer = signIns.take(signedIn, parameters);
  if (!answer) throw new errors.InvalidRequest('the sign-in is unknown, used, expired or of another request');
  if (answer.kind === 'cancelled') throw new errors.AccessDenied('the user cancelled');
  return granted.includes('launch/patient') ? answer.context : { ...answer.context, patient: undefined };
}

/** Repeated parameters have already been refused. */
function onceEach(parameters: Parameters): RequestParameters {
  const entries = Object.entries(parameters);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'));
}
