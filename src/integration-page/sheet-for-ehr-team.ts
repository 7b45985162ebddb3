/** The props of the registration pages, for an organization or with placeholders, and the page behind a shared link. No secret (REG-09). */
import { readFileSync } from 'node:fs';
import { dayIn, serverTimeZone } from '#src/adapters/time-zone.ts';
import type { Config } from '#src/config/index.ts';
import type { Organization } from '#src/organizations/organization.ts';
import { clientMetadata, registrationSheet } from '#src/organizations/registration.ts';
import type { ReportShape } from '#src/reports/route.ts';
import type { Vendor } from '#src/settings/vendor-names.ts';
import { presetSettings } from '#src/vendors/presets.ts';
import { filledForm, namesInForm } from '#src/vendors/registration-forms.ts';
import { assetPath } from '#views/assets.ts';
import { type RegisterSheetProps, sharedRegisterPage } from '#views/guide/register-page.ts';
import type { RegistrationValues } from '#views/integration-page/registration-table.ts';

export type RegisterConfig = Pick<Config, 'publicUrl' | 'appName' | 'environment' | 'egressIps' | 'operatorContact'>;

/** The registration sheet; without an organization, it has a placeholder for the Org ID. */
export function guideSheet(
  config: RegisterConfig,
  organization: Organization | undefined,
  vendor: Vendor = 'generic',
): RegistrationValues {
  const { scopes } = presetSettings(vendor);
  const placeholder = { id: '{Org ID}', clientId: '', scopes, redirectUri: 'shared' } as const;
  return registrationSheet(config, organization ?? placeholder);
}

/** @param vendor whose form is shown, and whose scopes if there is no organization. */
export function registerSheetProps(
  config: RegisterConfig,
  organization: Organization | undefined,
  vendor: Vendor | undefined,
  now: Date,
): RegisterSheetProps {
  const { environment, publicUrl, egressIps, operatorContact: contact } = config;
  const registration = guideSheet(config, organization, vendor);
  const metadata = clientMetadata(registration, { publicUrl, contact, version, logoPath: assetPath('logo.png') });
  return {
    environment,
    organization: organization && { id: organization.id, name: organization.name },
    registration,
    names: namesInForm(vendor, environment),
    form: filledForm(vendor, { ...registration }, { environment, contact }),
    network: { host: publicUrl.host, port: publicUrl.port || '443', egressIps },
    contact,
    version,
    timeZone: organization?.timeZone,
    day: dayIn(now, organization?.timeZone ?? serverTimeZone),
    metadata: JSON.stringify(metadata, undefined, 2),
  };
}

export const sharedRegister: ReportShape<RegisterSheetProps> = {
  kind: 'register',
  path: '/reports/register',
  json: ({ content, expiresAt }) => {
    const { metadata, ...sheet } = content;
    return { ...sheet, clientMetadata: JSON.parse(metadata) as unknown, expiresAt };
  },
  page: ({ content, expiresAt }, jsonUrl) =>
    sharedRegisterPage(content, {
      downloads: { json: jsonUrl, csv: undefined },
      expiresOn: dayIn(expiresAt, content.timeZone ?? serverTimeZone),
    }),
};

const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

const version = String((JSON.parse(file) as { version: unknown }).version);
