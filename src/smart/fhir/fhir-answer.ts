/** The answer to a FHIR read. It is kept as bytes, and parsed within bounds when it is used (FH-12). */
import { hash } from 'node:crypto';
import { isHtml } from '#src/adapters/ehr-http/failure-rule.ts';
import { ruleOfGateway } from '#src/adapters/ehr-http/gateway-rule.ts';
import { JSON_BOUNDS, parseBoundedJson } from '#src/adapters/ehr-http/json-bounds.ts';
import type { LightResponse } from '#src/adapters/ehr-http/light-fetch.ts';
import { isJsonObject } from '#src/adapters/json-object.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { FhirError, toFhirError } from './fhir-error.ts';

/** A JSON object with a `resourceType`; no other member is checked. */
export type FhirResource = { readonly resourceType: string; readonly [member: string]: unknown };

/** The answer to a successful read. It is parsed only on demand. */
export interface FhirAnswer {
  /** SHA-256 of its bytes and of whether they are all. */
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  /** The server sent only a part (206), although none was asked for. */
  readonly isPart: boolean;
  /** Untrusted. */
  text(): string;
  /** @throws FhirError if the body is not a resource or exceeds the JSON bounds (FH-12). */
  resource(): FhirResource;
}

type ReadResponse = Pick<LightResponse, 'type' | 'bytes'> & Partial<Pick<LightResponse, 'status'>>;

/** @throws FhirError if the answer is not JSON or is empty. */
export function toAnswer({ type, bytes, status = 200 }: ReadResponse): FhirAnswer {
  if (/html/i.test(type)) throw pageOf(bytes);
  if (bytes.length === 0) throw noResource('fhir.unreadable');
  if (!/\bjson\b/i.test(type)) throw isPage(bytes) ? pageOf(bytes) : noResource('fhir.no-json');
  let digest: string | undefined;
  const isPart = status === 206;
  return {
    get digest() {
      return (digest ??= `${isPart ? 'part:' : ''}${hash('sha256', bytes, 'base64url')}`);
    },
    size: bytes.length,
    isPart,
    text: () => bytes.toString(),
    resource: () => {
      try {
        return asResource(parseBoundedJson(bytes, JSON_BOUNDS.fhir));
      } catch (error) {
        if (isPage(bytes)) throw pageOf(bytes);
        throw toFhirError(error);
      }
    },
  };
}

const isPage = (bytes: Buffer) => isHtml(bytes.subarray(0, 200).toString());

/** The error for a web page: a firewall's own, or any other. */
function pageOf(bytes: Buffer): FhirError {
  return noResource(
    ruleOfGateway({ status: 200, contentType: 'text/html', text: bytes.subarray(0, 8_000).toString() }) ??
      'fhir.web-page',
  );
}

function asResource(answer: unknown): FhirResource {
  if (isJsonObject(answer) && typeof answer['resourceType'] === 'string') return answer as FhirResource;
  throw noResource('fhir.unreadable');
}

function noResource(rule: Rule): FhirError {
  return new FhirError('unexpected', undefined, { rule });
}
