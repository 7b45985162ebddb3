/** Loads fhirclient's FhirClient with our fetch instead of the one it would load. */
import Module, { createRequire } from 'node:module';
import type * as fhirclient from 'fhirclient/lib/FhirClient.js';
import { lightFetch } from '#src/adapters/ehr-http/light-fetch.ts';

const fromFhirclient = createRequire(createRequire(import.meta.url).resolve('fhirclient/lib/FhirClient.js'));
// Only fhirclient requires cross-fetch (package.json, overrides). Our fetch takes its place in the module cache, so
// that no second copy of undici is loaded.
const crossFetch = new Module(fromFhirclient.resolve('cross-fetch'));
Object.assign(crossFetch, { exports: { fetch: lightFetch }, loaded: true });
fromFhirclient.cache[crossFetch.id] = crossFetch;
const library: typeof fhirclient.default = fromFhirclient('./FhirClient.js');

/** Sends FHIR requests to one base. It passes options that are not its own to `lightFetch` unchanged. */
export const FhirClient = library.default;
