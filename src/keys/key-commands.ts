/** `keys list|rotate|retire|export` on the command line. */
import {
  type CommandOutcome,
  done,
  readArguments,
  table,
  UsageError,
  unknownVerb,
} from '#src/adapters/command-line.ts';
import { exportKey, type KeyDependencies, type KeyReport, listKeys, rotateKeys } from './key-actions.ts';
import { retireKey } from './retire-key.ts';

/** The work of a command, run once the database is open. */
export type KeyCommand = (dependencies: KeyDependencies) => Promise<CommandOutcome>;

export const keyUsage = [
  'keys list',
  'keys rotate',
  'keys retire <kid> [--force]   --force: compromised, leaves the JWKS within two seconds',
  'keys export <kid>             the public key as JWKS and PEM',
];

/**
 * Reads a command after the word `keys`, before anything is opened.
 *
 * @throws UsageError
 */
export function readKeyCommand(args: readonly string[]): KeyCommand {
  const [verb, ...rest] = args;
  switch (verb) {
    case 'list':
      readArguments(rest, [], {});
      return async (dependencies) => outcome(await listKeys(dependencies), 'Signing keys:');
    case 'rotate':
      readArguments(rest, [], {});
      return async (dependencies) =>
        outcome(
          await rotateKeys(dependencies),
          'New keys are published now and start to sign when every cached JWKS has expired:',
        );
    case 'retire':
      return retire(rest);
    case 'export':
      return exportCommand(rest);
    case undefined:
    default:
      throw unknownVerb('keys', verb, keyUsage);
  }
}

function retire(args: readonly string[]): KeyCommand {
  const { kid, force } = readKid(args, true);
  return async (dependencies) => outcome(await retireKey(dependencies, kid, { force }), 'Changed:');
}

function exportCommand(args: readonly string[]): KeyCommand {
  const { kid } = readKid(args, false);
  return async (dependencies) => {
    const exported = await exportKey(dependencies, kid);
    return done(`${JSON.stringify(exported.jwks, null, 2)}\n\n${exported.pem.trim()}`, { kid, ...exported });
  };
}

/** Reads the kid by hand, because a thumbprint may begin with `-`, which parseArgs does not take as a value. */
function readKid(args: readonly string[], mayForce: boolean): { kid: string; force: boolean } {
  const [kid, ...extra] = args.filter((text) => !(mayForce && text === '--force'));
  if (kid === undefined || extra.length > 0 || kid.startsWith('--')) throw new UsageError(['give exactly one <kid>']);
  return { kid, force: mayForce && args.includes('--force') };
}

function outcome(keys: readonly KeyReport[], heading: string): CommandOutcome {
  if (keys.length === 0) return done('No signing keys yet: the server makes them at its first start.', { keys });
  const rows = keys.map((key) => [
    key.kid,
    key.alg,
    key.state,
    key.activatesAt.toISOString(),
    key.publishedUntil?.toISOString() ?? '-',
  ]);
  return done(`${heading}\n${table([['kid', 'alg', 'state', 'signs from', 'published until'], ...rows])}`, { keys });
}
