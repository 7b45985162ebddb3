/** Saves a connection: the typed FHIR URL is checked first, and replaces the one in use only if it works (REG-06). */
import { storedText } from '#src/adapters/stored-text.ts';
import type { AuditEvent } from '#src/audit/audit.ts';
import type { CheckDependencies } from '#src/checks/rows/context.ts';
import type { AcceptedSettings, FinishedChecks, RunningChecks } from '#src/checks/rows/result.ts';
import { AppError } from '#src/errors.ts';
import { type EditDependencies, editOrganization, settingsOf } from '#src/organizations/edit.ts';
import { type Organization, type OrganizationSettings, parseSettings } from '#src/organizations/organization.ts';
import type { ConnectionDraft } from '#src/organizations/store.ts';
import type { SettingProblem } from '#src/settings/derived.ts';
import { keepDiscovered } from './check-again.ts';
import { normalizeFhirUrl } from './fhir-url.ts';
import { checkRunEvent } from './report.ts';
import { runChecks } from './run.ts';
import type { CheckRun, ChecksStore } from './store.ts';

export interface SaveDependencies extends EditDependencies {
  checks: CheckDependencies;
  checksStore: ChecksStore;
  /** CIDRs of the deployment that may be reached although private. */
  allowPrivate: readonly string[];
  /** Asked after the checks, which take seconds; absent on the command line. */
  isStillSignedIn?: (() => Promise<boolean>) | undefined;
}

/** Who saves: `name` is shown beside the run, the rest goes to the audit trail. */
export interface Saver extends Pick<AuditEvent, 'actor' | 'address'> {
  name: string;
}

export interface SaveOptions {
  /** "Use it anyway": a reason, which is recorded. */
  useAnyway?: string;
  /** Settings of suggestions the administrator accepted; raw, judged by the schema. */
  accept?: AcceptedSettings;
  /** The `at` of the draft that the administrator saw, empty for none; its settings go with it. By default, the latest. */
  draft?: string;
}

/** A problem for the field, or a run: stream `running`, then await `outcome`, which rejects when the database fails. */
export type SaveAnswer =
  | { ok: false; problem: string; kept: string }
  | { ok: true; url: string; corrections: string[]; running: RunningChecks; outcome: Promise<SavedConnection> };

export interface SavedConnection {
  /**
   * in use: passed and saved · used anyway: saved in spite of hard failures · draft: not saved, the connection in use
   * stays · unchanged: the URL in use itself failed, nothing was changed.
   */
  state: 'in use' | 'used anyway' | 'draft' | 'unchanged';
  run: CheckRun;
  organization: Organization;
  draft: ConnectionDraft | undefined;
}

const LONGEST_REASON = 500;

/** Saves URL, accepted settings and discovery; after hard failures only a draft. @param typedUrl untrusted (REG-07). */
export async function saveConnection(
  dependencies: SaveDependencies,
  organizationId: string,
  typedUrl: string,
  saver: Saver,
  options: SaveOptions = {},
): Promise<SaveAnswer> {
  const { store, production, checks } = dependencies;
  const organization = await store.find(organizationId);
  if (!organization) return { ok: false, problem: 'There is no such organization.', kept: typedUrl };
  const normalized = readFhirUrl(dependencies, organization, typedUrl);
  if (!normalized.ok) return normalized;
  const { url, corrections } = normalized;
  const latest = await store.findDraft(organizationId);
  const draft = latest?.at === (options.draft ?? latest?.at) ? latest : undefined;
  const accepted = { ...(draft?.fhirUrl === url ? draft.accepted : {}), ...options.accept };
  const next = { ...settingsOf(organization), ...accepted, fhirBaseUrl: url };
  const parsed = parseSettings(next, production, ['clientId'], organization);
  if (!parsed.ok) return { ok: false, problem: sentenceOf(parsed.problems), kept: typedUrl };
  const { enabled } = organization;
  const discovered = organization.fhirBaseUrl === url ? organization.discovered : undefined;
  const checked = { ...parsed.settings, enabled, discovered };
  const running = runChecks({ fhirUrl: url, organization: checked, isTyped: true, asksSignIn: true }, checks);
  // A run of what is in use decides about no draft of another address, unless its form names it.
  const isOver = url !== organization.fhirBaseUrl || draft?.fhirUrl === url || draft?.at === options.draft;
  const over = isOver ? draft : undefined;
  const saving = { organization, settings: parsed.settings, accepted, over, saver, reason: reasonOf(options) };
  return {
    ok: true,
    url,
    corrections,
    running,
    outcome: running.finished.then((run) => settle(dependencies, saving, run)),
  };
}

