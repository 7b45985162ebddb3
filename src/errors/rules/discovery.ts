/** Rules of the SMART configuration: it must exist and be readable, and its endpoints must be allowed. */
import { ehrTeam, lastingAtEhr, lastingInSettings, type RuleRow } from './rule-row.ts';

export const discoveryRules = {
  'discovery.nothing-there': lastingInSettings(
    'Neither smart-configuration nor a CapabilityStatement is below the FHIR URL: it is not the base of a FHIR server',
    'Compare the FHIR URL with the EHR team, letter by letter: host, tenant and version segment (such as /r4). If it is right and the EHR publishes no documents, enter its addresses under “Endpoints given by hand” in Advanced settings.',
  ),
  'discovery.web-page': lastingInSettings(
    'The FHIR URL leads to a web page, such as a portal, and not to a FHIR server',
    'Ask the EHR team for the FHIR base URL of this environment, and enter that.',
  ),
  'discovery.sign-in-at-url': lastingInSettings(
    'The FHIR URL asks for a sign-in even for public documents: it is probably not the base of a FHIR server',
    'Compare the FHIR URL with the EHR team, letter by letter: host, stage, tenant and version segment (such as /r4). If it is right, the EHR team lets its documents be read without signing in.',
  ),
  'discovery.forbidden-at-url': lastingAtEhr(
    'The FHIR URL refuses us even public documents (403): an allowlist does not have our egress addresses, or it is not the base of a FHIR server',
    'Compare the FHIR URL {FHIR URL} letter by letter, and let our egress addresses through to it; the guide lists them.',
  ),
  'discovery.tenant-unknown': lastingInSettings(
    'The server does not know the tenant, practice or organization that the FHIR URL names',
    'Compare the tenant in the FHIR URL {FHIR URL} with the EHR team, letter by letter: production and test have different ones.',
  ),
  'discovery.other-document': lastingAtEhr(
    'At the address of smart-configuration comes JSON with no member of a SMART configuration, as from a gateway that sends its errors with status 200',
    'Look at what answers {FHIR URL}/.well-known/smart-configuration: the SMART configuration has to come from there.',
  ),
  'discovery.absent': ehrTeam(
    'The FHIR server does not serve smart-configuration, and its CapabilityStatement names no sign-in addresses: it may be the open FHIR URL that some vendors have for tests, which knows no sign-in',
    'Serve {FHIR URL}/.well-known/smart-configuration as a JSON object with status 200. If another FHIR URL is the one with sign-in, give your administrator that; if there is none, name the sign-in addresses, which can be given by hand in Advanced settings.',
  ),
  'discovery.older-way': ehrTeam(
    'The FHIR server does not serve smart-configuration; its CapabilityStatement names the sign-in addresses, in SMART’s older way',
    'Serve {FHIR URL}/.well-known/smart-configuration as well: the older way is deprecated and names no issuer.',
  ),
  'discovery.html': ehrTeam(
    'In place of smart-configuration the server sends a web page (HTML)',
    'Serve {FHIR URL}/.well-known/smart-configuration as JSON; a gateway or portal answers for that path.',
  ),
  'discovery.not-json': ehrTeam(
    'smart-configuration is not a JSON object',
    'Serve it as one complete JSON object with content type application/json.',
  ),
  'discovery.sign-in-demanded': ehrTeam(
    'The server wants a sign-in for smart-configuration, which is a public document, or has nothing at this path',
    'Serve {FHIR URL}/.well-known/smart-configuration at this path, and let it be read without signing in.',
  ),
  'discovery.forbidden': ehrTeam(
    'The server, or a firewall before it, refuses us smart-configuration (403): most often an allowlist that does not have our egress addresses',
    'Let our egress addresses through to {FHIR URL}/.well-known/smart-configuration, and let it be read without signing in.',
  ),
  'discovery.redirect': ehrTeam(
    'smart-configuration redirects to another address or to a sign-in page; redirects are not followed',
    'Serve smart-configuration below the FHIR URL itself, without a redirect or a sign-in; or, if the EHR has moved, give your administrator its new FHIR URL.',
  ),
  'discovery.server-error': ehrTeam(
    'The server fails, is overloaded or in maintenance (503), or a gateway before it reaches no server (502, 503, 504), when it is asked for smart-configuration',
    'Look at the state of the FHIR server and of the gateway before it, and into their logs for this request.',
    { help: '{Again}. If it fails again, give the support code to {help desk}.' },
  ),
  'discovery.throttled': ehrTeam(
    'The server asked us to slow down when it was asked for smart-configuration',
    'Raise the limit of requests for this app’s addresses, at least for public documents.',
  ),
  'discovery.other-status': ehrTeam(
    'The server answers with an unusual status when it is asked for smart-configuration',
    'Serve {FHIR URL}/.well-known/smart-configuration with status 200.',
  ),
  'discovery.endpoint-missing': ehrTeam(
    'The SMART configuration lacks authorization_endpoint or token_endpoint',
    'Add the endpoint that the detail names to the SMART configuration. A server without authorization_endpoint may be one for backend services alone: then give your administrator the FHIR URL that users are launched with.',
  ),
  'discovery.endpoint-not-https': lastingAtEhr(
    'The EHR names a sign-in address that is not https; codes and tokens are never sent there',
    'Publish the https address of the endpoint that the detail names. A server behind a proxy that ends TLS writes http until the proxy passes X-Forwarded-Proto and Host on, or its external base URL is set.',
  ),
  'discovery.endpoint-malformed': lastingAtEhr(
    'The EHR names a sign-in address that is no usable URL: with a user name, a fragment, white space or a placeholder',
    'Publish a plain absolute https address for the endpoint that the detail names.',
  ),
  'discovery.endpoint-other-host': lastingInSettings(
    'A sign-in address is on a host that the organization does not allow yet',
    'Ask the EHR team whether this host is theirs; if it is, add it to “Extra hosts for sign-in addresses” in Advanced settings.',
  ),
  'discovery.endpoint-inside': lastingAtEhr(
    'The EHR names a sign-in address by the name it has inside its own network, which leads nowhere from outside',
    'Set the public address of the EHR as its external base URL, in the server or the proxy before it, so that its documents name that.',
  ),
  'endpoint.given-by-hand': lastingInSettings(
    'An address that was given by hand in Settings does not lead to that endpoint of the EHR; the step that failed and its host say which',
    'Compare the addresses under “Endpoints given by hand” in Advanced settings with the EHR team, letter by letter. If they are right, the EHR team looks at that server.',
  ),
  'discovery.no-private-key-jwt': ehrTeam(
    'The EHR lists how apps may authenticate, and private_key_jwt is not among them',
    'Allow private_key_jwt for this app, and list it in token_endpoint_auth_methods_supported.',
    { step: 'discovery' },
  ),
  'discovery.no-common-algorithm': ehrTeam(
    'The EHR takes client assertions signed with neither RS384 nor ES384',
    'Allow RS384 or ES384 for client assertions, and list it.',
    { step: 'discovery' },
  ),
} satisfies Record<string, RuleRow>;
