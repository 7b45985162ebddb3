/** Explains the problem of one scope token to the administrator who typed it (SCO-01, SCO-05, SCO-12, SCO-25). */
import { isExtensionScope, isLaunchScope, parseResourceScope } from './grammar.ts';

/** Scopes without parameters or a resource type. */
const PLAIN_SCOPES: ReadonlySet<string> = new Set(['openid', 'fhirUser', 'profile', 'online_access', 'offline_access']);

/** @returns a sentence without a full stop, beginning with the untrusted token; undefined if it may be requested. */
export function tokenProblem(token: string): string | undefined {
  const resource = parseResourceScope(token);
  if (resource?.level === 'system') return `${token}: system scopes cannot be used when a person launches the app`;
  if (resource || PLAIN_SCOPES.has(token) || isLaunchScope(token) || isExtensionScope(token)) return undefined;
  if (/\.(?:read|write|\*)\?/.test(token)) return `${token}: .read, .write and .* cannot carry a ?filter`;
  const why = reason(token);
  return `${token} is not a SMART scope${why === undefined ? '' : `: ${why}`}`;
}

function reason(token: string): string | undefined {
  const plain = [...PLAIN_SCOPES, 'launch'].find((known) => known.toLowerCase() === token.toLowerCase());
  if (plain) return `write ${plain}`;
  if (/[^\x21-\x7e]/.test(token) || /["\\]/.test(token)) return 'it has a character that no scope may have';
  if (/^launch\//i.test(token)) return 'after launch/ comes a type in small letters, such as launch/patient';
  const [, level, type = '', suffix = '', filter] = /^([^/]*)\/([^.?]*)\.?([^?]*)(\?.*)?$/.exec(token) ?? [];
  if (level === undefined) return /^[A-Z]\w*\./.test(token) ? 'it begins with patient/ or user/' : undefined;
  return resourceReason({ level, type, suffix, filter });
}

function resourceReason(parts: { level: string; type: string; suffix: string; filter: string | undefined }) {
  const { level, type, suffix, filter } = parts;
  if (!['patient', 'user', 'system'].includes(level)) return 'it begins with patient/ or user/';
  if (!/^(?:\*|[A-Z][A-Za-z]*)$/.test(type))
    return 'after the slash comes a FHIR resource type with a capital letter, such as Observation, or *';
  if (suffix === '') return 'after the type comes .read, .write, .* or letters of cruds, such as .rs';
  if (/^[cruds]+$/.test(suffix) && !/^c?r?u?d?s?$/.test(suffix))
    return 'the letters stand once each and in the order c, r, u, d, s';
  if (!/^(?:read|write|\*|[cruds]+)$/.test(suffix))
    return `.${suffix} is neither .read, .write, .* nor letters of cruds`;
  return filter === undefined ? undefined : 'a filter is ?name=value, more of them joined by &';
}
