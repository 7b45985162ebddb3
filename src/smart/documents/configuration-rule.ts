/** Finds the rule that failed when no SMART configuration could be read. Launches and checks share it. */
import { ruleOfFailure } from '#src/adapters/ehr-http/failure-rule.ts';
import { ruleOfGateway, ruleOfRedirect } from '#src/adapters/ehr-http/gateway-rule.ts';
import type { Rule } from '#src/errors/rules/table.ts';
import { saysUnknownTenant } from '#src/smart/fhir/issue-codes.ts';
import { parseCapability } from './capability-statement.ts';
import { documentOf, type Fetched, type FetchedAnswer, isAbsent, shapeOf } from './fetched.ts';

/** Does `metadata` prove that the FHIR URL is the base of a FHIR server? If so, the URL has no typing error. */
export function isFhirBase(metadata: Fetched | undefined): boolean {
  return parseCapability(documentOf(metadata)) !== undefined;
}

/** @param wellKnown no JSON object with status 200. @param isBase the EHR's document is wrong, not the FHIR URL. */
export function ruleOfConfiguration(wellKnown: Fetched, isBase: boolean): Rule {
  if (wellKnown.kind === 'none') return ruleOfFailure(wellKnown.error, 'FHIR URL');
  const ofGateway = ruleOfGateway(wellKnown);
  if (ofGateway)
    return ofGateway === 'tls.http-sent' && wellKnown.url.protocol === 'http:' ? 'tls.http-url' : ofGateway;
  if (wellKnown.redirect) return ruleOfRedirect(wellKnown.redirect) ?? 'discovery.redirect';
  if (isOfUnknownTenant(wellKnown)) return 'discovery.tenant-unknown';
  if (isAbsent(wellKnown)) return isBase ? 'discovery.absent' : 'discovery.nothing-there';
  // Amazon's API Gateway says so of a path that it does not have, and of one that wants a signature.
  const isUnsigned = wellKnown.document?.['message'] === 'Missing Authentication Token';
  if (wellKnown.status === 401 || (wellKnown.status === 403 && isUnsigned))
    return isBase ? 'discovery.sign-in-demanded' : 'discovery.sign-in-at-url';
  if (wellKnown.status === 403) return isBase ? 'discovery.forbidden' : 'discovery.forbidden-at-url';
  if (wellKnown.status === 429) return 'discovery.throttled';
  if (wellKnown.status >= 500) return 'discovery.server-error';
  if (wellKnown.status !== 200) return 'discovery.other-status';
  if (shapeOf(wellKnown) === 'object') return isBase ? 'discovery.other-document' : 'discovery.nothing-there';
  if (shapeOf(wellKnown) !== 'html') return 'discovery.not-json';
  return isBase ? 'discovery.html' : 'discovery.web-page';
}

/** What Oracle, Entra ID and API gateways say of a tenant in the path; the text is looked at and not kept. */
function isOfUnknownTenant({ status, text }: FetchedAnswer): boolean {
  if (status < 400 || status >= 500 || status === 429) return false;
  return saysUnknownTenant(text);
}
