/**
 * Is the document itself sound: status, type, JSON, fields (DI-02, DI-03, DI-10)?
 *
 * Rules DI-02, DI-03, DI-16, DI-24.
 */

import type { JsonObject } from '#src/adapters/json-object.ts';
import { listMember, textMember } from '#src/adapters/json-object.ts';
import type { CheckContext } from './context.ts';
import { checksOf, failure, info, type Outcome, pass, shown, skipped, warning } from './definition.ts';
import { describeFetched, shapeOf } from './fetched.ts';
import { judgeUnreached } from './host-name.ts';
import { remedyBelowFhirUrl, remedyFor } from './remedy.ts';

const WHAT = 'smart-configuration';

export const configurationChecks = checksOf('SMART configuration', 'EHR team', [
  {
    id: 'configuration-status',
    title: 'smart-configuration answers with status 200',
    why: 'Any other status means that there is no configuration; redirects are never followed.',
    hard: true,
    judge: judgeStatus,
  },
  {
    id: 'configuration-type',
    title: 'Its content type is JSON',
    why: 'A portal answers HTML with status 200 to any path, and some servers send XML (SMART App Launch 2.2.0, "Conformance").',
    judge: judgeType,
  },
  {
    id: 'configuration-json',
    title: 'It is a JSON object',
    why: 'Anything else cannot be read.',
    hard: true,
    judge: judgeJson,
  },
  {
    id: 'configuration-fields',
    title: 'The required fields are there',
    why: 'authorization_endpoint and token_endpoint are needed for every launch (SMART App Launch 2.2.0, "Metadata").',
    hard: true,
    judge: judgeFields,
  },
]);

async function judgeStatus(context: CheckContext): Promise<Outcome> {
  const fetched = await context.wellKnown;
  const seen = describeFetched(fetched);
  if (fetched.kind === 'answer' && fetched.status === 200) return pass(seen);
  // A CapabilityStatement in its place proves that the FHIR URL is right.
  const isReplaced = (await context.configuration)?.source === 'CapabilityStatement';
  const { owner, remedy } = (isReplaced ? remedyFor : remedyBelowFhirUrl)(fetched, WHAT);
  if (isReplaced) return warning(seen, remedy, owner);
  return (await judgeUnreached(fetched, context)) ?? failure(seen, remedy, owner);
}

async function judgeType({ wellKnown }: CheckContext): Promise<Outcome> {
  const fetched = await wellKnown;
  if (fetched.kind === 'none' || fetched.status !== 200) return skipped('there is no document');
  const { contentType } = fetched;
  const shape = shapeOf(fetched);
  const { owner, remedy } = remedyBelowFhirUrl(fetched, WHAT);
  if (shape === 'html') return failure('a web page (HTML) with status 200', remedy, owner);
  if (shape === 'xml') {
    return failure('XML, although JSON was asked for', 'Answer "Accept: application/json" with JSON.', owner);
  }
  if (contentType === 'application/json' || contentType.endsWith('+json')) return pass(contentType);
  return warning(contentType || 'no content type', 'Send Content-Type: application/json.');
}

async function judgeJson({ wellKnown }: CheckContext): Promise<Outcome> {
  const fetched = await wellKnown;
  if (fetched.kind === 'none' || fetched.status !== 200) return skipped('there is no document');
  if (fetched.document) return pass(`an object with ${Object.keys(fetched.document).length} members`);
  const { owner, remedy } = remedyBelowFhirUrl(fetched, WHAT);
  return failure(describeFetched(fetched), remedy, owner);
}

async function judgeFields({ configuration }: CheckContext): Promise<Outcome> {
  const found = await configuration;
  if (!found) return skipped('there is no document');
  const { document, source } = found;
  const missing = ['authorization_endpoint', 'token_endpoint'].filter(
    (name) => textMember(document, name) === undefined,
  );
  if (missing.length > 0) {
    return failure(
      `missing or no text: ${missing.map((name) => `${name}${describeOdd(document, name)}`).join(', ')}`,
      `Add ${missing.join(' and ')} to ${source}.`,
    );
  }
  if (source === 'CapabilityStatement') return info('both endpoints, from the CapabilityStatement');
  const wanted = missingOthers(document);
  if (wanted.length === 0) return pass('all required fields');
  return warning(`not there: ${wanted.join(', ')}`, 'Launches work without; add them as SMART App Launch requires.');
}

function describeOdd(document: JsonObject, name: string): string {
  const value = document[name];
  return value === undefined ? '' : ` (${shown(JSON.stringify(value) ?? typeof value, 40)})`;
}

/** The other members "Metadata" requires, the first two only of servers that sign people in. */
function missingOthers(document: JsonObject): string[] {
  const signsIn = listMember(document, 'capabilities')?.includes('sso-openid-connect') ?? false;
  return [
    ...['issuer', 'jwks_uri'].filter((name) => signsIn && textMember(document, name) === undefined),
    ...['capabilities', 'grant_types_supported', 'code_challenge_methods_supported'].filter(
      (name) => listMember(document, name) === undefined,
    ),
  ];
}
