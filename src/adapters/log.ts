/** Structured logs for operators: JSON lines without secrets (ST-07, TK-20). */
import { pino } from 'pino';

export type Log = pino.Logger;

/** Members with these names are removed, on a line or one level down. */
const SECRET_NAMES = new Set(
  'launch code state access_token refresh_token id_token client_assertion code_verifier cookie authorization'.split(
    ' ',
  ),
);

/** Callers log codes, ids and shapes only; removing names is a second line of defence. @param destination for tests. */
export function createLog(level: string, destination?: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    // Not pino's `redact`: its wildcards take five times as long as the rest of a line.
    formatters: { level: (label) => ({ level: label }), log: (line) => withoutSecrets(line, 'and one step down') },
    serializers: { err: describeFailure },
  };
  return pino(options, destination ?? groupedOutput());
}

/** Lines are grouped, because a write costs more than its line. */
const GROUP = { bytes: 4_096, ms: 100 };
/** The most bytes that wait for a slow reader; further lines are dropped, so that memory stays bounded. */
const MOST_WAITING_BYTES = 8 * 1_024 * 1_024;

/** Standard output in groups of lines. Waiting lines are written when the process exits, unless by SIGKILL. */
function groupedOutput(): pino.DestinationStream {
  const output = pino.destination({ dest: 1, sync: false, minLength: GROUP.bytes, maxLength: MOST_WAITING_BYTES });
  setInterval(() => output.flush(), GROUP.ms).unref();
  return output;
}

/** Returns the same object when nothing has to be removed. `err` is left to {@link describeFailure}. */
function withoutSecrets(line: Record<string, unknown>, depth?: 'and one step down'): Record<string, unknown> {
  let shown = line;
  for (const [name, value] of Object.entries(line)) {
    const isNested = depth !== undefined && name !== 'err' && typeof value === 'object' && value !== null;
    const clean = isNested ? withoutSecrets(value as Record<string, unknown>) : value;
    const kept = SECRET_NAMES.has(name) ? '[removed]' : clean;
    if (kept !== value) shown = { ...shown, [name]: kept };
  }
  return shown;
}

interface LoggedFailure {
  name: string;
  message?: string;
  /** Not `code`, because that name is removed as an authorization code. */
  errorCode?: string;
  frames?: string[];
  cause?: LoggedFailure | undefined;
}

/** Errors whose messages we write ourselves, without values. */
const OWN_ERRORS = new Set(
  'AppError OutboundError FhirError SealError AddressRefusedError KeyError ConfigError'.split(' '),
);

/** A library's message may quote its input, so only our own messages and the system's are logged; others by frames. */
function describeFailure(error: unknown): LoggedFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const mayBeQuoted = OWN_ERRORS.has(error.name) || 'syscall' in error;
  const cause = describeFailure(error.cause);
  return {
    name: error.name,
    ...(mayBeQuoted ? { message: error.message.slice(0, 500) } : { frames: framesOf(error) }),
    ...('code' in error ? { errorCode: String(error.code) } : {}),
    ...(cause ? { cause } : {}),
  };
}

function framesOf(error: Error): string[] {
  // A message that quotes its input may hold lines that look like frames.
  const stack = (error.stack ?? '').replace(error.message, '');
  const lines = stack.split('\n').filter((line) => /^\s+at /.test(line));
  return lines.slice(0, 8).map((line) => line.trim());
}
