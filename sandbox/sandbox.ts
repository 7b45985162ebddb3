/** A mock EHR in one call: chart, authorization server, FHIR server, synthetic patients, named faults. */
import express, { type Express } from 'express';
import { createAuthorizationServer } from '#sandbox/authorization/server.ts';
import { signInRouter } from '#sandbox/authorization/sign-in-routes.ts';
import { createSignIns } from '#sandbox/authorization/sign-ins.ts';
import { type SigningKeys, signingKeys } from '#sandbox/authorization/signing-keys.ts';
import { chartRouter } from '#sandbox/chart/routes.ts';
import { createRecords } from '#sandbox/data/records.ts';
import { fhirRouter } from '#sandbox/fhir/server.ts';
import type { LaunchOptions, RequestLog, Sandbox, SandboxApp, SandboxOptions } from './contract.ts';
import { documentsRouter } from './documents-router.ts';
import type { Facts } from './facts.ts';
import { createFaultSwitches, type FaultSwitches } from './fault-switches.ts';
import { createJwksFetch, type JwksFetch } from './jwks-fetch.ts';
import { createLaunches, type Launches } from './launches.ts';
import { listen } from './listen.ts';
import { profiles, type VendorProfileName } from './profiles.ts';
import { requestBudget } from './request-budget.ts';
import { requestFaults } from './request-faults.ts';
import { createRequestLog, record } from './request-log.ts';
import { defaultUsers } from './users.ts';

export type { Sandbox, SandboxApp, SandboxOptions } from './contract.ts';
export type { FaultName } from './faults.ts';

interface Parts {
  options: SandboxOptions;
  facts: Facts;
  profileName: VendorProfileName;
  faults: FaultSwitches;
  launches: Launches;
  keys: SigningKeys;
  requests: RequestLog;
  closing: AbortController;
  app: { current: SandboxApp };
  jwks: JwksFetch;
  launch: Sandbox['launch'];
}

/** Mounts the parts of the EHR; requests pass them in this order. */
function createEhr(parts: Parts): Express {
  const { facts, faults, keys, launches, requests, jwks, app } = parts;
  const profile = profiles[parts.profileName];
  const users = parts.options.users ?? defaultUsers;
  const records = createRecords(parts.options.datesFromToday ? facts.now() : undefined);
  const currentApp = () => app.current;
  const signIn = { facts, records, users, signIns: createSignIns(facts.now) };
  const authorization = createAuthorizationServer({
    facts,
    profile,
    faults,
    launches,
    signIn,
    users,
    keys,
    currentApp,
    fetchJwks: jwks.fetch,
  });
  const ehr = express().disable('x-powered-by');
  ehr.use((request, response, next) => {
    response.locals.arrival = record(requests, request, facts.now());
    response.setHeader('date', facts.now().toUTCString());
    next();
  });
  ehr.use(requestFaults(faults, facts, parts.closing.signal));
  if (profile.requestsPerMinute !== undefined) ehr.use(requestBudget(profile.requestsPerMinute, facts.now));
  ehr.use(documentsRouter({ facts, profile, faults, keys }));
  ehr.use(signInRouter(signIn));
  ehr.use('/auth', (request, response) => authorization.handle(request, response));
  ehr.use('/fhir/r4', fhirRouter({ facts, profile, faults, records, authorization }));
  const standaloneUrl = () => app.current.standaloneUrl;
  const { profileName, launch } = parts;
  ehr.use(chartRouter({ facts, profileName, faults, records, users, launch, standaloneUrl }));
  return ehr;
}

/** Appended, not set: the app's launch URL may have a query of its own (`?orgId=A`). */
function launchUrl(app: SandboxApp, facts: Facts, launch: string): string {
  const url = new URL(app.launchUrl);
  url.searchParams.append('iss', facts.fhirBase);
  url.searchParams.append('launch', launch);
  return url.href;
}

function createLaunch(options: SandboxOptions, facts: Facts, launches: Launches, app: { current: SandboxApp }) {
  const users = options.users ?? defaultUsers;
  return (patientId: string, launchOptions: LaunchOptions = {}): string => {
    const user = users.find((one) => launchOptions.user === undefined || one.id === launchOptions.user);
    if (!user) throw new Error(`the sandbox has no user ${launchOptions.user}`);
    return launchUrl(app.current, facts, launches.mint(patientId, user, launchOptions));
  };
}

function createFacts(options: SandboxOptions, port: number): Facts {
  const origin = options.origin?.(port) ?? `${options.tls ? 'https' : 'http'}://localhost:${port}`;
  const { issuerPath, issuerOnOtherHost } = profiles[options.profile ?? 'generic'];
  const issuer = `${issuerOnOtherHost ? otherLoopback(origin) : origin}${issuerPath}`;
  const authorizationBase = `${origin}/auth`;
  return { origin, issuer, authorizationBase, fhirBase: `${origin}/fhir/r4`, now: options.now ?? (() => new Date()) };
}

/** The same port under the other loopback name; a sandbox with a public name has no other. */
function otherLoopback(origin: string): string {
  const url = new URL(origin);
  if (url.hostname === 'localhost') url.hostname = '127.0.0.1';
  else if (url.hostname === '127.0.0.1') url.hostname = 'localhost';
  return url.origin;
}

/**
 * Starts one mock EHR. Instances share only the signing keys, which hold no state.
 *
 * @throws when the port is taken, or when a launch names an unknown user.
 */
export async function startSandbox(options: SandboxOptions): Promise<Sandbox> {
  const keys = await signingKeys();
  const site: { handle?: Express } = {};
  const listening = await listen(options, (request, response) => site.handle?.(request, response));
  const facts = createFacts(options, listening.port);
  const app = { current: options.app };
  const launches = createLaunches(facts.now);
  const jwks = createJwksFetch(() => app.current);
  const closing = new AbortController();
  const faults = createFaultSwitches();
  const requests = createRequestLog();
  const profileName = options.profile ?? 'generic';
  const launch = createLaunch(options, facts, launches, app);
  site.handle = createEhr({
    options,
    facts,
    profileName,
    faults,
    launches,
    keys,
    requests,
    closing,
    app,
    jwks,
    launch,
  });
  const close = async () => {
    closing.abort();
    await listening.close();
    await jwks.close();
  };
  const configureApp = (changed: SandboxApp) => void Object.assign(app, { current: { ...changed } });
  const { origin, issuer, fhirBase } = facts;
  const chartUrl = `${origin}/chart`;
  return { origin, issuer, fhirBase, chartUrl, profile: profileName, faults, requests, launch, configureApp, close };
}
