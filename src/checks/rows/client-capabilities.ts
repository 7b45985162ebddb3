/** Checks for PKCE, EHR launch and our client authentication, which launches need (CAJ-01, CB-12, DI-07..10, MT-04). */
import { listMember, textMember } from '#src/adapters/json-object.ts';
import type { ParsedConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { acceptsPrivateKeyJwt, commonAlg } from '#src/smart/documents/smart-configuration.ts';
import type { CheckContext } from './context.ts';
import { type CheckDefinition, checksOf, GIVEN_BY_YOU, shown } from './definition.ts';
import { broken, doubted, failure, info, type Outcome, pass, seeRow, skipped, warning } from './outcome.ts';
import { GUIDE_TITLES } from './promised-checks.ts';

export const capabilityChecks = checksOf('SMART configuration', 'EHR team', [
  {
    id: 'pkce',
    title: 'PKCE with S256',
    why: 'A stolen code is worthless without its verifier. Every launch sends S256 (SMART App Launch 2.2.0, "Considerations for PKCE support"; RFC 7636).',
    judge: onDocument((found) => {
      const methods = listMember(found.document, 'code_challenge_methods_supported');
      if (methods?.includes('S256')) return pass('S256');
      if (!methods)
        return warning('not said', 'Launches send S256 anyway. Advertise code_challenge_methods_supported.');
      return failure(
        `only ${shown(methods.join(', ') || 'none', 80)}`,
        'Support S256, and list it in code_challenge_methods_supported.',
      );
    }),
  },
  {
    id: 'launch-ehr',
    title: 'Launch from the EHR',
    why: 'Clinicians open the app from a chart (SMART App Launch 2.2.0, "Conformance", launch-ehr).',
    judge: onDocument((found) => {
      const capabilities = listMember(found.document, 'capabilities');
      if (capabilities?.includes('launch-ehr')) return pass('launch-ehr');
      if (!capabilities)
        return warning('no list of capabilities', 'Launches are tried anyway. Publish the capabilities.');
      return failure(
        'launch-ehr is not among the capabilities',
        'Switch on EHR launch for this server, or name its launch-capable FHIR URL.',
      );
    }),
  },
  {
    id: 'flow',
    title: 'The authorization code flow, with an id_token',
    why: 'A launch exchanges a code for tokens, and an id_token says who launched (SMART App Launch 2.2.0, "Obtain authorization code"; "Scopes for requesting identity data").',
    judge: onDocument(judgeFlow),
  },
  {
    id: 'launch-standalone',
    title: 'Launch outside the EHR',
    why: 'Users open the app outside the chart, sign in at the EHR and pick a patient (SMART App Launch 2.2.0, "Conformance", launch-standalone).',
    judge: async (context) =>
      context.settings.standalone ? judgeStandalone(context) : skipped('standalone launch is off'),
  },
  {
    id: 'answer-issuer',
    title: 'Authorization responses identify their issuer (RFC 9207)',
    why: 'Without it, a hostile EHR of another organization here could get this organization’s codes (RFC 9207; RFC 9700 §4.4).',
    owner: 'Your administrator',
    judge: async (context) =>
      context.settings.redirectUri === 'own' ? pass('a redirect URI of its own') : judgeAnswerIssuer(context),
  },
  {
    id: 'client-authentication',
    title: 'The app may authenticate with private_key_jwt',
    why: 'The app proves itself by a signed assertion, not by a shared secret (SMART App Launch 2.2.0, "Client Authentication: Asymmetric").',
    hard: true,
    judge: onDocument(judgeAuthentication),
  },
  {
    id: 'assertion-algorithm',
    title: 'A signing algorithm in common',
    why: 'The app signs with RS384 or ES384 (SMART App Launch 2.2.0, "Client Authentication: Asymmetric").',
    hard: true,
    judge: onDocument(judgeAlgorithm, ({ settings }) =>
      info(`${settings.assertionAlg}, the setting: the endpoints are ${GIVEN_BY_YOU}`),
    ),
  },
]);

const NO_CODE_FLOW = 'Switch on the authorization code flow for this server, or name its launch-capable FHIR URL.';

function judgeFlow({ document }: ParsedConfiguration, { settings }: CheckContext): Outcome {
  const grants = listMember(document, 'grant_types_supported');
  const responses = listMember(document, 'response_types_supported');
  const capabilities = listMember(document, 'capabilities');
  if (grants && !grants.includes('authorization_code'))
    return failure(`grant_types_supported: only ${shown(grants.join(', ') || 'none', 80)}`, NO_CODE_FLOW);
  if (responses && !responses.includes('code'))
    return failure(`response_types_supported: only ${shown(responses.join(', ') || 'none', 80)}`, NO_CODE_FLOW);
  const modes = listMember(document, 'response_modes_supported');
  if (modes && !modes.includes('query'))
    return doubted('callback.posted', `response_modes_supported: only ${shown(modes.join(', ') || 'none', 80)}`);
  const demand = ['require_pushed_authorization_requests', 'require_signed_request_object'].find(
    (name) => document[name] === true,
  );
  if (demand !== undefined)
    return broken('authorization.pushed-request', demand, { 'client id': settings.clientId || 'this app' });
  if (capabilities && !capabilities.includes('sso-openid-connect'))
    return warning(
      'sso-openid-connect is not among the capabilities',
      'Switch on sign-in by OpenID Connect for this server, and list it. Launches need an id_token.',
    );
  if (grants && !grants.includes('refresh_token') && /\b(?:online|offline)_access\b/.test(settings.scopes))
    return info('refresh_token is not listed; a launch shows whether the EHR gives refresh tokens');
  return pass(grants ? shown(grants.join(', '), 80) : 'not said otherwise');
}

const judgeStandalone = onDocument((found) => {
  const capabilities = listMember(found.document, 'capabilities') ?? [];
  const hasPicker = capabilities.includes('context-standalone-patient');
  const picker = hasPicker ? 'context-standalone-patient' : 'context-standalone-patient is not listed';
  if (capabilities.includes('launch-standalone')) return pass(`launch-standalone; ${picker}`);
  return warning(
    'launch-standalone is not among the capabilities',
    'The app tries standalone launches anyway. Ask the EHR team whether this server lets a user of the app pick a patient, or switch standalone launch off.',
  );
});

const judgeAnswerIssuer = onDocument((found, { hasOrganization }) => {
  if (found.document['authorization_response_iss_parameter_supported'] === true) return pass('they name their issuer');
  if (!hasOrganization) return skipped('depends on the redirect URI of the organization');
  return info(
    'they do not name their issuer, and the redirect URI is shared. If another EHR gets a code, it is refused when it comes a second time. The redirect URI “own” keeps codes from reaching another EHR',
  );
});

/** @param ofGiven the outcome when the endpoints were given by hand, so that no document says anything. */
function onDocument(
  judge: (found: ParsedConfiguration, context: CheckContext) => Outcome,
  ofGiven: (context: CheckContext) => Outcome = () =>
    info(`not said: the endpoints are ${GIVEN_BY_YOU}, and launches try it`),
): CheckDefinition['judge'] {
  return async (context) => {
    const found = await context.configuration;
    if (!found) return skipped('there is no smart-configuration');
    if (found.source === 'settings') return ofGiven(context);
    if (found.source === 'CapabilityStatement') return info('not said: a CapabilityStatement has no such field');
    // A server that signs no users in lacks more for that: one cause has one row.
    const isMissing = textMember(found.document, 'authorization_endpoint') === undefined;
    return isMissing ? seeRow(GUIDE_TITLES.fields) : judge(found, context);
  };
}

const METHODS = 'token_endpoint_auth_methods_supported';

function judgeAuthentication({ document, configuration }: ParsedConfiguration): Outcome {
  const methods = listMember(document, METHODS);
  const byCapability = listMember(document, 'capabilities')?.includes('client-confidential-asymmetric') ?? false;
  // The list itself is judged here, because the configuration may have been refused for another reason.
  const isRefused = configuration
    ? !acceptsPrivateKeyJwt(configuration)
    : methods && !methods.includes('private_key_jwt');
  if (methods && isRefused) {
    const also = byCapability ? ', although client-confidential-asymmetric is a capability' : '';
    return broken('discovery.no-private-key-jwt', `${METHODS}: ${shown(methods.join(', ') || 'none', 80)}${also}`);
  }
  if (methods) return pass(`private_key_jwt in ${METHODS}`);
  if (byCapability) return pass('client-confidential-asymmetric among the capabilities; no list of methods');
  return warning(
    'the document has neither a list of methods nor the capability',
    'Ask the EHR team whether the app may use private_key_jwt. Launches try it.',
  );
}

function judgeAlgorithm({ document, configuration }: ParsedConfiguration, { settings }: CheckContext): Outcome {
  const listed = listMember(document, 'token_endpoint_auth_signing_alg_values_supported');
  if (!listed) return info(`not said; ${settings.assertionAlg} will be used`);
  const offered = shown(listed.join(', ') || 'none', 80);
  const chosen = commonAlg(configuration ?? { tokenEndpointAuthSigningAlgs: listed }, settings.assertionAlg);
  if (!chosen) return broken('discovery.no-common-algorithm', `the server takes ${offered}`);
  if (chosen === settings.assertionAlg) return pass(`${chosen} (the server takes ${offered})`);
  return info(`${chosen}, because the server takes ${offered} and not ${settings.assertionAlg}`);
}
