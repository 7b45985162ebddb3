/** Preloaded into every measured process: answers its parent with the CPU time it has used, in microseconds. */
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
});
// The measuring parent must not keep a stopped server alive.
process.channel?.unref();
