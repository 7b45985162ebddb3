/** The program: restarts Node with memory limits that only apply at its start, then serves. */

/**
 * Without this option V8 lets the young generation grow to 128 MB; with it an instance needs a sixth less memory for
 * the same work. It is set here, so that it applies however the program is started; a given value is kept.
 */
const BOUND = '--max-semi-space-size';
/** For glibc: otherwise each of Node's threads gets its own memory arena and keeps what it used for compiling. */
const MALLOC = { MALLOC_ARENA_MAX: '2' };

const { execArgv, execPath, argv, env } = process;
const isGiven = [...execArgv, env['NODE_OPTIONS'] ?? ''].some((flag) => flag.replaceAll('_', '-').includes(BOUND));
// The process and its id stay the same. Skipped under a parent such as `node --watch`, which would lose its channel.
if (!isGiven && process.send === undefined && process.platform !== 'win32')
  process.execve?.(execPath, [execPath, `${BOUND}=16`, ...execArgv, ...argv.slice(1)], { ...MALLOC, ...env });
// A long-lived small Buffer keeps its whole pool block alive, which has 64 kB by default.
Buffer.poolSize = 8_192;
await import('./serve.ts');
