/** The vendors' app registration forms as data: their fields, in their order and words. */
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';
import type { VendorFormProps } from '#views/guide/vendor-form.ts';
import { presetSettings } from './presets.ts';

/** The values of our registration sheet that a field may ask for. */
export type SheetKey = 'applicationName' | 'launchUrl' | 'redirectUri' | 'jwksUri' | 'scopes' | 'fhirVersion';

/** One field of a vendor's form: a value of the sheet, or a fixed one. */
export interface VendorField {
  /** `{Environment}` stands for Production or Non-Production. */
  readonly name: string;
  readonly from?: SheetKey | 'contact';
  readonly is?: string;
  readonly note?: string;
  /** Known only from a secondary source, so the reader is asked to confirm it. */
  readonly confirm?: true;
}

function resourcesOf(vendor: Vendor): string {
  return [...presetSettings(vendor).scopes.matchAll(/patient\/(\w+)\./g)].map(([, type]) => type).join(', ');
}

/** Looked up on 28 November 2026; docs/registration.md says where. */
export const vendorForms: Partial<Record<Vendor, { where: string; source: string; fields: readonly VendorField[] }>> = {
  epic: {
    where: 'fhir.epic.com, Build Apps, Create',
    source: 'fhir.epic.com, App Creation & Request Process and OAuth 2.0; a guide of another vendor of March 2026',
    fields: [
      { name: 'Application Name', from: 'applicationName' },
      { name: 'Application Audience', is: 'Clinicians or Administrative Users' },
      { name: 'Incoming APIs', is: `Read and Search (R4) of ${resourcesOf('epic')}` },
      { name: 'Redirect URI', from: 'redirectUri' },
      { name: 'Is Confidential Client', is: 'Yes', confirm: true },
      {
        name: '{Environment} JWK Set URL',
        from: 'jwksUri',
        note: 'the other environment has its own deployment and its own URL',
      },
      {
        name: 'Requires Persistent Access',
        is: 'No',
        note: 'the app asks for online_access, not for offline_access',
        confirm: true,
      },
      { name: 'Default FHIR version', from: 'fhirVersion' },
      { name: 'Launch URL', from: 'launchUrl', note: 'not in this form: in the build of the launch at the site' },
    ],
  },
  oracle: {
    where: 'Oracle Health Developer Portal, Register Oracle Health SMART App',
    source: 'docs.oracle.com, Developer Portal User Guide',
    fields: [
      { name: 'Company Name', is: 'VectorCare' },
      { name: 'App Type', is: 'Provider', confirm: true },
      { name: 'App Name', from: 'applicationName' },
      { name: 'Description', is: 'Requests for services of a patient, opened from the chart' },
      { name: 'FHIR Version', from: 'fhirVersion' },
      {
        name: 'SMART Version',
        is: 'SMART v1',
        note: 'the scopes below are of v1; it cannot be changed later',
        confirm: true,
      },
      { name: 'Confidential App', is: 'checked' },
      { name: 'JWKS URL', from: 'jwksUri', note: 'in place of a client secret' },
      { name: 'Redirect URL', from: 'redirectUri' },
      { name: 'Launch URL', from: 'launchUrl' },
      { name: 'Scopes', from: 'scopes', note: 'select them one by one' },
      { name: 'Support Email', from: 'contact', note: 'optional' },
    ],
  },
};

const COMMON_NAMES: Readonly<Partial<Record<SheetKey, string>>> = {
  applicationName: 'App name, client_name',
  launchUrl: 'SMART launch URI, App launch URL, initiate_login_uri',
  redirectUri: 'Callback URL, Reply URL, redirect_uris',
  jwksUri: 'JWK Set URL, Public key URL, jwks_uri',
  scopes: 'Permissions, API access, scope',
};

/** The names of the sheet's values in this vendor's form, or else the usual ones. */
export function namesInForm(vendor: Vendor | undefined, environment: string): Partial<Record<SheetKey, string>> {
  const form = vendor && vendorForms[vendor];
  if (!form) return COMMON_NAMES;
  const named = form.fields.flatMap(({ name, from }) =>
    from === undefined || from === 'contact' ? [] : [[from, fieldName(name, environment)] as const],
  );
  return Object.fromEntries(named);
}

/** Fills a vendor's form. @param contact of the operator; if empty, its fields are left out. */
export function filledForm(
  vendor: Vendor | undefined,
  sheet: Readonly<Record<SheetKey, string>>,
  { environment, contact }: { environment: string; contact: string },
): VendorFormProps | undefined {
  const form = vendor && vendorForms[vendor];
  if (!form) return undefined;
  const values = { ...sheet, contact };
  const fields = form.fields
    .map(({ name, from, is = '', note, confirm }) => ({
      name: fieldName(name, environment),
      value: from === undefined ? is : values[from],
      note,
      confirm,
    }))
    .filter(({ value }) => value !== '');
  return { vendor: vendorNames[vendor], where: form.where, source: form.source, fields };
}

function fieldName(name: string, environment: string): string {
  return name.replace('{Environment}', environment === 'production' ? 'Production' : 'Non-Production');
}
