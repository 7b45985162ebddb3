/** Explains a scope string: what each scope is for, what a clinician loses without it, what is absent, what is sent. */
import type { Organization } from '#src/organizations/organization.ts';
import type { ScopeUse, ScopeWords, UseSettings } from '#src/organizations/scope-purposes.ts';
import { scopeUses, scopeWords } from '#src/organizations/scope-purposes.ts';
import { isGiven } from '#src/smart/documents/given-endpoints.ts';
import { readStoredConfiguration } from '#src/smart/documents/smart-configuration.ts';
import { parseResourceScope, tokenProblem } from '#src/smart/scopes/grammar.ts';
import { grantedScopes, mayAsk } from '#src/smart/scopes/granted.ts';
import { LONGEST_SETTING, requestedScope } from '#src/smart/scopes/requested.ts';
import type { ExplainedScopeProps, ScopeEditorProps } from '#views/integration-page/scope-editor.ts';
import type { TypedForm } from '#views/typed-form.ts';

const INTERACTIONS = ['c', 'r', 'u', 'd', 's'] as const;
const NONE = 'Nothing: the app does not use it.';

/** Explains the scopes of a form. @param preview set when it was not saved, with the problems of its scopes. */
export function scopeEditorProps(
  organization: Organization,
  { values, problems }: TypedForm,
  preview: ScopeEditorProps['preview'],
): Omit<ScopeEditorProps, 'previewAction'> {
  const text = values['scopes'] ?? '';
  const isOn = (name: string) => values[name] === 'true';
  const uses = { showEhrOrders: isOn('showEhrOrders'), createRequests: isOn('createRequests') };
  const typedVersion = values['scopeVersion'];
  const version = typedVersion === 'v1' || typedVersion === 'v2' ? typedVersion : 'auto';
  const isUsable = (preview?.problems.length ?? 0) === 0 && problems['scopes'] === undefined;
  const stored = readStoredConfiguration(organization.discovered?.configuration);
  const capabilities = isGiven(organization) ? [] : stored?.capabilities;
  const sent = isUsable ? scopesSent(text, version, capabilities) : undefined;
  return { ...explainScopes(text, uses), sent, preview };
}

/** @param typed tokens that are not scopes are explained as such; a text that is too long is not read. */
export function explainScopes(typed: string, settings: UseSettings) {
  const text = typed.length > LONGEST_SETTING ? '' : typed;
  const uses = scopeUses(settings);
  const present = scopeWords(text).map((words) => explain(words, uses));
  return { present, absent: [...absentPlain(text), ...absentResources(text, uses)] };
}

/** The scopes a launch asks for first. @param capabilities undefined before discovery: `auto` is then undecided. */
export function scopesSent(
  text: string,
  version: 'auto' | 'v1' | 'v2',
  capabilities: readonly string[] | undefined,
): { scope: string; because: string } | undefined {
  if (!capabilities && version === 'auto') return undefined;
  const scope = requestedScope(text, { version, capabilities: capabilities ?? [] });
  if (version !== 'auto') return { scope, because: `“Scope syntax” is set to ${version}` };
  const said = ['permission-v1', 'permission-v2'].filter((name) => capabilities?.includes(name));
  return { scope, because: `the EHR announces ${said.length === 0 ? 'no scope syntax' : said.join(' and ')}` };
}

function explain({ scope, purpose, loss }: ScopeWords, uses: readonly ScopeUse[]): ExplainedScopeProps {
  if (loss !== undefined) return { scope, purpose, loss };
  if (tokenProblem(scope) !== undefined) return { scope, purpose: 'The app cannot ask for it.', loss: NONE };
  const resource = parseResourceScope(scope);
  if (!resource) return { scope, purpose: 'Unknown to this app; only the EHR knows what it is for.', loss: NONE };
  if (resource.type === '*')
    return { scope, purpose, loss: 'All the app reads from the chart, unless each resource is listed.' };
  const granted = grantedScopes(scope);
  const used = uses.filter(({ permissions }) => permissions.some((permission) => mayAsk(granted, permission)));
  if (used.length === 0) return { scope, purpose, loss: NONE };
  const sentence = (part: 'purpose' | 'loss') => used.map((use) => use[part]).join(' ');
  return { scope, purpose: sentence('purpose'), loss: sentence('loss') };
}

function absentPlain(text: string): ExplainedScopeProps[] {
  const { tokens } = grantedScopes(text.replace(/\s+/g, ' '));
  const refresh = tokens.has('online_access') || tokens.has('offline_access') ? [] : ['online_access'];
  const wanted = ['launch', 'openid', 'fhirUser', 'launch/patient', 'launch/encounter', ...refresh];
  const absent = wanted.filter((scope) => !tokens.has(scope));
  return scopeWords(absent.join(' ')).map((words) => explain(words, []));
}

/** Absent scopes are written in v2 if any scope of the string is, otherwise in v1, where one scope serves several uses. */
function absentResources(text: string, uses: readonly ScopeUse[]): ExplainedScopeProps[] {
  const granted = grantedScopes(text.replace(/\s+/g, ' '));
  const isV2 = granted.resources.some(({ syntax }) => syntax === 'v2');
  const absent = uses.filter(({ permissions }) => !permissions.every((permission) => mayAsk(granted, permission)));
  const scopeOf = ({ permissions }: ScopeUse) => {
    const letters = INTERACTIONS.filter((one) => permissions.some(({ interaction }) => interaction === one)).join('');
    // SCO-04
    const v1 = /[rs]/.test(letters) ? 'read' : 'write';
    return `patient/${permissions[0]?.type ?? ''}.${isV2 ? letters : v1}`;
  };
  return [...Map.groupBy(absent, scopeOf)].map(([scope, served]) => ({
    scope,
    purpose: served.map(({ purpose }) => purpose).join(' '),
    loss: served.map(({ loss }) => loss).join(' '),
  }));
}
