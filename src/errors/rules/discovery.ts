/** Rules of the SMART configuration: it must exist and be readable, and its endpoints must be allowed. */
import { ehrTeam, lastingAtEhr, lastingInSettings, ownedBy, type RuleRow } from './rule-row.ts';

const atDiscovery = ownedBy('EHR team', { step: 'discovery' });

export const discoveryRules = {
  'discovery.nothing-there': lastingInSettings`Neither smart-configuration nor a CapabilityStatement is below the FHIR URL, so it is not the base of a FHIR server
    Compare the FHIR URL with the EHR team, letter by letter: host, tenant and version segment (such as /r4). If it is right and the EHR publishes no documents, enter its addresses under “Endpoints given by hand” in Advanced settings.`,
  'discovery.web-page': lastingInSettings`The FHIR URL leads to a web page, such as a portal, and not to a FHIR server
    Ask the EHR team for the FHIR base URL of this environment, and enter that.`,
  'discovery.sign-in-at-url': lastingInSettings`The FHIR URL asks for a sign-in even for public documents, so it is probably not the base of a FHIR server
    Compare the FHIR URL with the EHR team, letter by letter: host, stage, tenant and version segment (such as /r4). If it is right, the EHR team opens its documents to callers who are not signed in.`,
  'discovery.forbidden-at-url': lastingAtEhr`The FHIR URL refuses us even public documents (403). An allowlist does not have our egress addresses, or the URL is not the base of a FHIR server
    Compare the FHIR URL {FHIR URL} letter by letter, and let our egress addresses through to it. The guide lists them.`,
  'discovery.tenant-unknown': lastingInSettings`The server does not know the tenant, practice or organization that the FHIR URL names
    Compare the tenant in the FHIR URL {FHIR URL} with the EHR team, letter by letter. Production and test have different tenants.`,
  'discovery.other-document': lastingAtEhr`The address of smart-configuration answers with JSON that has no member of a SMART configuration. A gateway that sends its errors with status 200 does so
    Look at what answers {FHIR URL}/.well-known/smart-configuration. It has to serve the SMART configuration.`,
  'discovery.absent': ehrTeam`The FHIR server does not serve smart-configuration, and its CapabilityStatement names no sign-in addresses. It may be the open FHIR URL that some vendors have for tests, which has no sign-in
    Serve {FHIR URL}/.well-known/smart-configuration as a JSON object with status 200. If another FHIR URL has the sign-in, give that one to your administrator. If there is none, name the sign-in addresses to your administrator, who enters them by hand in Advanced settings.`,
  'discovery.older-way': ehrTeam`The FHIR server does not serve smart-configuration. Its CapabilityStatement names the sign-in addresses, which is SMART’s older way
    Serve {FHIR URL}/.well-known/smart-configuration as well. The older way is deprecated and names no issuer.`,
  'discovery.html': ehrTeam`The server sends a web page (HTML) in place of smart-configuration
    Serve {FHIR URL}/.well-known/smart-configuration as JSON. A gateway or portal answers for that path now.`,
  'discovery.not-json': ehrTeam`smart-configuration is not a JSON object
    Serve it as one complete JSON object with content type application/json.`,
  'discovery.sign-in-demanded': ehrTeam`The server wants a sign-in for smart-configuration, although it is a public document, or has nothing at this path
    Serve {FHIR URL}/.well-known/smart-configuration at this path, and open it to callers who are not signed in.`,
  'discovery.forbidden': ehrTeam`The server, or a firewall before it, refuses us smart-configuration (403). Most often its allowlist does not have our egress addresses
    Let our egress addresses through to {FHIR URL}/.well-known/smart-configuration, and open it to callers who are not signed in.`,
  'discovery.redirect': ehrTeam`smart-configuration redirects to another address or to a sign-in page, and this app does not follow redirects
    Serve smart-configuration below the FHIR URL itself, without a redirect or a sign-in. If the EHR has moved, give its new FHIR URL to your administrator.`,
  'discovery.server-error': ehrTeam`When the server is asked for smart-configuration, it fails, is overloaded or in maintenance (503), or a gateway before it reaches no server (502, 503, 504)
    Look at the state of the FHIR server and of the gateway before it. Look for this request in their logs.
    {Again}. If it fails again, give the support code to {help desk}.`,
  'discovery.throttled': ehrTeam`The server asked us to slow down when it was asked for smart-configuration
    Raise the limit of requests for this app’s addresses, at least for public documents.`,
  'discovery.other-status': ehrTeam`The server answers with an unusual status when it is asked for smart-configuration
    Serve {FHIR URL}/.well-known/smart-configuration with status 200.`,
  'discovery.endpoint-missing': ehrTeam`The SMART configuration lacks authorization_endpoint or token_endpoint
    Add the endpoint that the detail names to the SMART configuration. A server without authorization_endpoint may serve only backend services. If so, give your administrator the FHIR URL that users are launched with.`,
  'discovery.endpoint-not-https': lastingAtEhr`The EHR names a sign-in address that is not https. The app never sends codes and tokens there
    Publish the https address of the endpoint that the detail names. A server behind a proxy that ends TLS writes http until the proxy passes on X-Forwarded-Proto and Host, or until the server’s external base URL is set.`,
  'discovery.endpoint-malformed': lastingAtEhr`The EHR names a sign-in address that is no usable URL. It has a user name, a fragment, white space or a placeholder
    Publish a plain absolute https address for the endpoint that the detail names.`,
  'discovery.endpoint-other-host': lastingInSettings`A sign-in address is on a host that the organization does not allow yet
    Ask the EHR team whether this host is theirs. If it is, add it to “Extra hosts for sign-in addresses” in Advanced settings.`,
  'discovery.endpoint-inside': lastingAtEhr`The EHR names a sign-in address by a host name of its own network, which leads nowhere from outside
    Set the public address of the EHR as its external base URL, in the server or in the proxy before it. Its documents then name that address.`,
  'endpoint.given-by-hand': lastingInSettings`An address that was given by hand in Settings does not lead to that endpoint of the EHR. The failed step and its host say which one
    Compare the addresses under “Endpoints given by hand” in Advanced settings with the EHR team, letter by letter. If they are right, the EHR team looks at that server.`,
  'discovery.no-private-key-jwt': atDiscovery`The EHR lists how apps may authenticate, but not private_key_jwt
    Allow private_key_jwt for this app, and list it in token_endpoint_auth_methods_supported.`,
  'discovery.no-common-algorithm': atDiscovery`The EHR takes client assertions signed with neither RS384 nor ES384
    Allow RS384 or ES384 for client assertions, and list it in smart-configuration.`,
} satisfies Record<string, RuleRow>;
