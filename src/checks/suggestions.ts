/** Suggests changes of settings after a check of an EHR. */
import type { CheckContext } from '#src/checks/rows/context.ts';
import { foreignHosts } from '#src/checks/rows/endpoints.ts';
import type { Suggestion } from '#src/checks/rows/result.ts';

/** Changes that an administrator may accept; nothing changes unless they do. */
export async function suggestionsFor(context: CheckContext): Promise<Suggestion[]> {
  const [hosts, issuers] = await Promise.all([foreignHosts(context), suggestedIssuers(context)]);
  const { settings } = context;
  const allowHosts: Suggestion = {
    setting: 'allowedHosts',
    value: [...settings.allowedHosts, ...hosts],
    title: `Allow ${hosts.join(', ')}`,
    why: 'Sign-in addresses are there. Allow the host only if the EHR team confirms that it is theirs.',
  };
  return [
    ...(hosts.length > 0 ? [allowHosts] : []),
    ...issuers.map((issuer) => ({
      setting: 'issuers' as const,
      value: [issuer],
      title: `Expect the issuer ${issuer}`,
      why: 'Choose the issuer that is the "iss" in the id_tokens of this EHR. The EHR team knows it.',
    })),
  ];
}

/** Both values where two documents disagree; the administrator picks one. */
async function suggestedIssuers({ issuers, settings }: CheckContext): Promise<string[]> {
  const found = await issuers;
  const other = found.flatMap(({ state, named, alternatives }) => [
    ...(state === 'mismatch' && named !== undefined && named.length <= 2_048 && URL.canParse(named) ? [named] : []),
    ...alternatives.map(({ issuer }) => issuer),
  ]);
  const all = other.length === 0 ? [] : [...other, ...found.map(({ issuer }) => issuer)];
  // The setting takes no other characters; invisible ones could make a stranger's address look like the EHR's.
  const isPlain = (issuer: string) => /^[\x21-\x7e]+$/.test(issuer);
  const isNew = (issuer: string) => settings.issuers.length !== 1 || settings.issuers[0] !== issuer;
  return [...new Set(all)].filter((issuer) => isPlain(issuer) && isNew(issuer));
}
