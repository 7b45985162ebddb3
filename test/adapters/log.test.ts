/**
 * The log tells operators what failed and where, and never holds a secret, whatever the caller logs (ST-07, TK-20,
 * ER-04).
 */
import { describe, expect, test } from 'vitest';
import { OutboundError } from '#src/adapters/ehr-http/error.ts';
import { createLog } from '#src/adapters/log.ts';
import { AppError } from '#src/errors.ts';

/** The one line that a call to the log writes. */
function lineOf(write: (log: ReturnType<typeof createLog>) => void, level = 'trace'): Record<string, unknown> {
  const lines: string[] = [];
  write(createLog(level, { write: (line) => void lines.push(line) }));
  expect(lines).toHaveLength(1);
  return JSON.parse(lines[0] ?? '') as Record<string, unknown>;
}

test('a line is JSON with level and time, without host or process', () => {
  expect(lineOf((log) => log.warn({ organizationId: 'st-elsewhere' }, 'request'))).toEqual({
    level: 'warn',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
    organizationId: 'st-elsewhere',
    msg: 'request',
  });
});

test.for([
  'access_token',
  'refresh_token',
  'id_token',
  'client_assertion',
  'code_verifier',
  'cookie',
  'authorization',
  'state',
])('%s is removed, on the line or one level down', (name) => {
  const line = lineOf((log) => log.info({ [name]: 'CANARY', body: { [name]: 'CANARY' } }, 'careless'));
  expect(JSON.stringify(line)).not.toContain('CANARY');
});

describe('errors', () => {
  test('the app’s own are logged with message, code and causes', () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.1:443'), {
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    const error = new AppError('discovery.unavailable', 'the EHR does not answer', {
      cause: new OutboundError('network', 'ehr.example', refused),
    });
    expect(lineOf((log) => log.error({ err: error }, 'request'))['err']).toEqual({
      name: 'AppError',
      message: 'the EHR does not answer',
      errorCode: 'discovery.unavailable',
      cause: {
        name: 'OutboundError',
        message: 'network while calling ehr.example',
        cause: { name: 'Error', message: refused.message, errorCode: 'ECONNREFUSED' },
      },
    });
  });

  test('a line of such a message that looks like a place in the code is not logged', () => {
    const error = new SyntaxError('unexpected text: "Name:\n    at CANARY"');
    const line = JSON.stringify(lineOf((log) => log.error({ err: error }, 'request')));
    expect(line).toContain('log.test.ts');
    expect(line).not.toContain('CANARY');
  });

  test('the message of a library may quote its input, so only its place in the app’s code is logged', () => {
    const error = (() => {
      try {
        return JSON.parse('{"access_token":"CANARY"');
      } catch (thrown) {
        return thrown;
      }
    })();
    const line = lineOf((log) => log.error({ err: error }, 'request'));
    expect(line['err']).toMatchObject({ name: 'SyntaxError' });
    expect(JSON.stringify(line)).toContain('log.test.ts');
    expect(JSON.stringify(line)).not.toContain('CANARY');
  });

  test('a value that is no error, and extra members of an error, are not logged', () => {
    const odd = Object.assign(new AppError('token.invalid', 'odd'), { body: 'CANARY', response: { text: 'CANARY' } });
    expect(JSON.stringify(lineOf((log) => log.error({ err: odd }, 'request')))).not.toContain('CANARY');
    expect(JSON.stringify(lineOf((log) => log.error({ err: 'CANARY' }, 'request')))).not.toContain('CANARY');
  });
});
