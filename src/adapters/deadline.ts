/** A deadline for work that cannot be aborted, such as a name lookup or a library's command. */

export class TimeoutError extends Error {
  override name = 'TimeoutError';
}

/** Settles as the work does, or throws TimeoutError after `ms`; late work continues and its result is ignored. */
export function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    // setImmediate: a response that has already arrived wins, even if this process was busy.
    const timer = setTimeout(() => setImmediate(reject, new TimeoutError(`no answer within ${ms} ms`)), ms);
    void work.then(resolve, reject).then(() => clearTimeout(timer));
  });
}
