/** A vendor's registration form, filled with the organization's values. */
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';
import type { VendorFormProps } from '#views/guide/vendor-form.ts';
import { fieldName, type SheetKey, vendorForms } from './registration-forms.ts';

/**
 * @param sheet of the organization.
 * @param contact of the operator; if empty, its fields are left out.
 * @returns undefined for a vendor whose form is unknown.
 */
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
