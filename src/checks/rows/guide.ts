/** The three checks the implementation guide promises, by its own names (REG-06). */

import { textMember } from '#src/checks/parsed/configuration.ts';
import { describeEvidence, documentOf } from '#src/checks/parsed/fetched.ts';
import type { IssuerFinding } from '#src/checks/parsed/issuer.ts';
import type { Study } from './context.ts';
import { type CheckDefinition, failure, type Opinion, pass, shown, skipped, warning } from './definition.ts';
import { judgeUnreached } from './host-name.ts';
import { mendBelowFhirUrl, mendEvidence } from './remedy.ts';

const group = 'The checks of the implementation guide';

export const guideChecks: CheckDefinition[] = [
  {
    id: 'guide-smart-configuration',
    title: '1. {FHIR URL}/.well-known/smart-configuration is reachable',
    group,
    // DI-01, DI-02
    why: 'It says where clinicians sign in; without it no launch can begin (SMART App Launch 2.2.0, "Retrieve .well-known/smart-configuration").',
    owner: 'EHR team',
    hard: true,
    judge: judgeConfiguration,
  },
  {
    id: 'guide-issuer',
    title: '2. The issuer serves a valid OpenID Connect document',
    group,
    // ID-03, ID-04
    why: 'It vouches for who signed in (SMART App Launch 2.2.0, "Scopes for requesting identity data"; OpenID Connect Discovery 1.0 §4).',
    owner: 'EHR team',
    hard: true,
    judge: judgeIssuer,
  },
  {
    id: 'guide-jwks',
    title: '3. The jwks_uri resolves',
    group,
    // ID-03, ID-05
    why: "The EHR's public keys prove that an id_token is genuine (OpenID Connect Core 1.0 §10.1).",
    owner: 'EHR team',
    hard: true,
    judge: judgeJwks,
  },
];

async function judgeConfiguration(study: Study): Promise<Opinion> {
  const [evidence, found] = await Promise.all([study.wellKnown, study.configuration]);
  const seen = describeEvidence(evidence);
  if (documentOf(evidence)) return pass(seen);
  if (found) {
    return warning(
      `${seen}; the endpoints are named in the CapabilityStatement, SMART's older way`,
      'Launches use the CapabilityStatement. Serve smart-configuration as well: the older way is deprecated and names no issuer.',
    );
  }
  const { owner, mend } = mendBelowFhirUrl(evidence, '{FHIR URL}/.well-known/smart-configuration');
  return (await judgeUnreached(evidence, study)) ?? failure(seen, mend, owner);
}

async function judgeIssuer(study: Study): Promise<Opinion> {
  const [configuration, issuers] = await Promise.all([study.configuration, study.issuers]);
  if (!configuration) return skipped('there is no smart-configuration to name an issuer');
  const opinions = issuers.map((issuer) => judgeOneIssuer(issuer, textMember(configuration.document, 'jwks_uri')));
  // Several issuers are all trusted at launch, so the worst of them decides.
  return (
    opinions.find(({ verdict }) => verdict === 'failure') ??
    opinions.find(({ verdict }) => verdict === 'warning') ??
    opinions[0] ??
    skipped('no issuer')
  );
}

function judgeOneIssuer(finding: IssuerFinding, otherJwksUri: string | undefined): Opinion {
  const { issuer, state, evidence, named, alternatives } = finding;
  const seen = evidence ? describeEvidence(evidence) : '';
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
      if (!evidence)
        return failure(`the issuer ${shown(issuer, 160)} is not a usable https address`, 'Name an https issuer.');
      const { owner, mend } = mendEvidence(evidence, '{issuer}/.well-known/openid-configuration');
      return failure(seen, mend, owner);
    }
  }
}

function judgeAbsent(seen: string, otherJwksUri: string | undefined, hasAlternative: boolean): Opinion {
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

async function judgeJwks({ keys, configuration }: Study): Promise<Opinion> {
  const [finding, document] = await Promise.all([keys, configuration]);
  if (finding.jwksUri === undefined) {
    return document
      ? failure(
          'no document names a jwks_uri',
          'Name jwks_uri in the OpenID Connect document and in smart-configuration.',
        )
      : skipped('there is no document to name a jwks_uri');
  }
  if (!finding.evidence) {
    return failure(
      `jwks_uri is ${shown(finding.jwksUri, 160)}`,
      'The jwks_uri must be an https address without a user name.',
    );
  }
  const seen = `${describeEvidence(finding.evidence)}, named by ${finding.source ?? ''}`;
  if (finding.keys) return pass(seen);
  const { owner, mend } = mendEvidence(finding.evidence, 'the jwks_uri');
  const isOther = documentOf(finding.evidence) !== undefined;
  return failure(
    isOther ? `${seen}, without a list of keys` : seen,
    isOther ? 'Serve {"keys": […]} there.' : mend,
    owner,
  );
}
