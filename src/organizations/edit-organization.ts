/** Changing an organization: merge, check by the one schema, save and tell the audit trail. */
import type { Clock } from '#src/adapters/clock.ts';
import type { Audit, AuditEvent } from '#src/audit/audit.ts';
import { type Organization, type OrganizationSettings, parseSettings, type SettingProblem } from './organization.ts';
import type { OrganizationStore, SavedOrganization } from './organization-store.ts';
import type { SettingChanges } from './setting-text.ts';
import { presetScopes, type Vendor, vendors } from './vendor-presets.ts';

export interface EditDependencies {
  store: OrganizationStore;
  audit: Audit;
  clock: Clock;
  production: boolean;
}

export type EditResult =
  | ({ ok: true; changed: string[] } & SavedOrganization)
  | { ok: false; problems: SettingProblem[] };

/**
 * Creates the organization or changes what is given of it; with any problem nothing is changed.
 *
 * A vendor chosen later brings its scopes along, unless somebody has set scopes on purpose.
 *
 * @param changes raw and untrusted.
 */
export async function editOrganization(
  { store, audit, clock, production }: EditDependencies,
  id: string,
  changes: SettingChanges,
  actor: AuditEvent['actor'],
): Promise<EditResult> {
  let problems: SettingProblem[] = [];
  const saved = await store.save(
    id,
    (before) => {
      const parsed = parseSettings(merge(id, before, changes), production);
      if (parsed.ok) return parsed.settings;
      problems = parsed.problems;
      return undefined;
    },
    clock(),
  );
  if (!saved) return { ok: false, problems };
  const changed = changedSettings(saved);
  if (changed.length > 0) recordChange(audit, saved, changed, actor);
  return { ok: true, changed, ...saved };
}

/**
 * Switches an organization on or off; off ends its launches at once (REG-11).
 *
 * @returns undefined when there is no such organization.
 */
export async function switchOrganization(
  { store, audit, clock }: EditDependencies,
  id: string,
  enabled: boolean,
  actor: AuditEvent['actor'],
): Promise<Organization | undefined> {
  const saved = await store.setEnabled(id, enabled, clock());
  if (saved && saved.before?.enabled !== enabled) recordChange(audit, saved, ['enabled'], actor);
  return saved?.after;
}

function merge(id: string, before: Organization | undefined, changes: SettingChanges): SettingChanges {
  const base = before && settingsOf(before);
  const vendor = knownVendor(changes.vendor);
  const scopesAreOurs = before === undefined || before.scopes === presetScopes(before.vendor);
  const preset = vendor && scopesAreOurs ? { scopes: presetScopes(vendor) } : {};
  return { ...base, ...preset, ...changes, id };
}

function knownVendor(value: unknown): Vendor | undefined {
  return vendors.find((vendor) => vendor === value);
}

/** The organization without what nobody sets by hand. */
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

function recordChange(
  audit: Audit,
  { before, after }: SavedOrganization,
  fields: readonly string[],
  actor: AuditEvent['actor'],
): void {
  const pick = (organization: Organization | undefined) =>
    organization && Object.fromEntries(Object.entries(organization).filter(([field]) => fields.includes(field)));
  audit.record({
    event: 'settings-change',
    organizationId: after.id,
    actor,
    detail: { before: pick(before) ?? null, after: pick(after) },
  });
}
