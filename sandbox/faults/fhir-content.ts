/** Faults in what the FHIR server says: wrong patients, foreign links, endless pages (LC-05, LC-06, FH-02, FH-08, FH-09). */
import type { Fault, FhirAnswer, JsonObject } from '#sandbox/fault-type.ts';

interface BundleBody extends JsonObject {
  entry?: JsonObject[];
  link?: { relation: string; url: string }[];
}

/** Changes a searchset; any other answer stays unchanged. */
function inSearchset(answer: FhirAnswer, change: (bundle: BundleBody) => BundleBody): FhirAnswer | undefined {
  const bundle: BundleBody = answer.body;
  return bundle.type === 'searchset' ? { ...answer, body: change(bundle) } : undefined;
}

function withNext(bundle: BundleBody, url: string): BundleBody {
  const others = (bundle.link ?? []).filter((link) => link.relation !== 'next');
  return { ...bundle, link: [...others, { relation: 'next', url }] };
}

function withEntry(bundle: BundleBody, entry: JsonObject): BundleBody {
  return { ...bundle, entry: [entry, ...(bundle.entry ?? [])] };
}

export const fhirContentFaults = {
  'wrong-patient': {
    description: 'reading the Patient returns another one',
    fhirAnswer: (answer) =>
      answer.body.resourceType === 'Patient'
        ? { ...answer, body: { ...answer.body, id: 'pat-somebody-else' } }
        : undefined,
  },
  'patient-outcome-200': {
    description: 'reading the Patient answers 200 with an OperationOutcome',
    fhirAnswer: (answer) =>
      answer.body.resourceType === 'Patient'
        ? { ...answer, body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'suppressed' }] } }
        : undefined,
  },
  'search-outcome-200': {
    description: 'a search answers 200 with an OperationOutcome in place of a Bundle',
    fhirAnswer: (answer) =>
      inSearchset(answer, () => ({
        resourceType: 'OperationOutcome',
        issue: [{ severity: 'error', code: 'exception' }],
      })),
  },
  'search-collection': {
    description: 'a search answers with a Bundle of another type than searchset',
    fhirAnswer: (answer) => inSearchset(answer, (bundle) => ({ ...bundle, type: 'collection' })),
  },
  'foreign-resource': {
    description: "another patient's ServiceRequest slips into the Bundle",
    fhirAnswer: (answer, call) => {
      if (call.resourceType !== 'ServiceRequest') return undefined;
      const strangers = call.records.ofType('ServiceRequest');
      const stranger = strangers.find((request) => request.subject.reference !== `Patient/${call.patient}`);
      return inSearchset(answer, (bundle) => withEntry(bundle, { resource: stranger, search: { mode: 'match' } }));
    },
  },
  'foreign-next-link': {
    description: 'the next page is on a foreign host',
    value: 'the URL, default https://elsewhere.example/fhir?page=2',
    fhirAnswer: (answer, _call, value) =>
      inSearchset(answer, (bundle) => withNext(bundle, String(value ?? 'https://elsewhere.example/fhir?page=2'))),
  },
  'endless-paging': {
    description: 'every page names itself as the next one',
    fhirAnswer: (answer, call) => inSearchset(answer, (bundle) => withNext(bundle, call.url.href)),
  },
  'outcome-entry': {
    description: 'a search answers with an OperationOutcome among its entries, as Epic does (harmless)',
    fhirAnswer: (answer) =>
      inSearchset(answer, (bundle) =>
        withEntry(bundle, {
          resource: {
            resourceType: 'OperationOutcome',
            issue: [{ severity: 'warning', code: 'suppressed', diagnostics: '4101: some results are hidden' }],
          },
          search: { mode: 'outcome' },
        }),
      ),
  },
  'huge-bundle': {
    description: 'a search answers with 12 MB',
    fhirAnswer: (answer) => inSearchset(answer, (bundle) => ({ ...bundle, padding: 'x'.repeat(12 * 1024 * 1024) })),
  },
  'empty-entries': {
    description: 'Bundle entries without a resource, and null (harmless)',
    fhirAnswer: (answer) =>
      inSearchset(answer, (bundle) => withEntry(withEntry(bundle, {}), { resource: null, search: { mode: 'match' } })),
  },
} as const satisfies Record<string, Fault>;
