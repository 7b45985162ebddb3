/** The chart's pages as routes: patients, one patient with the app, and the faults page. */
import { fileURLToPath } from 'node:url';
import express, { type Request, type Response, Router } from 'express';
import type { Patient } from 'fhir/r4.js';
import type { LaunchOptions, SandboxUser } from '#sandbox/contract.ts';
import { currentStay } from '#sandbox/data/current-stay.ts';
import type { Records } from '#sandbox/data/records.ts';
import { isStyleName, type StyleName } from '#sandbox/data/styles.ts';
import type { Facts } from '#sandbox/facts.ts';
import type { FaultSwitches } from '#sandbox/fault-switches.ts';
import { isFaultName } from '#sandbox/faults.ts';
import { profiles, type VendorProfileName } from '#sandbox/profiles.ts';
import { chartPage } from './chart-page.ts';
import { faultsPage } from './faults-page.ts';

export interface ChartDeps {
  facts: Facts;
  profileName: VendorProfileName;
  faults: FaultSwitches;
  records: Records;
  users: readonly SandboxUser[];
  launch: (patientId: string, options?: LaunchOptions) => string;
  /** Where the app is opened outside the chart, if it offers that. */
  standaloneUrl: () => string | undefined;
}

const bootstrap = fileURLToPath(import.meta.resolve('bootstrap/dist/css/bootstrap.min.css'));

/** A white cross on the hospital's blue; browsers ask for it on pages without a link to it as well. */
const favicon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3" fill="#005f87"/><path d="M6 3h4v3h3v4h-3v3H6v-3H3V6h3z" fill="#fff"/></svg>';

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The look that was chosen; the first one by default. */
function styleOf({ query: { style } }: Request): StyleName {
  return isStyleName(style) ? style : 'day';
}

/** The options of a launch from this chart: the chosen user, and the patient's current stay as the encounter. */
function launchOptions(request: Request, patientId: string, { records, users }: ChartDeps): LaunchOptions {
  const asked = textOf(request.query.user);
  const user = users.find((one) => one.id === asked) ?? users[0];
  const encounter = currentStay(records, patientId);
  return { ...(user && { user: user.id }), ...(encounter && { encounter }), style: styleOf(request) };
}

/** The patient in the path; answers 404 itself when there is none. */
function findPatient(request: Request, response: Response, { records }: ChartDeps): Patient | undefined {
  const patient = records.ofType('Patient').find((one) => one.id === request.params.patientId);
  if (!patient) response.status(404).type('text/plain').send('No such patient in this mock EHR.\n');
  return patient;
}

function openNewWindow(request: Request, response: Response, deps: ChartDeps): void {
  const id = findPatient(request, response, deps)?.id;
  if (id === undefined) return;
  response.set('cache-control', 'no-store').redirect(303, deps.launch(id, launchOptions(request, id, deps)));
}

function showChart(request: Request, response: Response, deps: ChartDeps): void {
  const wanted = request.params.patientId !== undefined;
  const patient = wanted ? findPatient(request, response, deps) : undefined;
  if (wanted && !patient) return;
  const page = chartPage({
    patients: deps.records.ofType('Patient'),
    users: deps.users,
    user: textOf(request.query.user) ?? deps.users[0]?.id ?? '',
    style: styleOf(request),
    activeFaults: deps.faults.active(),
    profileName: deps.profileName,
    ...(patient?.id && {
      open: { patient, appUrl: deps.launch(patient.id, launchOptions(request, patient.id, deps)) },
    }),
    standaloneUrl: deps.standaloneUrl(),
    iframeSandbox: profiles[deps.profileName].iframeSandbox,
  });
  response.set('cache-control', 'no-store').type('html').send(String(page));
}

/** The faults page's form: one fault on or off, or all off. */
function switchFault(request: Request, response: Response, { faults }: ChartDeps): void {
  const { name, value, action } = request.body ?? {};
  if (action === 'clear-all') faults.clear();
  else if (typeof name === 'string' && isFaultName(name)) {
    if (action === 'on') faults.set(name, textOf(value));
    else faults.clear(name);
  }
  response.redirect(303, '/faults');
}

/** All pages of the mock EHR. */
export function chartRouter(deps: ChartDeps): Router {
  const router = Router();
  router.get('/', (_request, response) => response.redirect(303, '/chart'));
  router.get('/assets/bootstrap.css', (_request, response) => response.sendFile(bootstrap, { maxAge: '1h' }));
  router.get(['/favicon.svg', '/favicon.ico'], (_request, response) => {
    response.set('cache-control', 'public, max-age=3600').type('svg').send(favicon);
  });
  router.get(['/chart', '/chart/:patientId'], (request, response) => showChart(request, response, deps));
  router.get('/chart/:patientId/new-window', (request, response) => openNewWindow(request, response, deps));
  router.get('/faults', (_request, response) => {
    const page = faultsPage({ profileName: deps.profileName, active: deps.faults.list() });
    response.set('cache-control', 'no-store').type('html').send(String(page));
  });
  router.post('/faults', express.urlencoded({ extended: false }), (request, response) =>
    switchFault(request, response, deps),
  );
  return router;
}
