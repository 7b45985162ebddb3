/** Is the document itself sound: status, type, JSON, fields (DI-02, DI-03, DI-10)? */

import { listMember, textMember } from '#src/checks/parsed/configuration.ts';
import { describeEvidence, type JsonObject } from '#src/checks/parsed/fetched.ts';
import type { Study } from './context.ts';
import { type CheckDefinition, failure, info, type Opinion, pass, shown, skipped, warning } from './definition.ts';
import { judgeUnreached } from './host-name.ts';
import { mendBelowFhirUrl, mendEvidence } from './remedy.ts';

const group = 'SMART configuration';
const WHAT = 'smart-configuration';

export const configurationChecks: CheckDefinition[] = [
  {
    id: 'configuration-status',
    title: 'smart-configuration answers with status 200',
    group,
    // DI-02, DI-16
    why: 'Any other status means that there is no configuration; redirects are never followed.',
    owner: 'EHR team',
    hard: true,
    judge: judgeStatus,
  },
  {
    id: 'configuration-type',
    title: 'Its content type is JSON',
    group,
    why: 'A portal answers HTML with status 200 to any path, and some servers send XML (SMART App Launch 2.2.0, "Conformance").',
    owner: 'EHR team',
    judge: judgeType,
  },
  {
    id: 'configuration-json',
    title: 'It is a JSON object',
    group,
    // DI-02, DI-24
    why: 'Anything else cannot be read.',
    owner: 'EHR team',
    hard: true,
    judge: judgeJson,
  },
  {
    id: 'configuration-fields',
    title: 'The required fields are there',
    group,
    // DI-03
    why: 'authorization_endpoint and token_endpoint are needed for every launch (SMART App Launch 2.2.0, "Metadata").',
    owner: 'EHR team',
    hard: true,
    judge: judgeFields,
  },
];

async function judgeStatus(study: Study): Promise<Opinion> {
  const evidence = await study.wellKnown;
  const seen = describeEvidence(evidence);
  if (evidence.kind === 'answer' && evidence.status === 200) return pass(seen);
  // A CapabilityStatement in its place proves that the FHIR URL is right.
  const isReplaced = (await study.configuration)?.source === 'CapabilityStatement';
  const { owner, mend } = (isReplaced ? mendEvidence : mendBelowFhirUrl)(evidence, WHAT);
  if (isReplaced) return warning(seen, mend, owner);
  return (await judgeUnreached(evidence, study)) ?? failure(seen, mend, owner);
}

async function judgeType({ wellKnown }: Study): Promise<Opinion> {
  const evidence = await wellKnown;
  if (evidence.kind === 'none' || evidence.status !== 200) return skipped('there is no document');
  const { contentType, shape } = evidence;
  const { owner, mend } = mendBelowFhirUrl(evidence, WHAT);
  if (shape === 'html') return failure('a web page (HTML) with status 200', mend, owner);
  if (shape === 'xml') {
    return failure('XML, although JSON was asked for', 'Answer "Accept: application/json" with JSON.', owner);
  }
  if (contentType === 'application/json' || contentType.endsWith('+json')) return pass(contentType);
  return warning(contentType || 'no content type', 'Send Content-Type: application/json.');
}

async function judgeJson({ wellKnown }: Study): Promise<Opinion> {
  const evidence = await wellKnown;
  if (evidence.kind === 'none' || evidence.status !== 200) return skipped('there is no document');
  if (evidence.document) return pass(`an object with ${Object.keys(evidence.document).length} members`);
  const { owner, mend } = mendBelowFhirUrl(evidence, WHAT);
  return failure(describeEvidence(evidence), mend, owner);
}

async function judgeFields({ configuration }: Study): Promise<Opinion> {
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
