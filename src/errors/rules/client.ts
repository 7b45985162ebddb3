/** Rules of client authentication: the EHR must accept our client assertion, its key and both clocks. */
import { administrator, ehrTeam, lastingAtEhr, operator, type RuleRow } from './rule-row.ts';

export const clientRules = {
  'clock.ehr': ehrTeam`The clock of the EHR is {EHR clock} ours, so tokens that live for minutes are expired or not yet valid
    Synchronize the clock of the EHR server with a time server (NTP).`,
  'clock.ours': operator`The clock of this service is {our clock} that of our database, and the clock of the EHR is {EHR clock} ours
    Synchronize the clocks of all servers of this service with a time server (NTP). The command doctor compares them.`,
  'client.key': ehrTeam`The EHR refuses our client assertion and gives no reason that this app can read. It knows the client ID, because it gave out a code, and it did not fetch our JWKS meanwhile. Either it expects a client secret or another method in place of a signed JWT (private_key_jwt). Or it has not registered our JWKS URL, cannot reach it, or keeps an old copy without the key {kid}. Or a proxy rewrites Host, so that the EHR expects another address of its token endpoint than the one on {host}
    Look for this refusal in the authorization server’s log. If it is about the method, set {client id} to authenticate by signed JWT. If it is about the key, check that our JWKS URL is registered for {client id}, that the EHR’s servers can fetch it, and that it shows the key {kid}. If it is about the audience, let the proxy pass on Host, so that the server knows its token endpoint by the address on {host}.`,
  'client.key-old-copy': ehrTeam`The EHR accepted an earlier key of ours and refuses the present one, {kid}, without fetching our JWKS meanwhile. It keeps an old copy of our JWKS
    Let the EHR fetch our JWKS URL again, and whenever it meets a new kid. Its copy must then have the key {kid}. If a key was typed or pasted there, register the URL in its place.`,
  'client.was-accepted': ehrTeam`The EHR accepted our key {kid} before, and now refuses the client assertion without a reason. Its registration of {client id} was changed since. Or a proxy before the token endpoint on {host} rewrites Host, so that the server expects another audience
    Find out what was changed since the last launch that worked: the client {client id}, its JWKS URL, or the proxy before {host}, which has to pass on Host.`,
  'client.audience-slash': ehrTeam`The EHR refuses our client assertion and gives no reason. The assertion is addressed to token_endpoint, letter for letter. That address ends with a slash, and the authorization server may know itself without the slash
    Write token_endpoint in smart-configuration as the authorization server names itself. If that has the slash, compare our JWKS URL and key {kid} with the registration.`,
  'client.key-unknown': ehrTeam`The EHR does not find or verify our key {kid}. It has another JWKS URL, cannot reach ours, keeps an old copy of our JWKS, or expects another algorithm
    Register the JWKS URL of the registration sheet, and let the EHR fetch it again. It must show the key {kid}. Allow its algorithm, {assertion algorithm}, for {client id}.`,
  'client.key-upload': ehrTeam`Microsoft Entra ID does not find or verify our key {kid}. It fetches no JWKS, so it knows only certificates that were uploaded to the app registration {client id}
    Upload a certificate for our public key {kid} to the app registration {client id} (Certificates & secrets), and again before each change of our key. Otherwise let the SMART service before Entra ID verify the assertion with our JWKS URL.`,
  'client.jwks-unreachable': ehrTeam`The EHR says that it cannot fetch our JWKS, so it cannot verify the client assertion
    Let the EHR’s servers reach the JWKS URL of the registration sheet (https, on the port that it names, or 443). Compare that URL with the one that is registered for {client id}.`,
  'client.jwks-untrusted': ehrTeam`The EHR cannot fetch our JWKS because it does not trust the certificate of our address, or finds no common TLS. Its list of authorities is old or limited
    Test the TLS of the JWKS URL of the registration sheet. Do not use a browser, which fetches missing certificates itself. If the chain is complete and valid, let the EHR’s servers trust its public authority (trust store of Java or of the proxy) and reach it by TLS 1.2 or newer. If it is not, tell the operator of this app.`,
  'client.jwks-chain': operator`The EHR cannot verify the certificate of our JWKS URL, because an intermediate certificate does not come with it. Browsers fetch it themselves, so the address opens in a browser
    Serve the whole chain at the public address of this service: its certificate with all intermediate certificates. If the chain is whole already, the EHR’s servers have to trust its public authority.`,
  'client.key-off': lastingAtEhr`The EHR says that our key {kid} is revoked, expired or switched off there
    Allow the key {kid} for {client id} again. If it was withdrawn on purpose, tell the operator of this app, who replaces it.`,
  'client.off': lastingAtEhr`The EHR knows the client ID {client id}, but the client is switched off, expired, not approved or not licensed there
    Activate the client {client id} in this environment, or give the administrator the client ID that belongs to it.`,
  'client.method': lastingAtEhr`The EHR expects another way of client authentication than private_key_jwt from {client id}, or has registered it as a public or single-page app
    Register {client id} as a confidential client (a web app) with private_key_jwt and our JWKS URL. This app has no shared secret.`,
  'client.type': administrator`The EHR expects another typ in the client assertion than {assertion type}
    Ask the EHR team which typ it expects, and choose it at “Type of the signed assertion” in Advanced settings.`,
  'client.assertion-used': ehrTeam`The EHR says that the client assertion was used before. The app sends each one once, so something between us repeats the request
    Look for a gateway or load balancer before the token endpoint that sends a request a second time.`,
  'client.assertion-life': ehrTeam`The EHR says that the client assertion lives too long. It lives two minutes. Either the EHR accepts only shorter ones, or the clock of its token server is behind, unlike the clock in its answer
    Check the clock of every node of the authorization server. Then accept client assertions that live up to five minutes (SMART App Launch, “Authenticating to the token endpoint”).`,
  'client.assertion-times': ehrTeam`The EHR considers the client assertion expired or not yet valid, although the clock in its answer agrees with ours. Another of its nodes has the wrong time
    Synchronize the clock of every node of the authorization server with a time server (NTP).`,
  'client.assertion': ehrTeam`The EHR fetched our JWKS and still refuses the client assertion. It expects another audience, algorithm or type than {assertion audience}, {assertion algorithm}, {assertion type}
    Find out in the authorization server’s log what it refuses in the assertion: audience, algorithm or typ.`,
  'client.audience': administrator`The EHR expects another audience in the client assertion than {assertion audience}
    Ask the EHR team which audience it expects, and choose it at “Audience of the signed assertion” in Advanced settings.`,
  'client.audience-issuer': administrator`The EHR expects its issuer as the audience of the client assertion, but the app addressed it to the {assertion audience}
    Set “Audience of the signed assertion” to the issuer in Advanced settings. The EHR team may instead let the token endpoint be an audience as well, as SMART says.`,
  'client.audience-host': ehrTeam`The authorization server refuses the audience of the client assertion. It knows itself by another address than that of its token endpoint in smart-configuration, on {host}. Most often that is its address behind a proxy
    Set the public address on {host} as the external address of the authorization server, or let the proxy before it pass on Host.`,
  'client.audience-setting': administrator`Settings address the client assertion to the issuer, which is not what SMART says, and the EHR refuses it
    Set “Audience of the signed assertion” back to the token endpoint in Advanced settings, unless the EHR team asks for the issuer.`,
  'client.type-setting': administrator`Settings give the client assertion the type {assertion type}, which is not what SMART says, and the EHR refuses it
    Set “Type of the signed assertion” back to JWT in Advanced settings, unless the EHR team asks for the other.`,
  'client.algorithm': administrator`The EHR does not accept the algorithm or key type of our client assertion, {assertion algorithm}
    Ask the EHR team which of RS384 and ES384 it accepts from {client id}, and choose that one at “Signing algorithm” in Advanced settings. If it accepts neither, the EHR team has to allow one of them.`,
  'client.proof-of-possession': lastingAtEhr`The EHR demands tokens that are bound to a key of their own (DPoP), which SMART App Launch does not have
    Switch off the demand for DPoP for {client id}. SMART App Launch uses bearer tokens.`,
  'client.unknown': lastingAtEhr`The token endpoint does not know the client ID {client id}. It belongs to the other environment, or was deleted
    Compare the client ID {client id} with the registration of this environment.`,
  'client.id-not-sent': administrator`The token endpoint wants client_id in the body as well, but the app does not send it
    Switch on “Send the client ID in token requests as well” in Advanced settings.`,
  'client.id-sent': administrator`The token endpoint refuses a request with client_id in the body. By a setting the app sends it
    Switch off “Send the client ID in token requests as well” in Advanced settings.`,
  'client.grant-not-allowed': lastingAtEhr`The EHR does not allow this app the grant type, or offers it to no app (unauthorized_client, unsupported_grant_type)
    Switch on the grant types Authorization Code and Refresh Token for this client, in this environment and for this organization.`,
} satisfies Record<string, RuleRow>;
