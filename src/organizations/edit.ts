/** Changes an organization: merges the changes, checks them by the schema, saves, and writes the audit trail. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import type { SettingProblem } from '#src/settings/derived.ts';
import { vendors } from '#src/settings/vendor-names.ts';
import { broughtAlong } from '#src/vendors/presets.ts';
import type { Organization, OrganizationSettings, SettingChanges, UnsetField } from './organization.ts';
import { parseSettings, withSettings } from './organization.ts';
import type { OrganizationStore, SavedOrganization } from './store.ts';

export interface EditDependencies {
  store: OrganizationStore;
  audit: Audit;
  clock: Clock;
  production: boolean;
  /** Whether a new organization may lack its FHIR URL and Client ID; the command line requires both. */
  mayBeginUnset?: boolean;
  /** Whether the organization is to be created: one that has this Org ID is not changed. */
  mustBeNew?: boolean;
  endLaunches: EndLaunches;
}

/** After a saved change (MT-05, REG-11). Never throws. @returns how many; undefined if they end at the next request. */
export type EndLaunches = (organization: Organization, by: Changing) => Promise<number | undefined>;

export const TAKEN = 'is taken';

export type Changing = Pick<AuditEvent, 'actor' | 'address'>;

/** 'none' if the change ends no launch; undefined as for {@link EndLaunches}. */
export type EndedLaunches = number | 'none' | undefined;

/** With a problem nothing is changed. A new vendor's preset yields to changed settings. @param changes untrusted. */
export async function editOrganization(
  { store, audit, clock, production, endLaunches, mayBeginUnset = false, mustBeNew = false }: EditDependencies,
  id: string,
  changes: SettingChanges,
  by: Changing,
) {
  let problems: SettingProblem[] = [];
  const saved = await store.save(
    id,
    (before) => {
      const parsed = parseSettings(merge(id, before, changes), production, unsetFields(before, mayBeginUnset), before);
      const isTaken = before !== undefined && mustBeNew;
      if (parsed.ok && !isTaken) return parsed.settings;
      problems = isTaken || parsed.ok ? [{ field: 'id', message: TAKEN }] : parsed.problems;
      return undefined;
    },
    clock(),
  );
  if (!saved) return { ok: false as const, problems };
  const changed = changedSettings(saved);
  if (changed.length > 0) recordChange(audit, saved, changed, by);
  return { ok: true as const, changed, ended: await endAfter(endLaunches, saved, by), ...saved };
}

/** Whether these changes, if they are valid, would end the open launches of the organization (MT-05). */
export function wouldEndLaunches(production: boolean, before: Organization, changes: SettingChanges): boolean {
  const parsed = parseSettings(merge(before.id, before, changes), production, unsetFields(before, false), before);
  return parsed.ok && withSettings(before, parsed.settings).connectionVersion !== before.connectionVersion;
}

/** Ends only launches whose next request would be refused anyway after the saved change. */
async function endAfter(endLaunches: EndLaunches, saved: SavedOrganization, by: Changing): Promise<EndedLaunches> {
  const { before, after } = saved;
  if (!before || before.connectionVersion === after.connectionVersion) return 'none';
  return endLaunches(before, by);
}

/** Enables or disables an organization; disabling ends its launches at once (REG-11). */
export async function switchOrganization(
  { store, audit, clock, endLaunches }: EditDependencies,
  id: string,
  enabled: boolean,
  by: Changing,
): Promise<{ after: Organization; ended: EndedLaunches } | undefined> {
  const saved = await store.setEnabled(id, enabled, clock());
  if (saved && saved.before?.enabled !== enabled) recordChange(audit, saved, ['enabled'], by);
  return saved && { after: saved.after, ended: await endAfter(endLaunches, saved, by) };
}

function merge(id: string, before: Organization | undefined, changes: SettingChanges): SettingChanges {
  const base = before && settingsOf(before);
  const vendor = vendors.find((name) => name === changes.vendor);
  const preset = vendor && broughtAlong(before, vendor);
  return { ...base, ...preset, ...changes, id };
}

/** A field that was set once cannot be emptied. */
function unsetFields(before: Organization | undefined, mayBeginUnset: boolean): UnsetField[] {
  const fields: UnsetField[] = ['fhirBaseUrl', 'clientId'];
  return fields.filter((field) => (before ? before[field] === '' : mayBeginUnset));
}

/** The organization without its state. */
export function settingsOf(organization: Organization): OrganizationSettings {
  const { enabled: _enabled, connectionVersion: _version, discovered: _discovered, ...settings } = organization;
  return settings;
}

function changedSettings({ before, after }: SavedOrganization): string[] {
  const old: Readonly<Record<string, unknown>> = before ? { ...settingsOf(before) } : {};
  return Object.entries(settingsOf(after))
    .filter(([field, value]) => JSON.stringify(value) !== JSON.stringify(old[field]))
    .map(([field]) => field);
}

function recordChange(audit: Audit, saved: SavedOrganization, fields: readonly string[], by: Changing): void {
  const { before, after } = saved;
  const pick = (organization: Organization) =>
    Object.fromEntries(Object.entries(organization).filter(([field]) => fields.includes(field)));
  const detail = { before: before ? pick(before) : null, after: pick(after) };
  audit.record({ event: 'settings-change', organizationId: after.id, ...by, detail });
}
