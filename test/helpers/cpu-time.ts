/**
 * How long work holds up the one thread that serves every hospital. Where it is compared with a second measurement, the
 * comparison is polled: another process beside the test now and then doubles one, and a fault costs seconds each time.
 *
 * @returns what says how much CPU time this thread has used since, in milliseconds.
 */
export function startCpuTime(): () => number {
  const before = process.threadCpuUsage();
  return () => {
    const { user, system } = process.threadCpuUsage(before);
    return (user + system) / 1_000;
  };
}
