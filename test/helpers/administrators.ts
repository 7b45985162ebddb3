/** Adds and signs in users of a world's settings. */
import { argon2 } from 'node:crypto';
import { promisify } from 'node:util';
import type { User } from '#src/admin/user-store.ts';
import { createUserStore } from '#src/admin/user-store.ts';
import { createBrowser, type TestBrowser, type Visit } from './browser.ts';
import { csrfOf, ledTo } from './visits.ts';
import { ORG_ID, type World } from './world.ts';

/** Their password, long enough for the rules. */
export const PASSWORD = 'correct horse battery';

/** The users' table of a world. */
export function usersOf(world: World) {
  return createUserStore(world.dependencies.database.db);
}

/** Options of a user. */
export interface PersonOptions {
  role?: User['role'];
  /** The organization of an administrator; default: the world's first. */
  organizationId?: string;
  mustChangePassword?: boolean;
  passwordExpiresAt?: Date | null;
}

/** Adds a person with {@link PASSWORD}. */
export async function addPerson(world: World, email: string, options: PersonOptions = {}): Promise<User> {
  const role = options.role ?? 'operator';
  const user = await usersOf(world).add(
    {
      email,
      role,
      organizationId: role === 'operator' ? null : (options.organizationId ?? ORG_ID),
      passwordHash: await cheapHash(),
      mustChangePassword: options.mustChangePassword ?? false,
      passwordExpiresAt: options.passwordExpiresAt ?? null,
      ssoSubject: null,
    },
    world.dependencies.clock(),
  );
  if (!user) throw new Error(`${email} is taken`);
  return user;
}

/** Opens the form and sends it, as a user does. */
export async function signIn(
  world: World,
  email: string,
  password = PASSWORD,
  browser: TestBrowser = createBrowser(),
): Promise<{ browser: TestBrowser; answer: Visit }> {
  const form = await browser.visit(`${world.url}/sign-in`);
  const answer = await browser.visit(`${world.url}/sign-in`, { form: { csrf: csrfOf(form), email, password } });
  return { browser, answer };
}

/** The result of a sign-in; a refusal leads back to the form, with the reason. */
export function resultOf(answer: Visit): number | 'refused' {
  return answer.headers['location']?.startsWith('/sign-in?') && ledTo(answer) === 'form' ? 'refused' : answer.status;
}

/** Hashes {@link PASSWORD} with argon2id's smallest parameters, because the product's 60 ms would add up in tests. */
async function cheapHash(): Promise<string> {
  const nonce = Buffer.alloc(16, 's');
  const parameters = { message: PASSWORD, nonce, tagLength: 32, memory: 8, passes: 1, parallelism: 1 };
  const tag = await promisify(argon2)('argon2id', parameters);
  const [salt, hash] = [nonce, tag].map((bytes) => bytes.toString('base64').replace(/=+$/, ''));
  return `$argon2id$v=19$m=8,t=1,p=1$${salt}$${hash}`;
}

/** A browser of a signed-in user. */
export async function signedIn(world: World, email: string): Promise<TestBrowser> {
  const { browser, answer } = await signIn(world, email);
  if (resultOf(answer) !== 303) throw new Error(`${email} could not sign in: ${resultOf(answer)}`);
  return browser;
}

/** The form token of this browser's session, as every page of the settings carries it. */
export async function tokenOf(world: World, browser: TestBrowser): Promise<string> {
  return csrfOf(await browser.visit(`${world.url}/settings/account`));
}
