/** fhirclient's FhirClient, with our fetch in the place of the one it would load. */
import Module, { createRequire } from 'node:module';
import type * as fhirclient from 'fhirclient/lib/FhirClient.js';
import { lightFetch } from '#src/adapters/ehr-http/light-fetch.ts';

const fromFhirclient = createRequire(createRequire(import.meta.url).resolve('fhirclient/lib/FhirClient.js'));
// Where fhirclient takes its fetch from, and nothing else does (package.json, overrides): it finds ours there, and a second
// copy of undici is never loaded.
const crossFetch = new Module(fromFhirclient.resolve('cross-fetch'));
Object.assign(crossFetch, { exports: { fetch: lightFetch }, loaded: true });
fromFhirclient.cache[crossFetch.id] = crossFetch;
const library: typeof fhirclient.default = fromFhirclient('./FhirClient.js');

/** Sends FHIR requests to one base; what it is handed beyond its own options goes to `lightFetch` untouched. */
export const FhirClient = library.default;
