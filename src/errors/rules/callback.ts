/** Rules of the way back: the callback, its state, and the issuer that it or the id_token names. */
import { administrator, ehrTeam, lastingAtEhr, oftenAtEhr, type RuleRow, user } from './rule-row.ts';

export const callbackRules = {
  'callback.opened-as-launch-url': lastingAtEhr`The EHR opened the redirect URI as if it were the launch URL, with iss and launch. The two are mixed up in its registration
    Register the launch URL of the registration sheet, …/smart/launch with the Org ID, as the address to open. The redirect URI stays …/smart/callback.`,
  'callback.posted': lastingAtEhr`The authorization server posts its answer (response_mode form_post), but browsers send no cookie of ours with such a post
    Let the authorization server answer this client in the query of the redirect URI (response_mode query).`,
  'callback.empty': ehrTeam`The redirect URI was opened with nothing in its query. It was opened from a bookmark, or the EHR put its answer behind a # (response_mode fragment)
    Let the authorization server answer this client in the query of the redirect URI (response_mode query).`,
  'callback.error-without-state': ehrTeam`The EHR came back with the error {error} and without the state that was sent, so the app cannot tell which launch it belongs to
    Look for the error {error} in the authorization server’s log, and return state with errors as well (RFC 6749 4.1.2.1).`,
  'callback.state-changed': oftenAtEhr`The EHR sent back no state, or another one than this browser was sent with
    Return the state parameter unchanged, also through proxies and sign-in pages in between.`,
  'callback.no-cookie': user`The browser that returned does not have the cookie of this sign-in. It kept no cookie, another browser or window returned, or the page was opened a second time or too late
    Open the app again from the patient’s chart and finish the sign-in in the same window. If it happens at each launch, the EHR team lets the sign-in happen in the window of the chart, with cookies allowed.`,
  'callback.used': user`This sign-in was used already or took longer than ten minutes. The usual reasons are Back, a bookmark or a slow sign-in
    Open the app again from the patient’s chart. If many users see this at once, our Redis was restarted: tell the operator of this app.`,
  'callback.malformed': oftenAtEhr`The EHR sent the browser back without a code and without an error, or with a parameter twice
    Let the authorization server answer with exactly one code, or one error (RFC 6749 4.1.2).`,
  'callback.code-reused': oftenAtEhr`The authorization server gave out a code that came with another launch before
    Let the authorization server make a new code for each authorization (RFC 6749 4.1.2).`,
  'callback.settings-changed': user`An administrator changed the organization’s connection while the user signed in
    Open the app again from the patient’s chart.`,
  'callback.iss-missing': lastingAtEhr`The EHR’s metadata promises iss on the callback (RFC 9207), but iss did not come
    Send iss on the callback, or take authorization_response_iss_parameter_supported out of the metadata.`,
  'callback.other-iss': lastingAtEhr`The callback names the issuer {iss}, but the EHR’s metadata names {expected issuers}
    Let smart-configuration and the authorization server name the same issuer, letter for letter.`,
  'callback.other-redirect-uri': lastingAtEhr`The answer came to the redirect URI of another organization
    Register the redirect URI of this organization’s registration sheet, and no other, for this client.`,
  'issuer.setting-differs': administrator`The setting “Issuers of id_tokens” says {expected issuers}, but the EHR calls itself {iss}. The two must be equal letter for letter, including a slash at the end
    Correct “Issuers of id_tokens” in Advanced settings. Empty it, so that the EHR’s metadata decides, or enter the issuer that the EHR team confirms.
    This app knows the EHR by another name than it has. Give the support code to {help desk}.`,
  'issuer.given-by-hand': administrator`The setting “Issuers of id_tokens” says {expected issuers}, but the EHR calls itself {iss}. The two must be equal letter for letter, including a slash at the end
    Ask the EHR team whether {iss} is its issuer. If it is, enter exactly that at “Issuers of id_tokens” in Advanced settings, where endpoints given by hand need it.
    This app knows the EHR by another name than it has. Give the support code to {help desk}.`,
  'issuer.not-named': lastingAtEhr`smart-configuration names no issuer, so the app expected the FHIR URL, {expected issuers}. The EHR calls itself {iss}
    Add the issuer {iss} to smart-configuration. Servers that sign users in have to name it.`,
  'issuer.letters': lastingAtEhr`The EHR’s metadata and its answer write the issuer {iss} differently. They differ in capital letters of the host, or in the port of https
    Write the issuer the same way in the metadata and in the tokens, letter for letter.`,
  'issuer.slash': lastingAtEhr`The EHR’s metadata says {expected issuers}, and its answer says {iss}. They differ only by a slash at the end
    Write the issuer the same way in the metadata and in the tokens, with or without the slash.`,
} satisfies Record<string, RuleRow>;
