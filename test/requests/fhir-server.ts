/** A FHIR server on loopback that gives the answers of a test, and the real FhirApi for it. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createOutbound } from '#src/adapters/ehr-http/client.ts';
import { createFhirApi, type FhirApi } from '#src/smart/step-6-fhir-api.ts';

interface ExplicitAnswer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** The answer to one request: a JSON body, or a status with one. */
export type Answer = object | ExplicitAnswer;

export interface FhirServer extends AsyncDisposable {
  api: FhirApi;
  /** `http://127.0.0.1:port/fhir`, without a trailing slash. */
  base: string;
  /** Such as `GET /fhir/Patient/1`, in the order of arrival. */
  calls: string[];
  /** The bodies of POST requests, parsed. */
  posted: unknown[];
}

/** @param answer by method and path with query, such as `GET /fhir/Patient/1`; `base` helps to write absolute links. */
export async function startFhirServer(answer: (call: string, base: string) => Answer): Promise<FhirServer> {
  const calls: string[] = [];
  const posted: unknown[] = [];
  let base = '';
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = `${request.method} ${request.url}`;
    calls.push(call);
    const body = await readBody(request);
    if (body !== '') posted.push(JSON.parse(body));
    send(response, answer(call, base));
  };
  const server = createServer((request, response) => void reply(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`;
  const outbound = createOutbound({ production: false, allowPrivate: ['127.0.0.0/8', '::1/128'] });
  const api = createFhirApi({ base: new URL(base), accessToken: 'test-token', outbound });
  const close = async (): Promise<void> => {
    await outbound.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { api, base, calls, posted, [Symbol.asyncDispose]: close };
}

async function readBody(request: IncomingMessage): Promise<string> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  return body;
}

function isExplicit(answer: Answer): answer is ExplicitAnswer {
  return 'status' in answer && typeof answer.status === 'number';
}

function send(response: ServerResponse, answer: Answer): void {
  const { status, body, headers }: ExplicitAnswer = isExplicit(answer) ? answer : { status: 200, body: answer };
  response.writeHead(status, { 'content-type': 'application/fhir+json', ...headers });
  response.end(body === undefined ? '' : JSON.stringify(body));
}

/** A searchset of these resources, with more members if a test needs them. */
export function searchset(resources: object[], more: object = {}): object {
  return { resourceType: 'Bundle', type: 'searchset', entry: resources.map((resource) => ({ resource })), ...more };
}
