/** Checks the document itself: its content type and fields (DI-03, DI-10, DI-24). */
import type { JsonObject } from '#src/adapters/json-object.ts';
import { listMember, textMember } from '#src/adapters/json-object.ts';
import { documentOf, isAbsent } from '#src/smart/documents/fetched.ts';
import type { CheckContext } from './context.ts';
import { checksOf, GIVEN_BY_YOU, shown } from './definition.ts';
import { describeFetched } from './describe-fetched.ts';
import { broken, failure, info, type Outcome, pass, skipped, warning } from './outcome.ts';
import { GUIDE_TITLES, withoutConfiguration } from './promised-checks.ts';

export const configurationChecks = checksOf('SMART configuration', 'EHR team', [
  {
    id: 'configuration-type',
    title: 'The content type of smart-configuration is JSON',
    why: 'A portal answers HTML with status 200 to any path, and some servers send XML (SMART App Launch 2.2.0, "Conformance").',
    judge: judgeType,
  },
  {
    id: 'configuration-fields',
    title: GUIDE_TITLES.fields,
    why: 'authorization_endpoint and token_endpoint are needed for every launch (SMART App Launch 2.2.0, "Metadata").',
    hard: true,
    judge: judgeFields,
  },
  {
    id: 'given-endpoints',
    title: 'Endpoints given by hand are still needed',
    why: 'While they are set, the app ignores the EHR’s own documents. This check notices when the EHR publishes some.',
    owner: 'Your administrator',
    judge: judgeGiven,
  },
]);

/** DI-26: a document that appears later is reported, and never used beside endpoints that were given by hand. */
async function judgeGiven(context: CheckContext): Promise<Outcome> {
  const [used, published, fetched] = await Promise.all([context.configuration, context.published, context.wellKnown]);
  if (used?.source !== 'settings') return skipped('none are given');
  const { host } = context.publicUrl;
  const own = Object.keys(used.document).filter((name) => hostOf(used.document[name]) === host);
  if (own.length > 0)
    return failure(
      `${own.join(', ')}: an address of this app`,
      'Enter the address of the EHR there. The EHR team has it.',
    );
  if (!published) {
    const seen = describeFetched(fetched);
    return isAbsent(fetched) ? pass(`the EHR publishes no sign-in addresses: ${seen}`) : info(`${seen}; not used`);
  }
  const differing = Object.keys(used.document).filter((name) => {
    const address = textMember(published.document, name);
    return address !== undefined && address !== used.document[name];
  });
  if (differing.length === 0) return info(`the EHR publishes the same in its ${published.source} now; not used`);
  return warning(
    `the EHR publishes a ${published.source} now, with another ${differing.join(', ')}; not used`,
    'Ask the EHR team which addresses are right. To use its document, empty all fields under “Endpoints given by hand”. Until then launches use the addresses there.',
  );
}

const hostOf = (address: unknown) => URL.parse(String(address))?.host;

async function judgeType(context: CheckContext): Promise<Outcome> {
  if ((await context.configuration)?.source === 'settings')
    return skipped(`not read: the endpoints are ${GIVEN_BY_YOU}`);
  const fetched = await context.wellKnown;
  // The guide's first check reports a body that is not JSON.
  if (fetched.kind === 'none' || documentOf(fetched) === undefined) return withoutConfiguration(context);
  const { contentType } = fetched;
  if (contentType === 'application/json' || contentType.endsWith('+json')) return pass(contentType);
  return warning(contentType || 'no content type', 'Send Content-Type: application/json.');
}

async function judgeFields(context: CheckContext): Promise<Outcome> {
  const found = await context.configuration;
  if (!found) return withoutConfiguration(context);
  const { document, source } = found;
  const missing = ['authorization_endpoint', 'token_endpoint'].filter(
    (name) => textMember(document, name) === undefined,
  );
  if (missing.length > 0) {
    const names = missing.map((name) => `${name}${describeOdd(document, name)}`).join(', ');
    return broken('discovery.endpoint-missing', `missing or no text in ${source}: ${names}`);
  }
  if (source === 'settings') return pass(`${Object.keys(document).join(', ')}: ${GIVEN_BY_YOU}`);
  if (source === 'CapabilityStatement') return info('both endpoints, from the CapabilityStatement');
  const wanted = missingOthers(document);
  if (wanted.length === 0) return pass('the fields of every launch');
  return warning(`not there: ${wanted.join(', ')}`, `Add ${wanted.join(', ')}, as SMART App Launch requires.`);
}

function describeOdd(document: JsonObject, name: string): string {
  const value = document[name];
  return value === undefined ? '' : ` (${shown(JSON.stringify(value) ?? typeof value, 40)})`;
}

/** The missing ones of the other members that "Metadata" requires; those not here have a row of their own. */
function missingOthers(document: JsonObject): string[] {
  const signsIn = listMember(document, 'capabilities')?.includes('sso-openid-connect') ?? false;
  return [
    ...(signsIn && textMember(document, 'jwks_uri') === undefined ? ['jwks_uri'] : []),
    ...(listMember(document, 'grant_types_supported') === undefined ? ['grant_types_supported'] : []),
  ];
}