/** The FHIR URL as it would be called, or why it would not be called (REG-07). @param typedUrl untrusted. */
export function readFhirUrl(
  { production, allowPrivate, checks }: Pick<SaveDependencies, 'production' | 'allowPrivate' | 'checks'>,
  { privateNetworks }: Organization,
  typedUrl: string,
): ReturnType<typeof normalizeFhirUrl> {
  const read = normalizeFhirUrl(typedUrl, { production, allowPrivate: [...allowPrivate, ...privateNetworks] });
  if (!read.ok || new URL(read.url).host !== checks.publicUrl.host) return read;
  return { ok: false, problem: OWN_ADDRESS, kept: typedUrl.trim() };
}

const OWN_ADDRESS =
  'This is an address of this app, which the EHR team registers. Enter the FHIR base URL of the EHR, such as https://ehr.example.org/fhir/r4.';

interface Saving {
  organization: Organization;
  settings: OrganizationSettings;
  accepted: Readonly<Record<string, unknown>>;
  /** The draft that is dropped if the run passes. */
  over: ConnectionDraft | undefined;
  saver: Saver;
  reason: string | undefined;
}

async function settle(
  dependencies: SaveDependencies,
  saving: Saving,
  finished: FinishedChecks,
): Promise<SavedConnection> {
  const { store, checksStore, clock, audit } = dependencies;
  const { organization, settings, accepted, saver, reason } = saving;
  if ((await dependencies.isStillSignedIn?.()) === false) {
    const { name: _name, ...by } = saver;
    const detail = { reason: 'the session ended while the checks ran' };
    audit.record({ event: 'denial', ...by, organizationId: organization.id, detail });
    throw new AppError('admin.sign-in-needed', detail.reason);
  }
  const url = settings.fhirBaseUrl;
  const isGood = finished.summary.hardFailures.length === 0;
  const mayUse = isGood || reason !== undefined;
  const isInUse = organization.fhirBaseUrl === url && Object.keys(accepted).length === 0;
  const state = mayUse ? (isGood ? 'in use' : 'used anyway') : isInUse ? 'unchanged' : 'draft';
  const draft = state === 'draft' ? { fhirUrl: url, accepted, at: clock().toISOString(), by: saver.name } : undefined;
  const record = { ...finished, organizationId: organization.id, by: saver.name, differences: [] };
  const run = await checksStore.save({ ...record, occasion: 'save' });
  // The run and the decision are recorded before anything changes that a launch uses.
  const decision = { state, ...(state === 'used anyway' ? { reason } : {}) };
  await audit.recordNow(checkRunEvent(run, saver, decision));
  if (draft) await store.saveDraft(organization.id, draft);
  const after = mayUse ? await putInUse(dependencies, saving, finished) : organization;
  return { state, run, organization: after, draft };
}

async function putInUse(
  dependencies: SaveDependencies,
  { organization, settings, accepted, over, saver }: Saving,
  finished: FinishedChecks,
): Promise<Organization> {
  const { store } = dependencies;
  const { name: _name, ...by } = saver;
  const { fhirBaseUrl } = settings;
  // A run of what is in use changes nothing: since it began, another administrator may have saved another address.
  const changes = { ...accepted, ...(fhirBaseUrl === organization.fhirBaseUrl ? {} : { fhirBaseUrl }) };
  const edited = await editOrganization(dependencies, organization.id, changes, by);
  // The settings were valid before the checks; only a change by another administrator can have made them invalid.
  if (!edited.ok) throw new Error(`the connection could not be saved: ${sentenceOf(edited.problems)}`);
  if (edited.after.fhirBaseUrl !== fhirBaseUrl) return edited.after;
  if (over) await store.dropDraft(organization.id, over);
  await keepDiscovered(store, edited.after, finished);
  return (await store.find(organization.id)) ?? edited.after;
}

function reasonOf({ useAnyway }: SaveOptions): string | undefined {
  const reason = useAnyway === undefined ? undefined : storedText(useAnyway, LONGEST_REASON).trim();
  return reason === '' ? undefined : reason;
}

function sentenceOf(problems: readonly SettingProblem[]): string {
  return problems.map(({ field, message }) => `${field} ${message}`).join('; ');
}
