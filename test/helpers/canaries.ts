/** Searches a text for secrets, in every encoded form (ST-01..07). */
import type { Sandbox } from '#sandbox/sandbox.ts';

/** Secret values by kind. */
export type Secrets = Map<string, Set<string>>;

/** A marker in every encoded form. */
function formsOf(marker: string): string[] {
  const bytes = Buffer.from(marker);
  // base64 without its first and last group, which depend on the neighbouring bytes.
  const base64 = [0, 1, 2].map((offset) => {
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    return text.slice(4, -4);
  });
  return [marker, encodeURIComponent(marker), bytes.toString('hex'), ...base64, ...base64.map(toUrlSafe)];
}

const toUrlSafe = (text: string) => text.replaceAll('+', '-').replaceAll('/', '_');

/** Every protocol secret that passed through the sandbox, by kind. */
export function secretsSeenBy(sandbox: Sandbox): Secrets {
  const secrets = new Map<string, Set<string>>();
  const add = (kind: string, value: string | null | undefined) => {
    if (!value || value.length < 16) return;
    secrets.set(kind, (secrets.get(kind) ?? new Set<string>()).add(value));
  };
  for (const { path, headers, body } of sandbox.requests) {
    const query = new URL(path, sandbox.origin).searchParams;
    const form = new URLSearchParams(body);
    for (const name of ['launch', 'state', 'nonce']) add(name, query.get(name));
    for (const name of ['code', 'code_verifier', 'client_assertion', 'refresh_token', 'token'])
      add(name, form.get(name));
    add('access token', /^Bearer (.+)/.exec(String(headers['authorization']))?.[1]);
  }
  return secrets;
}

/** The places in `text` that contain a secret of these kinds, shortened so that a failure is readable. */
export function leaksOf(secrets: Secrets, text: string, kinds = [...secrets.keys()]): string[] {
  const found = kinds.flatMap((kind) =>
    [...(secrets.get(kind) ?? [])].flatMap((secret) =>
      formsOf(secret).flatMap((form) => {
        const at = text.indexOf(form);
        return at < 0 ? [] : [`${kind} in …${text.slice(Math.max(0, at - 60), at + 10)}…`];
      }),
    ),
  );
  return found.slice(0, 5);
}

/** The dump, with everything that looks like base64 or hex decoded. */
export function decoded(dump: string): string {
  const words = dump.match(/[\w+/-]{16,}/g) ?? [];
  return words
    .map((word) => Buffer.from(word, /^[\da-f]+$/i.test(word) ? 'hex' : 'base64').toString('latin1'))
    .join('\n');
}
