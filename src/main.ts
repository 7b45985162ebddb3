/** The program: starts Node once more with the bounds of memory that are taken at its start alone, then serves. */

/**
 * Without it V8 lets the youngest objects grow to 128 MB; with it an instance needs a sixth less memory for the same work.
 * Here, so that it holds however the program is started; one that is given already stands.
 */
const BOUND = '--max-semi-space-size';
/** For glibc: each of Node's threads else has memory of its own, and keeps what it took for compiling. */
const MALLOC = { MALLOC_ARENA_MAX: '2' };

const { execArgv, execPath, argv, env } = process;
const isGiven = [...execArgv, env['NODE_OPTIONS'] ?? ''].some((flag) => flag.includes(BOUND));
// It stays the same process, with its id. Not where a parent talks to it, such as `node --watch`, which would lose it.
if (!isGiven && process.send === undefined && process.platform !== 'win32')
  process.execve?.(execPath, [execPath, `${BOUND}=16`, ...execArgv, ...argv.slice(1)], { ...MALLOC, ...env });
// A small Buffer that lives on keeps the whole block that it is a piece of: of 64 kB, unless it is said.
Buffer.poolSize = 8_192;
await import('./serve.ts');
