/** Formats an organization for the command line: settings, registration sheet, warnings. */
import { type CommandOutcome, done, table } from '#src/adapters/command-line.ts';
import { settingKeyOf } from '#src/settings/command-text.ts';
import { isGiven } from '#src/smart/documents/given-endpoints.ts';
import { suggestionFor } from '#src/vendors/presets.ts';
import type { RegistrationValues } from '#views/integration-page/registration-table.ts';
import { type EndedLaunches, settingsOf } from './edit.ts';
import type { Organization } from './organization.ts';
import { registrationSheet } from './registration.ts';
import type { SavedOrganization } from './store.ts';

type Deployment = { publicUrl: URL; appName: string };

/** The output of `organization set`: what changed, what to register in the EHR, and the warnings. */
export function describeSaved(
  saved: SavedOrganization & { changed: string[]; ended: EndedLaunches },
  deployment: Deployment,
): CommandOutcome {
  const { before, after, changed, ended } = saved;
  const { text, ...json } = registrationOf(after, deployment);
  const suggestion = suggestionFor(after);
  const endedLaunches = before !== undefined && before.connectionVersion !== after.connectionVersion;
  const lines = [
    headline(after.id, before === undefined, changed),
    ...(endedLaunches ? ['The connection to the EHR changed.', ...endedText(ended)] : []),
    text,
  ];
  if (suggestion) {
    const { vendor, name, seen } = suggestion;
    lines.push(
      `\nHint: the FHIR URL looks like an address of ${name} (${seen}). Its preset is not in use; use it with`,
      `  organization set ${after.id} --setting vendor=${vendor}`,
    );
  }
  return done(lines.join('\n'), {
    created: before === undefined,
    changed,
    endedLaunches,
    endedCount: endedCount(ended),
    ...json,
    suggestedVendor: suggestion?.vendor ?? null,
  });
}

/** The output of `organization show`. */
export function describeOrganization(organization: Organization, deployment: Deployment): CommandOutcome {
  const { text, ...json } = registrationOf(organization, deployment);
  const settings = Object.entries(settingsOf(organization)).map(([field, value]) => [
    settingKeyOf(field),
    Array.isArray(value) ? value.join(', ') : String(value),
  ]);
  const { enabled, discovered } = organization;
  const state = [
    ['enabled', String(enabled)],
    ['discovered', isGiven(organization) ? 'no: endpoints are given by hand' : (discovered?.fetchedAt ?? 'not yet')],
  ];
  return done([table([...settings, ...state]), text].join('\n'), json);
}

/** How many open launches ended; empty if the change ended none. */
export function endedText(ended: EndedLaunches): string[] {
  if (ended === 'none') return [];
  if (ended === undefined)
    return [
      'Its launches have ended: each is refused at its next request. Their tokens could not be revoked from here.',
    ];
  if (ended === 0) return ['No launch was open.'];
  const launches = ended === 1 ? '1 open launch was ended and its' : `${ended} open launches were ended and their`;
  return [`${launches} tokens revoked, if the EHR supports revocation.`];
}

/** The number of ended launches for the JSON output; null when unknown. */
export function endedCount(ended: EndedLaunches): number | null {
  return ended === 'none' ? 0 : (ended ?? null);
}

/** An organization for the JSON output, without the long discovery document. */
export function withoutDocument({ discovered, ...organization }: Organization) {
  return { ...organization, discoveredAt: discovered?.fetchedAt ?? null };
}

function headline(id: string, isNew: boolean, changed: readonly string[]): string {
  if (isNew) return `Organization ${id} created.`;
  if (changed.length === 0) return `Organization ${id}: nothing changed.`;
  return `Organization ${id} updated: ${changed.map(settingKeyOf).join(', ')}.`;
}

function registrationOf(organization: Organization, deployment: Deployment) {
  const registration = registrationSheet(deployment, organization);
  const warnings = warningsOf(organization);
  const text = ['', registrationText(registration), ...warnings.map((warning) => `\nWarning: ${warning}`)].join('\n');
  return { text, organization: withoutDocument(organization), registration, warnings };
}

function warningsOf({ id, enabled, frameAncestors }: Organization): string[] {
  const unframed =
    'frameAncestors is empty: the app cannot be shown inside the EHR until this names the origins of the EHR, such as ' +
    '--setting frameAncestors=https://ehr.example.org';
  const disabled = `the organization is disabled: organization enable ${id}`;
  return [...(frameAncestors.length === 0 ? [unframed] : []), ...(enabled ? [] : [disabled])];
}

function registrationText(sheet: RegistrationValues): string {
  const rows: [string, string | undefined][] = [
    ['  Launch URL', sheet.launchUrl],
    ['  or, with the organization in the path', sheet.launchUrlPathForm],
    ['  Redirect URI', sheet.redirectUri],
    ['  JWKS URI', sheet.jwksUri],
    ['  Client ID', sheet.clientId],
    ['  Client authentication', `${sheet.clientAuthentication} (${sheet.clientType.toLowerCase()} client)`],
    ['  Grant types', sheet.grantTypes.join(', ')],
    ['  Scopes', sheet.scopes],
    ['  Standalone URL (outside the EHR)', sheet.standaloneUrl],
    ['  Scopes of a standalone launch', sheet.standaloneScopes],
  ];
  const present = rows.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return ['Register in the EHR:', table(present)].join('\n');
}
