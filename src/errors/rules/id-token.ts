/** Rules of the id_token and of the keys that prove it. */
import { ehrTeam, LASTING, lastingAtEhr, ownedBy, type RuleRow } from './rule-row.ts';

export const idTokenRules = {
  'id-token.missing': ehrTeam`No id_token came, although the EHR granted openid
    Register the scopes openid and fhirUser for this client, and send an id_token with the access token.`,
  'id-token.form': ehrTeam`The id_token is not a signed JWT that can be read
    Send the id_token as a signed JWT of three parts.`,
  'id-token.encrypted': ehrTeam`The id_token is encrypted, which the app did not ask for
    Switch off encryption of id_tokens for this client.`,
  'id-token.algorithm': ehrTeam`The id_token is not signed, or with an algorithm that is not accepted ({alg})
    Sign id_tokens for this client with RS256.`,
  'id-token.signature': ehrTeam`The signature of the id_token does not verify with the key that the EHR publishes for it ({kid})
    Compare the signing key with the one published at the jwks_uri under the kid {kid}. The two are not a pair.`,
  'id-token.unknown-key': ehrTeam`The id_token is signed with a key that is not in the EHR’s key set under its kid, {kid}, for its algorithm, {alg}
    Publish the signing key at the jwks_uri under the kid {kid}. If the key names an alg there, it must be {alg}.`,
  'id-token.issuer': ehrTeam`The id_token names the issuer {iss}, but the EHR’s metadata names {expected issuers}
    Name the same issuer, letter for letter, in the id_tokens and in the metadata. Behind a proxy, set that address as the external base URL of the authorization server.`,
  'id-token.issuer-of-ehr': ehrTeam`The id_token names the issuer {iss}, which is on the EHR’s own host, but is not the one in smart-configuration ({expected issuers})
    In smart-configuration, name the issuer of the id_tokens of this environment, letter for letter. Its openid-configuration names that issuer too. If smart-configuration cannot be changed, confirm {iss} to your administrator, who enters it at “Issuers of id_tokens” in Advanced settings.`,
  'id-token.audience-missing': ehrTeam`The id_token has no aud, so it does not say which app it is for
    Put the client ID of this app into the aud of the id_token.`,
  'id-token.audience': ehrTeam`The id_token is for another app, or also for other apps. Its aud or azp is not the client ID alone
    Issue the id_token for the client ID of this app, and for it alone.`,
  'id-token.audience-case': ownedBy(
    'VectorCare',
    LASTING,
  )`The id_token is for the client ID in other letter case or with other spaces than it is entered here, {client id}
    Enter the Client ID in Settings > Organizations letter for letter as it is registered in the EHR.`,
  'id-token.expired': ehrTeam`The id_token is too old, or had expired when it came. The EHR sends an old one, or the clock of the server that makes it is behind
    Make a new id_token for each sign-in, with a current iat and exp. Check the clock of that server.`,
  'id-token.clock-ahead': ehrTeam`The id_token is from the future, because the clock of the server that makes it is ahead
    Synchronize the clock of the server that makes id_tokens with a time server (NTP).`,
  'id-token.time-missing': ehrTeam`The id_token does not say when it was made or when it expires, or says it in another unit than seconds
    Put iat and exp into the id_token as numbers of seconds since 1970, not of milliseconds and not as text.`,
  'id-token.subject': ehrTeam`The id_token has no usable sub, so it names no user
    Put the user’s sub into the id_token.`,
  'id-token.nonce-missing': ehrTeam`The id_token has no nonce, although one was sent
    Put the nonce of the authorization request into the id_token. Only if the EHR cannot, an administrator can accept its absence at “Nonce in the id_token” in Advanced settings.`,
  'id-token.nonce-wrong': ehrTeam`The id_token has another nonce than the one this sign-in sent. It belongs to another sign-in, for example because a cache answers in place of the token endpoint
    Put the nonce of the same authorization request into the id_token, unchanged. Never reuse an id_token, and let no gateway cache answers of the token endpoint.`,
  'id-token.access-token-hash': ehrTeam`The at_hash of the id_token belongs to another access token
    Compute at_hash from the access token of the same response, or leave it out.`,
  'id-token.other-claim': ehrTeam`A claim of the id_token, which the detail names, is not acceptable
    Correct the claim that the detail names.`,
  'keys.no-document': lastingAtEhr`The issuer has no OpenID Connect document, and smart-configuration names no jwks_uri, so the app cannot find the EHR’s keys
    Serve {issuer}/.well-known/openid-configuration, or name jwks_uri in smart-configuration.`,
  'keys.document-unreadable': lastingAtEhr`The issuer’s OpenID Connect document is not a JSON object. An error or a web page comes in its place
    Serve {issuer}/.well-known/openid-configuration as a JSON object with status 200, without a sign-in, to our egress addresses too.`,
  'keys.document-other-issuer': lastingAtEhr`The OpenID Connect document names another issuer than the one it was fetched for
    Write the issuer in the OpenID Connect document as in smart-configuration, letter for letter.`,
  'keys.no-jwks-uri': lastingAtEhr`The OpenID Connect document names no jwks_uri
    Name the jwks_uri in the OpenID Connect document.`,
  'keys.address-unusable': lastingAtEhr`The issuer or its jwks_uri is not a usable https address
    Publish the public https address, absolute and without user name and query. Behind a proxy, set it as the external base URL of the server, or let the proxy pass on X-Forwarded-Proto and Host.`,
  'keys.unreadable': lastingAtEhr`The EHR’s key set cannot be read. Its jwks_uri answers with an error, or with something that is not a key set
    Serve a JSON Web Key Set at the jwks_uri with status 200, without a sign-in, to our egress addresses too.`,
  'keys.not-there': lastingAtEhr`Nothing is at the jwks_uri that the EHR’s document names, {jwks_uri} (404 or 410). Its path is wrong
    Correct jwks_uri in the document that names it: openid-configuration of the issuer, or else smart-configuration.`,
  'keys.unavailable': ehrTeam`The server of the EHR’s keys, or of the issuer’s document that leads to them, is overloaded, in maintenance or asked too often (429, 503). Or a gateway before it reaches no server (502, 503, 504)
    Look at the state of that server and of the gateway before it, and at its limit of requests.`,
  'keys.none-usable': lastingAtEhr`The EHR’s key set has no key that can verify an id_token
    Publish the public key of the id_tokens’ signatures at the jwks_uri. If the key has use, it must be sig. If it has alg, it must be the algorithm of the id_tokens.`,
} satisfies Record<string, RuleRow>;
