/** Structured logs for operators: JSON lines without a secret in them (ST-07, TK-20). */
import { pino } from 'pino';

/** The logger every part uses. */
export type Log = pino.Logger;

/** Names that never carry a loggable value, at whatever depth a careless caller puts them. */
const SECRET_NAMES = [
  'launch',
  'code',
  'state',
  'access_token',
  'refresh_token',
  'id_token',
  'client_assertion',
  'code_verifier',
  'cookie',
  'authorization',
];

/**
 * The second line of defence: callers log codes, ids and shapes only, and these paths are removed should one slip.
 * Errors are logged by name, message, code and cause; messages are ours, never a peer's.
 *
 * @param destination for tests that read the lines.
 */
export function createLog(level: string, destination?: pino.DestinationStream): Log {
  const options: pino.LoggerOptions = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: SECRET_NAMES.flatMap((name) => [name, `*.${name}`]), censor: '[removed]' },
    serializers: { err: describeFailure },
  };
  return destination ? pino(options, destination) : pino(options);
}

interface LoggedFailure {
  name: string;
  message?: string;
  /** Not `code`: that name is removed, as an authorization code would be. */
  errorCode?: string;
  frames?: string[];
  cause?: LoggedFailure | undefined;
}

/** Errors whose messages we write ourselves, without values. */
const OWN_ERRORS = new Set([
  'AppError',
  'OutboundError',
  'FhirError',
  'SealError',
  'AddressRefusedError',
  'KeyError',
  'ConfigError',
]);

/**
 * Names, codes and causes. A stranger's message may quote what it choked on (JSON.parse does), so only our own messages
 * and those of the operating system are logged; for the rest the place in our code is.
 */
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
  const lines = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  return lines.slice(0, 8).map((line) => line.trim());
}
