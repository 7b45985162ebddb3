/** An organization as the command line shows it: settings, registration sheet, warnings. */
import { type CommandOutcome, done, table } from '#src/adapters/command-line.ts';
import { settingKeyOf } from '#src/organizations/setting-text.ts';
import type { VendorSuggestion } from '#src/vendors/suggestion.ts';
import { suggestionFor } from '#src/vendors/view.ts';
import { type EndedLaunches, settingsOf } from './edit.ts';
import type { Organization } from './organization.ts';
import { type RegistrationSheet, registrationSheet } from './registration.ts';
import type { SavedOrganization } from './store.ts';

type Deployment = { publicUrl: URL; appName: string };

/** What `organization set` answers: what changed, what to register in the EHR, and what is still in the way. */
export function describeSaved(
  saved: SavedOrganization & { changed: string[]; ended: EndedLaunches },
  deployment: Deployment,
): CommandOutcome {
  const { before, after, changed, ended } = saved;
  const registration = registrationSheet(deployment, after);
  const warnings = warningsOf(after);
  const suggestion = suggestionFor(after);
  const endedLaunches = before !== undefined && before.connectionVersion !== after.connectionVersion;
  const text = [
    headline(after.id, before === undefined, changed),
    ...(endedLaunches ? ['The connection to the EHR changed.', ...endedText(ended)] : []),
    '',
    registrationText(registration),
    ...warnings.map((warning) => `\nWarning: ${warning}`),
    ...(suggestion ? [`\nHint: ${vendorHint(after.id, suggestion)}`] : []),
  ].join('\n');
  const endedCount = ended === 'none' ? 0 : (ended ?? null);
  const machine = { organization: withoutDocument(after), registration, warnings };
  const suggestedVendor = suggestion?.vendor ?? null;
  const created = before === undefined;
  return done(text, { created, changed, endedLaunches, endedCount, ...machine, suggestedVendor });
}

/** What has become of the launches under way; nothing where the change left them alone. */
export function endedText(ended: EndedLaunches): string[] {
  if (ended === 'none') return [];
  if (ended === undefined) {
    return [
      'Its launches have ended: each is refused at its next request. Their tokens could not be given back from here.',
    ];
  }
  const launches =
    ended === 1 ? '1 open launch was ended and its tokens' : `${ended} open launches were ended and their tokens`;
  return [ended === 0 ? 'No launch was open.' : `${launches} given back to the EHR where it takes them.`];
}

/** What `organization show` answers. */
export function describeOrganization(organization: Organization, deployment: Deployment): CommandOutcome {
  const registration = registrationSheet(deployment, organization);
  const warnings = warningsOf(organization);
  const settings = Object.entries(settingsOf(organization)).map(([field, value]) => [
    settingKeyOf(field),
    Array.isArray(value) ? value.join(', ') : String(value),
  ]);
  const state = [
    ['enabled', String(organization.enabled)],
    ['discovered', organization.discovered?.fetchedAt ?? 'not yet'],
  ];
  const text = [
    table([...settings, ...state]),
    '',
    registrationText(registration),
    ...warnings.map((warning) => `\nWarning: ${warning}`),
  ].join('\n');
  return done(text, { organization: withoutDocument(organization), registration, warnings });
}

function headline(id: string, isNew: boolean, changed: readonly string[]): string {
  if (isNew) return `Organization ${id} created.`;
  if (changed.length === 0) return `Organization ${id}: nothing changed.`;
  return `Organization ${id} updated: ${changed.map(settingKeyOf).join(', ')}.`;
}

function warningsOf(organization: Organization): string[] {
  const warnings = [];
  if (organization.frameAncestors.length === 0) {
    warnings.push(
      'frameAncestors is empty: the app cannot be shown inside the EHR until it names the origins of the EHR, such as ' +
        '--setting frameAncestors=https://ehr.example.org',
    );
  }
  if (!organization.enabled) warnings.push(`the organization is disabled: organization enable ${organization.id}`);
  return warnings;
}

function vendorHint(id: string, { vendor, name, seen }: VendorSuggestion): string {
  return (
    `the FHIR URL looks like an address of ${name} (${seen}). Its preset is not in use; take it up with\n` +
    `  organization set ${id} --setting vendor=${vendor}`
  );
}

function registrationText(sheet: RegistrationSheet): string {
  return [
    'Register in the EHR:',
    table([
      ['  Launch URL', sheet.launchUrl],
      ['  or, with the organization in the path', sheet.launchUrlPathForm],
      ['  Redirect URI', sheet.redirectUri],
      ['  JWKS URI', sheet.jwksUri],
      ['  Client ID', sheet.clientId],
      ['  Client authentication', `${sheet.clientAuthentication} (${sheet.clientType.toLowerCase()} client)`],
      ['  Grant types', sheet.grantTypes.join(', ')],
      ['  Scopes', sheet.scopes],
      ...optionalRow('  Standalone URL (outside the EHR)', sheet.standaloneUrl),
      ...optionalRow('  Scopes of a standalone launch', sheet.standaloneScopes),
    ]),
  ].join('\n');
}

function optionalRow(name: string, value: string | undefined): string[][] {
  return value === undefined ? [] : [[name, value]];
}

/** An organization for machines: everything but the discovery document, which is the EHR's and long. */
export function withoutDocument({ discovered, ...organization }: Organization) {
  return { ...organization, discoveredAt: discovered?.fetchedAt ?? null };
}
