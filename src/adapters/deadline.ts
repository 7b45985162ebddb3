/** The one deadline for work that nothing can abort, such as a name lookup or a command of a library. */

/** The work took longer than it may. */
export class TimeoutError extends Error {
  constructor(ms: number) {
    super(`no answer within ${ms} ms`);
    this.name = 'TimeoutError';
  }
}

/** What the work comes to, within `ms`; later it goes on unheard. @throws TimeoutError, or what the work throws. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  // After what has arrived is read: a process that was busy itself must not blame the other side for its silence.
  const timer = setTimeout(() => setImmediate(late.reject, new TimeoutError(ms)), ms);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
