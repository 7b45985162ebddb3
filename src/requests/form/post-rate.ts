/** Limits posts of the New request form: each may leave what was typed in the store for three days (MT-06). */
import { hash } from 'node:crypto';
import type { KeyStore } from '#src/adapters/redis/key-store.ts';
import { createLimiter } from '#src/http/limits/limiter.ts';
import type { FormOwner } from './form-ticket.ts';

const TEN_MINUTES = { seconds: 600, code: 'request.too-many-forms' } as const;
/** Far more than a person fills in. */
const PER_USER = 60;
/** Far more than a hospital sends; draft-bytes.ts says how much of them is kept. */
const PER_ORGANIZATION = 1_000;

export type FormLimit = ReturnType<typeof createFormLimit>;

/** Counts per EHR user and per organization, over every instance. */
export function createFormLimit(redis: KeyStore) {
  const byUser = createLimiter(redis, { name: 'form-user', points: PER_USER, ...TEN_MINUTES });
  const byOrganization = createLimiter(redis, { name: 'form-organization', points: PER_ORGANIZATION, ...TEN_MINUTES });
  return {
    /** @throws AppError 'request.too-many-forms' with Retry-After. */
    take: async ({ organizationId, iss, sub }: FormOwner): Promise<void> => {
      // The user is hashed, so that no key of the store names a person.
      const user = hash('sha256', JSON.stringify([organizationId, iss, sub]), 'base64url');
      // One limit comes after the other, so that a refused post of one user takes nothing from colleagues.
      await byUser.take(user);
      await byOrganization.take(organizationId);
    },
  };
}
