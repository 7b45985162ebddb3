/** Guesses the vendor from a FHIR URL, and where its pages are hosted. The guess is only a hint for the administrator. */
import { type Vendor, vendorNames } from '#src/settings/vendor-names.ts';

/** Marks by host, or by a path that no other vendor uses; all from the vendors' published addresses. */
const MARKS: readonly { vendor: Vendor; host?: RegExp; path?: RegExp }[] = [
  { vendor: 'oracle', host: /^fhir-(?:ehr|ehr-code|open|myrecord)\.cerner\.com$|^fhir\.cerner\.com$/ },
  { vendor: 'athenahealth', host: /(?:^|\.)platform\.athenahealth\.com$/ },
  { vendor: 'eclinicalworks', host: /^fhir\d*\.(?:eclinicalworks|healow)\.com$|(?:^|\.)ecwcloud\.com$/ },
  { vendor: 'nextgen-enterprise', host: /^fhir\.nextgen\.com$/, path: /^\/nge\// },
  { vendor: 'nextgen-office', host: /^fhir\.meditouchehr\.com$/ },
  { vendor: 'veradigm', host: /(?:^|\.)(?:allscripts|veradigm)\.com$/ },
  { vendor: 'meditech', path: /\/v2\/uscore\/(?:R4|STU\d+)$/i },
  { vendor: 'epic', path: /\/api\/FHIR\/R4$/i },
];

/** @param fhirUrl may be malformed. @returns with the part that was recognized; undefined if it shows no vendor. */
export function suggestVendor(fhirUrl: string) {
  const url = URL.parse(fhirUrl);
  if (!url) return undefined;
  const path = url.pathname.replace(/\/$/, '');
  const mark = MARKS.find((one) => (one.host?.test(url.hostname) ?? true) && (one.path?.test(path) ?? true));
  if (!mark) return undefined;
  return { vendor: mark.vendor, name: vendorNames[mark.vendor], seen: mark.host ? url.hostname : path };
}

/** Domains where vendors host EHRs. Their pages may frame the app, once the EHR team has confirmed them. */
const HOSTED: Partial<Record<Vendor, string>> = {
  athenahealth: 'https://*.athenahealth.com',
  eclinicalworks: 'https://*.ecwcloud.com',
  'nextgen-office': 'https://*.meditouchehr.com',
};

/** The domain of the chosen vendor, or of the vendor that the FHIR URL suggests. */
export function hostedAt(vendor: Vendor, fhirUrl: string): { origin: string; vendor: string } | undefined {
  const likely = vendor === 'generic' ? suggestVendor(fhirUrl)?.vendor : vendor;
  const origin = likely && HOSTED[likely];
  return likely && origin ? { origin, vendor: vendorNames[likely] } : undefined;
}
