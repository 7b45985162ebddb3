/** What a FHIR server answers a read: taken as it came, parsed and bounded when it is looked at (FH-12). */
import { hash } from 'node:crypto';
import { JSON_BOUNDS, parseBoundedJson } from '#src/adapters/ehr-http/json-bounds.ts';
import type { LightResponse } from '#src/adapters/ehr-http/light-fetch.ts';
import { isJsonObject } from '#src/adapters/json-object.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { FhirError, toFhirError } from './fhir-error.ts';

/** A JSON object that says what resource it is; everything else about it is unproven. */
export type FhirResource = { readonly resourceType: string; readonly [member: string]: unknown };

/** A successful read as it came: what is not looked at is not parsed. */
export interface FhirAnswer {
  /** SHA-256 of its bytes. */
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
  /** Untrusted. */
  text(): string;
  /** @throws FhirError for what is no resource, or over the bounds of JSON (FH-12). */
  resource(): FhirResource;
}

/** @throws FhirError for a web page, and for nothing at all. */
export function toAnswer({ type, bytes }: LightResponse): FhirAnswer {
  if (/\bxml\b/i.test(type) && !/html/i.test(type)) throw noResource('fhir.no-json');
  if (!/\bjson\b/i.test(type) || bytes.length === 0) throw noResource();
  let digest: string | undefined;
  return {
    get digest() {
      return (digest ??= hash('sha256', bytes, 'base64url'));
    },
    size: bytes.length,
    text: () => bytes.toString(),
    resource: () => {
      try {
        return asResource(parseBoundedJson(bytes, JSON_BOUNDS.fhir));
      } catch (error) {
        throw toFhirError(error);
      }
    },
  };
}

function asResource(answer: unknown): FhirResource {
  if (isJsonObject(answer) && typeof answer['resourceType'] === 'string') return answer as FhirResource;
  throw noResource();
}

function noResource(rule: Rule = 'fhir.web-page'): FhirError {
  return new FhirError('unexpected', undefined, { rule });
}
