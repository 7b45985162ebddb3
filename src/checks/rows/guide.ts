/**
 * The three checks the implementation guide promises, by its own names (REG-06).
 *
 * Rules DI-01, DI-02, ID-03, ID-04, ID-05.
 */

import { textMember } from '#src/adapters/json-object.ts';
import { documentOf } from '#src/smart/documents/fetched.ts';
import type { CheckContext } from './context.ts';
import { checksOf, failure, type Outcome, pass, shown, skipped, warning } from './definition.ts';
import { describeFetched } from './fetched.ts';
import { judgeUnreached } from './host-name.ts';
import type { FoundIssuer } from './issuers.ts';
import { remedyBelowFhirUrl, remedyFor } from './remedy.ts';

export const guideChecks = checksOf('The checks of the implementation guide', 'EHR team', [
  {
    id: 'guide-smart-configuration',
    title: '1. {FHIR URL}/.well-known/smart-configuration is reachable',
    why: 'It says where clinicians sign in; without it no launch can begin (SMART App Launch 2.2.0, "Retrieve .well-known/smart-configuration").',
    hard: true,
    judge: judgeConfiguration,
  },
  {
    id: 'guide-issuer',
    title: '2. The issuer serves a valid OpenID Connect document',
    why: 'It vouches for who signed in (SMART App Launch 2.2.0, "Scopes for requesting identity data"; OpenID Connect Discovery 1.0 §4).',
    hard: true,
    judge: judgeIssuer,
  },
  {
    id: 'guide-jwks',
    title: '3. The jwks_uri resolves',
    why: "The EHR's public keys prove that an id_token is genuine (OpenID Connect Core 1.0 §10.1).",
    hard: true,
    judge: judgeJwks,
  },
]);

async function judgeConfiguration(context: CheckContext): Promise<Outcome> {
  const [fetched, found] = await Promise.all([context.wellKnown, context.configuration]);
  const seen = describeFetched(fetched);
  if (documentOf(fetched)) return pass(seen);
  if (found) {
    return warning(
      `${seen}; the endpoints are named in the CapabilityStatement, SMART's older way`,
      'Launches use the CapabilityStatement. Serve smart-configuration as well: the older way is deprecated and names no issuer.',
    );
  }
  const { owner, remedy } = remedyBelowFhirUrl(fetched, '{FHIR URL}/.well-known/smart-configuration');
  return (await judgeUnreached(fetched, context)) ?? failure(seen, remedy, owner);
}

async function judgeIssuer(context: CheckContext): Promise<Outcome> {
  const [configuration, issuers] = await Promise.all([context.configuration, context.issuers]);
  if (!configuration) return skipped('there is no smart-configuration to name an issuer');
  const outcome = issuers.map((issuer) => judgeOneIssuer(issuer, textMember(configuration.document, 'jwks_uri')));
  // Several issuers are all trusted at launch, so the worst of them decides.
  return (
    outcome.find(({ verdict }) => verdict === 'failure') ??
    outcome.find(({ verdict }) => verdict === 'warning') ??
    outcome[0] ??
    skipped('no issuer')
  );
}

function judgeOneIssuer(parsed: FoundIssuer, otherJwksUri: string | undefined): Outcome {
  const { issuer, state, fetched, named, alternatives } = parsed;
  const seen = fetched ? describeFetched(fetched) : '';
  const elsewhere = alternatives
    .map((found) => `another document was found for ${shown(found.issuer, 120)}`)
    .join(', ');
  switch (state) {
    case 'valid':
      return pass(`${shown(issuer, 160)}: status 200, the same issuer`);
    case 'mismatch':
      return warning(
        `asked for ${shown(issuer, 120)}, the document says ${shown(named ?? 'no issuer', 120)}${elsewhere && `; ${elsewhere}`}`,
        'Ask the EHR team which of the two stands as "iss" in its id_tokens, and choose it under “Issuers of id_tokens” (Advanced settings); until then sign-in may be refused.',
        'our administrator',
      );
    case 'absent':
      return judgeAbsent(`${seen}${elsewhere && `; ${elsewhere}`}`, otherJwksUri, alternatives.length > 0);
    case 'no jwks_uri':
      return failure(`${seen}, without jwks_uri`, 'Name the jwks_uri in the OpenID Connect document.');
    case 'broken': {
      if (!fetched)
        return failure(`the issuer ${shown(issuer, 160)} is not a usable https address`, 'Name an https issuer.');
      const { owner, remedy } = remedyFor(fetched, '{issuer}/.well-known/openid-configuration');
      return failure(seen, remedy, owner);
    }
  }
}

function judgeAbsent(seen: string, otherJwksUri: string | undefined, hasAlternative: boolean): Outcome {
  if (otherJwksUri !== undefined) {
    return warning(
      `${seen}; the keys are taken from smart-configuration`,
      hasAlternative
        ? 'Choose the issuer that stands as "iss" in the EHR\'s id_tokens: the suggested one if the EHR team agrees.'
        : 'Launches work with the jwks_uri of smart-configuration. If the first launch is refused for its issuer, ask the EHR team for the "iss" of its id_tokens and set it as issuer.',
      'our administrator',
    );
  }
  return failure(
    `${seen}; smart-configuration names no jwks_uri either`,
    hasAlternative
      ? 'Choose the suggested issuer if the EHR team confirms it.'
      : 'Serve the OpenID Connect document at the issuer, or name jwks_uri in smart-configuration.',
    hasAlternative ? 'our administrator' : 'EHR team',
  );
}

async function judgeJwks({ keys, configuration }: CheckContext): Promise<Outcome> {
  const [parsed, document] = await Promise.all([keys, configuration]);
  if (parsed.jwksUri === undefined) {
    return document
      ? failure(
          'no document names a jwks_uri',
          'Name jwks_uri in the OpenID Connect document and in smart-configuration.',
        )
      : skipped('there is no document to name a jwks_uri');
  }
  if (!parsed.fetched) {
    return failure(
      `jwks_uri is ${shown(parsed.jwksUri, 160)}`,
      'The jwks_uri must be an https address without a user name.',
    );
  }
  const seen = `${describeFetched(parsed.fetched)}, named by ${parsed.source ?? ''}`;
  if (parsed.keys) return pass(seen);
  const { owner, remedy } = remedyFor(parsed.fetched, 'the jwks_uri');
  const isOther = documentOf(parsed.fetched) !== undefined;
  return failure(
    isOther ? `${seen}, without a list of keys` : seen,
    isOther ? 'Serve {"keys": […]} there.' : remedy,
    owner,
  );
}
