/** `keys list|rotate|retire|export` on the command line. */
import type { Command, CommandOutcome } from '#src/adapters/command-line.ts';
import { done, readArguments, readVerb, table, UsageError } from '#src/adapters/command-line.ts';
import { exportKey, type KeyDependencies, type KeyReport, listKeys, retireKey, rotateKeys } from './key-actions.ts';

type KeyCommand = Command<KeyDependencies>;

export const keyUsage = [
  'keys list',
  'keys rotate',
  'keys retire <kid> [--force]   --force: for a compromised key, which leaves the JWKS within two seconds',
  'keys export <kid>             the public key as JWKS and PEM',
];

/** Reads a command after the word `keys`. @throws UsageError */
export function readKeyCommand(args: readonly string[]): KeyCommand {
  const list = ofAll(listKeys, 'Signing keys:');
  const rotate = ofAll(rotateKeys, 'New keys are published now and start to sign when every cached JWKS has expired:');
  return readVerb('keys', keyUsage, { list, rotate, retire, export: exportOne }, args);
}

function ofAll(act: typeof listKeys, heading: string) {
  return (args: readonly string[]): KeyCommand => {
    readArguments(args, [], {});
    return async (dependencies) => outcome(await act(dependencies), heading);
  };
}

function retire(args: readonly string[]): KeyCommand {
  const force = args.includes('--force');
  const kid = readKid(args.filter((text) => text !== '--force'));
  return async (dependencies) => outcome(await retireKey(dependencies, kid, { force }), 'Changed:');
}

function exportOne(args: readonly string[]): KeyCommand {
  const kid = readKid(args);
  return async (dependencies) => {
    const exported = await exportKey(dependencies, kid);
    return done(`${JSON.stringify(exported.jwks, null, 2)}\n\n${exported.pem.trim()}`, { kid, ...exported });
  };
}

/** Reads the kid by hand, because a thumbprint may begin with `-`, which parseArgs does not take as a value. */
function readKid([kid, ...extra]: readonly string[]): string {
  if (kid === undefined || extra.length > 0 || kid.startsWith('--')) throw new UsageError(['give exactly one <kid>']);
  return kid;
}

function outcome(keys: readonly KeyReport[], heading: string): CommandOutcome {
  if (keys.length === 0) return done('No signing keys yet: the server makes them at its first start.', { keys });
  const textOf = (instant: Date | null) => instant?.toISOString() ?? '-';
  const rows = keys.map((key) => [key.kid, key.alg, key.state, textOf(key.activatesAt), textOf(key.publishedUntil)]);
  return done(`${heading}\n${table([['kid', 'alg', 'state', 'signs from', 'published until'], ...rows])}`, { keys });
}
