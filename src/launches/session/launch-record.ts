/** The stored form of a launch: sealed under its own key, with the hash of its cookie's secret (ST-04, ST-05). */
import { hash } from 'node:crypto';
import { type Sealer, TooLargeError } from '#src/adapters/seal.ts';
import { AppError } from '#src/errors.ts';
import { isEqualSecret } from '#src/http/csrf.ts';
import type { TokenResponse } from '#src/smart/token-response.ts';
import type { Launch, LaunchTokens } from './launch.ts';
import { lifetimeOf } from './launch-life.ts';

export interface LaunchRecord {
  launch: Launch;
  secretHash: string;
}

/** An opened launch, with its stored text; a replacement succeeds only while that text is unchanged. */
export interface OpenedLaunch {
  launch: Launch;
  sealed: string;
}

export const keyOf = (id: string) => `launch:${id}`;
/** These keys are deleted together with the record: the list read last, and the search in it. */
export const listKeyOf = (id: string) => `launch-list:${id}`;
export const searchKeyOf = (id: string) => `launch-search:${id}`;
export const hashOf = (secret: string) => hash('sha256', secret, 'base64url');

export function createLaunchSealing(sealer: Sealer) {
  /** @returns undefined if absent, forged, moved from another key or sealed by a retired secret (ST-04, ST-08). */
  const unseal = async (id: string, sealed: string | undefined): Promise<LaunchRecord | undefined> => {
    if (sealed === undefined) return undefined;
    return (await sealer.open(keyOf(id), sealed).catch(() => undefined)) as LaunchRecord | undefined;
  };
  return {
    unseal,
    /** @throws AppError 'token.invalid' if the record is too large, because the EHR decides how long its tokens are. */
    seal: async (record: LaunchRecord): Promise<string> => {
      try {
        return await sealer.seal(keyOf(record.launch.id), record);
      } catch (error) {
        if (!(error instanceof TooLargeError)) throw error;
        throw new AppError('token.invalid', `tokens and scopes are too large to keep: ${error.message}`);
      }
    },
    /** @returns undefined also when the secret belongs to another launch. */
    prove: async (id: string, secret: string, sealed: string | undefined): Promise<OpenedLaunch | undefined> => {
      const record = await unseal(id, sealed);
      const isProven = record !== undefined && isEqualSecret(record.secretHash, hashOf(secret));
      return isProven && sealed !== undefined ? { launch: record.launch, sealed } : undefined;
    },
  };
}

export function tokensOf(token: TokenResponse, now: Date): LaunchTokens {
  const { accessToken, refreshToken, activeTtlSeconds } = token;
  const after = (seconds: number | undefined) =>
    seconds === undefined ? undefined : new Date(now.getTime() + seconds * 1_000).toISOString();
  const issuedAt = now.toISOString();
  return {
    accessToken,
    refreshToken,
    issuedAt,
    expiresAt: after(lifetimeOf(token)),
    activeUntil: after(activeTtlSeconds),
  };
}
