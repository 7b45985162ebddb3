/** The program: starts Node once more with the bound that it takes from its command line alone, then serves. */

/**
 * Without it V8 lets the youngest objects grow to 128 MB; with it an instance needs a sixth less memory for the same work.
 * Here, so that it holds however the program is started; one that is given on the command line stands.
 */
const BOUND = '--max-semi-space-size';
const ARGUMENTS = [`${BOUND}=16`, ...process.execArgv, ...process.argv.slice(1)];

const isBounded = process.execArgv.some((flag) => flag.startsWith(BOUND));
// The same process goes on, by its id; a parent that talks to it, as `node --watch` does, would lose it all the same.
if (!isBounded && process.send === undefined) process.execve?.(process.execPath, [process.execPath, ...ARGUMENTS]);
await import('./serve.ts');
