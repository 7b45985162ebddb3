/** Compares the scopes that we will ask for with what the server says about them (DI-11, SCO-02..07, SCO-20). */
import { listMember } from '#src/adapters/json-object.ts';
import { documentOf } from '#src/smart/documents/fetched.ts';
import { coverageOf, grantedScopes, mayAsk } from '#src/smart/scopes/granted.ts';
import { requestedScope } from '#src/smart/scopes/requested.ts';
import type { CheckContext } from './context.ts';
import { checksOf, shown } from './definition.ts';
import { doubted, info, type Outcome, pass, skipped, warning } from './outcome.ts';

/** A list of this many scopes counts as complete; a list of five only gives examples. */
const COMPLETE_LIST = 20;
/** Several times what the EHR with the most resource types lists. */
const MOST_LISTED = 5_000;

export const scopeChecks = checksOf('Scopes', 'EHR team', [
  {
    id: 'permissions',
    title: 'Scope syntax, version 1 or 2',
    why: 'permission-v1 and permission-v2 say which syntax the server reads (SMART App Launch 2.2.0, "Scopes").',
    judge: judgePermissions,
  },
  {
    id: 'scopes',
    title: 'The scopes the app will ask for',
    why: 'A server’s list can be incomplete, so the app asks for all its scopes. But some servers refuse or drop a scope that they do not list.',
    owner: 'Your administrator',
    judge: judgeScopes,
  },
]);

async function judgePermissions({ configuration, settings }: CheckContext): Promise<Outcome> {
  const found = await configuration;
  if (!found) return skipped('there is no smart-configuration');
  const capabilities = listMember(found.document, 'capabilities') ?? [];
  const named = ['permission-v1', 'permission-v2'].filter((name) => capabilities.includes(name));
  const isOther = named.length > 0 && !named.includes(`permission-${settings.scopeVersion}`);
  if (settings.scopeVersion !== 'auto' && isOther)
    return warning(
      `“Scope syntax” is set to ${settings.scopeVersion}, and the server names only ${named.join(', ')}`,
      'Set “Scope syntax” in Advanced settings to Automatic. It follows what the EHR announces.',
      'Your administrator',
    );
  if (settings.scopeVersion !== 'auto')
    return info(`${settings.scopeVersion}, set by an administrator; the server names ${named.join(', ') || 'neither'}`);
  return named.length > 0 ? pass(named.join(', ')) : info('not said; scopes go out as configured');
}

async function judgeScopes(context: CheckContext): Promise<Outcome> {
  const found = await context.configuration;
  if (!found) return skipped('there is no smart-configuration');
  const { scopes, scopeVersion: version } = context.settings;
  const capabilities = listMember(found.document, 'capabilities') ?? [];
  const asked = requestedScope(scopes, { version, capabilities });
  const wanted = grantedScopes(asked);
  if (!mayAsk(wanted, { type: 'Patient', interaction: 'r' }))
    return doubted('scope.patient-not-asked', shown(asked, 240));
  if (context.settings.showEhrOrders && !mayAsk(wanted, { type: 'ServiceRequest', interaction: 's' }))
    return doubted('fhir.search-not-asked', shown(asked, 240));
  const all = listMember(found.document, 'scopes_supported') ?? (await scopesOfIssuer(context));
  const listed = all?.slice(0, MOST_LISTED);
  if (!listed) return info(`the server lists none; we ask for: ${shown(asked, 240)}`);
  const offered = grantedScopes(listed.join(' '));
  // A scope that is listed only with limiting search parameters counts as listed: it is granted in part.
  const names = new Set(listed);
  const isListed = (scope: string) => names.has(scope) || coverageOf(scope, offered) === 'part';
  const unlisted = asked.split(' ').filter((scope) => !isListed(scope));
  if (unlisted.length === 0) return pass(`all listed: ${shown(asked, 240)}`);
  const seen = `not listed: ${shown(unlisted.join(' '), 200)}`;
  if (listed.length < COMPLETE_LIST && !unlisted.some((scope) => isRefusedWildcard(scope, listed)))
    return info(`${seen} (of ${listed.length} listed; such short lists are examples)`);
  return warning(
    seen,
    'Ask the EHR team whether the EHR grants these scopes. If it refuses wildcards, choose the EHR vendor under Advanced settings. The vendor’s preset names each resource.',
  );
}

/** NextGen Office lists its scopes in the OpenID Connect document only. */
async function scopesOfIssuer({ issuers }: CheckContext): Promise<string[] | undefined> {
  const [first] = await issuers;
  return listMember(documentOf(first?.fetched), 'scopes_supported');
}

/** A server that lists single resources of a level, and not this wildcard, is likely to refuse it (as Oracle does). */
function isRefusedWildcard(scope: string, listed: readonly string[]): boolean {
  const level = /^(patient|user)\/\*\./.exec(scope)?.[1];
  return level !== undefined && listed.some((one) => one.startsWith(`${level}/`) && !one.startsWith(`${level}/*`));
}
