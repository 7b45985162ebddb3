/** Preloaded into every measured process: answers its parent with the CPU time it has used, and ends with its parent. */
process.on('message', (message) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
});
process.on('disconnect', () => process.exit());
// The measuring parent must not keep a stopped server alive.
process.channel?.unref();
