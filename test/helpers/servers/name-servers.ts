/** Replaces what the name servers answer to the outbound calls of this process. */
import { Resolver } from 'node:dns/promises';
import { vi } from 'vitest';

/**
 * Until `vi.restoreAllMocks()`.
 *
 * @param answer for each question about IPv4 addresses: the addresses, or the code of a failure.
 */
export function answerNames(answer: (hostname: string) => string[] | string): void {
  vi.spyOn(Resolver.prototype, 'resolve4').mockImplementation(async (hostname: string) => {
    const found = answer(hostname);
    if (typeof found === 'string') throw Object.assign(new Error(found), { code: found });
    return found;
  });
  vi.spyOn(Resolver.prototype, 'resolve6').mockImplementation(async (hostname: string) => {
    const found = answer(hostname);
    throw Object.assign(new Error('no such record'), { code: typeof found === 'string' ? found : 'ENODATA' });
  });
}
