/** Says in words which part of the requests a scope covers if search parameters limit it, as MEDITECH's scopes do. */
import { bareCode } from '#src/smart/fhir/code-systems.ts';
import { asText } from '#src/smart/fhir/fields.ts';

/** Codes of ServiceRequest.category that FHIR R4 and US Core name; any other is shown as the EHR wrote it. */
const CATEGORIES = new Map([
  ['108252007', 'laboratory'],
  ['363679005', 'imaging'],
  ['409063005', 'counselling'],
  ['409073007', 'education'],
  ['387713003', 'surgery'],
  ['386053000', 'evaluation'],
  ['410606002', 'social services'],
  ['3457005', 'referral'],
  ['sdoh', 'social needs'],
  ['functional-status', 'functional status'],
  ['disability-status', 'disability status'],
  ['cognitive-status', 'cognitive status'],
]);
/** A category of which the EHR gives only the code; any other text is kept unchanged. */
export function categoryWords(text: string): string {
  const words = CATEGORIES.get(bareCode(text));
  return words === undefined ? text : `${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** How many limits the line names, so that it stays readable. */
const MOST_NAMED = 5;

/** The line under a list that a limited scope makes incomplete (SCO-16, SCO-19). @param limits untrusted. */
export function describeLimits(limits: readonly string[]): string[] {
  if (limits.length === 0) return [];
  const parts = limits.slice(0, MOST_NAMED).map(describeLimit);
  const more = limits.length > MOST_NAMED ? `; and ${limits.length - MOST_NAMED} more` : '';
  return [
    `The EHR lets this app read only a part of the requests: ${parts.join('; ')}${more}. See the rest in the EHR.`,
  ];
}

function describeLimit(limit: string): string {
  const conditions = [...new URLSearchParams(limit)].map(([name, value]) => {
    const words = value.split(',').map((code) => describeCode(name, code));
    return asText(`${name} ${words.join(' or ')}`, 80);
  });
  return conditions.filter((text) => text !== undefined).join(' and ') || 'it does not say which part';
}

function describeCode(name: string, token: string): string {
  const code = token.split('|').at(-1) || token;
  return name === 'category' ? (CATEGORIES.get(code) ?? code) : code;
}
