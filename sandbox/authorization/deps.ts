/** What the authorization server of one sandbox is built from. */
import type { SandboxApp, SandboxUser } from '#sandbox/contract.ts';
import type { Facts } from '#sandbox/facts.ts';
import type { FaultSwitches } from '#sandbox/fault-switches.ts';
import type { Launches } from '#sandbox/launches.ts';
import type { VendorProfile } from '#sandbox/profiles.ts';
import type { SignInDeps } from './sign-in-routes.ts';
import type { SigningKeys } from './signing-keys.ts';

export interface AuthorizationDeps {
  facts: Facts;
  profile: VendorProfile;
  faults: FaultSwitches;
  launches: Launches;
  /** For standalone launches. */
  signIn: SignInDeps;
  users: readonly SandboxUser[];
  keys: SigningKeys;
  currentApp: () => SandboxApp;
  /** Fetches the app's JWKS; the sandbox decides which CA it trusts. */
  fetchJwks: (url: string, init: RequestInit) => Promise<Response>;
}
