/** Parses one scope token, v1 or v2. */

/** A parsed FHIR resource scope; a v1 suffix is converted to v2 interactions (SCO-03). */
export interface ResourceScope {
  readonly level: 'patient' | 'user' | 'system';
  /** A FHIR resource type, or `*` for all. */
  readonly type: string;
  readonly syntax: 'v1' | 'v2';
  /** A non-empty subset of `cruds`, in that order. */
  readonly interactions: string;
  /** The part after `?`; such a scope covers only a subset of the resources. */
  readonly filter: string | undefined;
}

const RESOURCE_SCOPE = /^(patient|user|system)\/(\*|[A-Z][A-Za-z]{0,63})\.([a-z*]+)(?:\?(.+))?$/;
const V1_SUFFIXES = new Map([
  ['read', 'rs'],
  ['write', 'cud'],
  ['*', 'cruds'],
]);
const V2_SUFFIX = /^c?r?u?d?s?$/;
const FILTER = /^[A-Za-z_][\w.:-]*=[^&=]+(?:&[A-Za-z_][\w.:-]*=[^&=]+)*$/;
const LAUNCH_SCOPE = /^launch(?:\/[a-z]+(?:\?role=[^&=?]+)?)?$/;
// RFC 6749 §3.3, scope-token; the space is the separator and cannot occur.
const SCOPE_TOKEN = /^[\x21\x23-\x5b\x5d-\x7e]+$/;

/** `patient/Observation.rs?category=x` or `patient/*.read` (SCO-01); a v1 suffix carries no filter (SCO-05). */
export function parseResourceScope(token: string): ResourceScope | undefined {
  const match = SCOPE_TOKEN.test(token) ? RESOURCE_SCOPE.exec(token) : null;
  const [, level, type, suffix, filter] = match ?? [];
  if (!isLevel(level) || !type || !suffix) return undefined;
  const v1 = V1_SUFFIXES.get(suffix);
  if (v1 ? filter !== undefined : !V2_SUFFIX.test(suffix)) return undefined;
  if (filter !== undefined && !FILTER.test(filter)) return undefined;
  return {
    level,
    type,
    syntax: v1 ? 'v1' : 'v2',
    interactions: v1 ?? suffix,
    filter,
  };
}

/** Reads a granted scope. Anything after `?` is a limit: a grant is not refused for its form. */
export function parseGrantedScope(token: string): ResourceScope | undefined {
  const at = token.indexOf('?');
  const scope = parseResourceScope(at === -1 ? token : token.slice(0, at));
  return scope && at !== -1 ? { ...scope, filter: token.slice(at + 1) } : scope;
}

function isLevel(text: string | undefined): text is ResourceScope['level'] {
  return text === 'patient' || text === 'user' || text === 'system';
}

/** `launch`, or `launch/` with a lowercase type and at most one `?role=` (SCO-12). */
function isLaunchScope(token: string): boolean {
  return SCOPE_TOKEN.test(token) && LAUNCH_SCOPE.test(token);
}

/** A vendor's own scope: an absolute URI or `__name`; allowed in a request, ignored in a grant (SCO-23). */
function isExtensionScope(token: string): boolean {
  return SCOPE_TOKEN.test(token) && (/^__\w/.test(token) || /^(?:https?:\/\/[^/]|urn:[a-z0-9])/i.test(token));
}

/** SCO-03 to v2; SCO-04 to v1, without a filter. Never `.*`, which servers do not list, but `.read` and `.write`. */
export function scopeInSyntax(scope: ResourceScope, syntax: 'v1' | 'v2'): string[] {
  const stem = `${scope.level}/${scope.type}`;
  if (syntax === 'v2') return [`${stem}.${scope.interactions}${scope.filter === undefined ? '' : `?${scope.filter}`}`];
  const suffixes = [
    ...(/[rs]/.test(scope.interactions) ? ['read'] : []),
    ...(/[cud]/.test(scope.interactions) ? ['write'] : []),
  ];
  return suffixes.map((suffix) => `${stem}.${suffix}`);
}

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
    return 'each letter must stand only once, in the order c, r, u, d, s';
  if (!/^(?:read|write|\*|[cruds]+)$/.test(suffix))
    return `.${suffix} is neither .read, .write, .* nor letters of cruds`;
  return filter === undefined ? undefined : 'a filter is ?name=value, more of them joined by &';
}
