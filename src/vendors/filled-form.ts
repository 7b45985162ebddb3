/** A vendor's form with what to type into it. */
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';
import type { VendorFormProps } from '#views/guide/vendor-form.ts';
import { fieldName, type SheetKey, vendorForms } from './registration-forms.ts';

/**
 * @param sheet the organization's.
 * @param contact of the operator; empty where it is not known, and then no field asks for it.
 * @returns undefined for a vendor whose form is not known.
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
