/** Checks and freezes the environment at start; the only reader of `process.env`. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, LOOPBACK, readEnvironment } from './environment.ts';
import { readSignIn, signInProblems } from './sign-in.ts';
import { readTelemetry } from './telemetry.ts';

export type Config = ReturnType<typeof loadConfig>;

/** Lists all problems of the environment at once, ready to print. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

const SECRET_MIN_LENGTH = 32;

/** Development has defaults and makes a secret; production has none (TL-02). @throws ConfigError with every problem. */
export function loadConfig(env: NodeJS.ProcessEnv = process.env) {
  // An empty line in an .env file means "not set", not "set to nothing".
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { values, problems: unreadable } = readEnvironment(given);
  const production = values.NODE_ENV === 'production';
  const publicUrl = new URL(values.PUBLIC_URL ?? `http://localhost:${values.PORT}`);
  const unfit = [
    ...(values.PUBLIC_URL ? publicUrlProblems(publicUrl, production) : []),
    ...(production ? productionProblems(values) : []),
    ...signInProblems(values, production, given),
    ...(production && env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0'
      ? ['NODE_TLS_REJECT_UNAUTHORIZED: certificates are always verified in production']
      : []),
  ];
  // An unreadable value is not also reported as missing.
  const isRead = (problem: string) => !unreadable.some((other) => nameOf(other) === nameOf(problem));
  const problems = [...unreadable, ...unfit.filter(isRead)];
  if (problems.length > 0) throw new ConfigError(['The configuration is not usable:', ...problems].join('\n  - '));
  return Object.freeze({
    production,
    port: values.PORT,
    host: values.HOST,
    /** Origin under which browsers and EHRs reach us; own URLs are built from it alone (REG-02). */
    publicUrl,
    environment: values.ENVIRONMENT,
    appName: values.APP_NAME,
    /** The contact for EHR teams, in the operator's words; often an e-mail address. Empty when it is not set. */
    operatorContact: values.OPERATOR_CONTACT ?? '',
    /** undefined: PGlite in `dataDir`. */
    databaseUrl: values.DATABASE_URL,
    redisUrl: values.REDIS_URL,
    dataDir: values.DATA_DIR,
    /** The first one seals; all can open. */
    appSecrets: values.APP_SECRETS?.length ? values.APP_SECRETS : [developmentSecret(values.DATA_DIR)],
    /** Addresses or CIDRs of the proxies whose X-Forwarded-* count (TL-05). */
    trustProxy: values.TRUST_PROXY,
    /** Private CIDRs that outbound calls may reach (TL-04). */
    outboundAllowPrivate: values.OUTBOUND_ALLOW_PRIVATE ?? (production ? [] : LOOPBACK),
    /** Addresses or CIDRs that may request health and metrics. */
    opsAddresses: values.OPS_ADDRESSES,
    egressIps: values.EGRESS_IPS,
    /** Hours between scheduled checks of each EHR; 0 means never. */
    driftCheckHours: values.DRIFT_CHECK_HOURS,
    logLevel: values.LOG_LEVEL,
    traceRetentionDays: values.TRACE_RETENTION_DAYS,
    /** 0 keeps the audit trail indefinitely. */
    auditRetentionDays: values.AUDIT_RETENTION_DAYS,
    signIn: readSignIn(values),
    /** undefined: no OpenTelemetry traces, and none of its packages is loaded. */
    telemetry: readTelemetry(values),
    warnings: production ? productionWarnings(values) : [],
  });
}

function productionWarnings({ DATABASE_URL, REDIS_URL = '' }: Environment): string[] {
  const embedded =
    'DATABASE_URL is not set: organizations and keys live in an embedded database in DATA_DIR, on this host only.';
  const open = 'REDIS_URL has no password: any host that reaches Redis can end launches and reset limits.';
  return [...(DATABASE_URL ? [] : [embedded]), ...(hasPassword(REDIS_URL) ? [] : [open])];
}

/** `user:password@` before the hosts; either part may be empty. */
function hasPassword(url: string): boolean {
  const access = url.slice(url.indexOf('://') + 3, Math.max(url.lastIndexOf('@'), 0));
  return access.includes(':') && !access.endsWith(':');
}

function nameOf(problem: string): string {
  return problem.slice(0, problem.indexOf(':'));
}

function publicUrlProblems(publicUrl: URL, production: boolean): string[] {
  const problems = [];
  if (publicUrl.href !== `${publicUrl.origin}/`)
    problems.push('PUBLIC_URL: must be an origin only, such as https://fhir.example.com');
  const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(publicUrl.hostname);
  if (publicUrl.protocol !== 'https:' && (production || !loopback))
    problems.push('PUBLIC_URL: must be https (http is accepted for localhost in development only)');
  return problems;
}

function productionProblems(values: Environment): string[] {
  const problems = [];
  if (!values.PUBLIC_URL) problems.push('PUBLIC_URL: is required in production');
  if (!values.REDIS_URL) problems.push('REDIS_URL: is required in production');
  if (!values.APP_SECRETS?.length)
    problems.push('APP_SECRETS: is required in production (make one with: openssl rand -base64 48)');
  for (const [index, secret] of (values.APP_SECRETS ?? []).entries()) {
    if (secret.length < SECRET_MIN_LENGTH || new Set(secret).size < 12)
      problems.push(`APP_SECRETS: secret ${index + 1} is weak (use at least ${SECRET_MIN_LENGTH} random characters)`);
  }
  return problems;
}

/** Created once, so that keys and launches stay readable after a developer's restart. */
function developmentSecret(dataDir: string): string {
  const file = join(dataDir, 'development-secret');
  if (existsSync(file)) return readFileSync(file, 'utf8').trim();
  mkdirSync(dataDir, { recursive: true });
  const secret = randomBytes(48).toString('base64url');
  writeFileSync(file, `${secret}\n`, { mode: 0o600 });
  return secret;
}
