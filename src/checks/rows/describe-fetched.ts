/** Describes a fetched document by the facts that a row may show, and never by its content. */
import type { OutboundFailure } from '#src/adapters/ehr-http/error.ts';
import { type Fetched, type Shape, shapeOf } from '#src/smart/documents/fetched.ts';

const NO_ANSWER: Record<OutboundFailure, string> = {
  timeout: 'no answer within the deadline',
  'address-refused': 'this service does not call this address',
  'too-large': 'the answer is larger than 1 MB',
  tls: 'no trusted TLS connection',
  network: 'no connection',
  busy: 'not asked: too many calls at once',
  'circuit-open': 'not asked: the EHR was down a moment ago',
};

const SHAPES: Record<Shape, string> = {
  object: '',
  html: ', a web page (HTML) instead of JSON',
  xml: ', XML instead of JSON',
  'other JSON': ', JSON but not an object',
  'not JSON': ', not valid JSON',
  empty: ', an empty body',
};

/** For the column "found": host, status, content type and the kind of body. */
export function describeFetched(fetched: Fetched): string {
  const { host } = fetched.url;
  if (fetched.kind === 'none') return `${host}: ${NO_ANSWER[fetched.error.failure]}`;
  const { status, contentType, redirect } = fetched;
  if (redirect) return `${host}: status ${status}, a redirect to ${redirect.host}, which is not followed`;
  return `${host}: status ${status}, ${contentType || 'no content type'}${SHAPES[shapeOf(fetched)]}`;
}
