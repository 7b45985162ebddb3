/** The environment variables, one row each, and how they are read. */
import ipaddr from 'ipaddr.js';
import { z } from 'zod';
import { isPrivateNetwork } from './private-network.ts';
import { readRedisUrl } from './redis-url.ts';
import { signInSchema } from './sign-in.ts';
import { telemetrySchema } from './telemetry.ts';

export const LOOPBACK = ['127.0.0.0/8', '::1/128'];

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean),
);
/** As a prefix length. */
const WIDEST_PROXIES = 7;
/** Express's names for ranges of addresses. */
const PROXY_NAMES = new Set(['loopback', 'linklocal', 'uniquelocal']);
const privateNetwork = z
  .string()
  .refine(ipaddr.isValidCIDR, { error: 'must be a CIDR such as 10.0.0.0/8', abort: true })
  .refine(isPrivateNetwork, { error: 'must be within a private range such as 10.0.0.0/8 or fc00::/7' });
const addressRange = z.string().refine((text) => ipaddr.isValid(text) || ipaddr.isValidCIDR(text), {
  error: 'must be addresses or CIDRs such as 10.0.0.0/8',
});
const proxy = z
  .string()
  .refine((text) => PROXY_NAMES.has(text) || ipaddr.isValid(text) || ipaddr.isValidCIDR(text), {
    error: 'must be addresses, CIDRs, or loopback, linklocal, uniquelocal',
    abort: true,
  })
  .refine((text) => !text.includes('/') || ipaddr.parseCIDR(text)[1] >= WIDEST_PROXIES, {
    error: `must not trust a network wider than /${WIDEST_PROXIES}: its hosts would choose what address they come from`,
  });
const optionalUrl = (protocols: RegExp, example: string) =>
  z.url({ protocol: protocols, error: `must be a URL such as ${example}` }).optional();
/** A number as text; bounds are inclusive. */
const number = (least: number, most: number) =>
  z.coerce
    .number({ error: `must be a number from ${least} to ${most}` })
    .min(least, `must be at least ${least}`)
    .max(most, `must be at most ${most}`);
const wholeNumber = (least: number, most: number) => number(least, most).int('must be a whole number');

const redisUrl = z.string().superRefine((text, context) => {
  try {
    readRedisUrl(text);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    context.addIssue({ code: 'custom', message: error.message });
  }
});

/** One row per variable; `.env.example` is tested to list exactly these. */
export const environmentSchema = z.object({
  NODE_ENV: z.enum(['development', 'test', 'production']).default('development'),
  PORT: wholeNumber(0, 65_535).default(3000),
  HOST: z.string().min(1).default('127.0.0.1'),
  PUBLIC_URL: optionalUrl(/^https?$/, 'https://fhir.example.com'),
  ENVIRONMENT: z.enum(['non-production', 'production']).default('non-production'),
  APP_NAME: z.string().min(1).max(100).default('VectorCare SMART on FHIR'),
  OPERATOR_CONTACT: z.string().max(200).optional(),
  DATABASE_URL: optionalUrl(/^postgres(ql)?$/, 'postgres://user:password@host:5432/database'),
  REDIS_URL: redisUrl.optional(),
  DATA_DIR: z.string().min(1).default('data'),
  APP_SECRETS: list.optional(),
  TRUST_PROXY: list.pipe(z.array(proxy)).default([]),
  OUTBOUND_ALLOW_PRIVATE: list.pipe(z.array(privateNetwork)).optional(),
  OPS_ADDRESSES: list.pipe(z.array(addressRange)).default([...LOOPBACK]),
  EGRESS_IPS: list.default([]),
  DRIFT_CHECK_HOURS: number(0, 720).default(24),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
  TRACE_RETENTION_DAYS: wholeNumber(1, 3_650).default(30),
  AUDIT_RETENTION_DAYS: wholeNumber(0, 100_000)
    .refine((days) => days === 0 || days >= 30, { error: 'must be 0 (keep indefinitely) or at least 30' })
    .default(0),
  ...signInSchema.shape,
  ...telemetrySchema.shape,
});

export type Environment = z.infer<typeof environmentSchema>;

/** Returns the readable values and the others' problems: a typing mistake must not hide what else is missing. */
export function readEnvironment(given: Record<string, string | undefined>) {
  const parsed = environmentSchema.safeParse(given);
  if (parsed.success) return { values: parsed.data, problems: [] as string[] };
  const { issues } = parsed.error;
  const wrong = new Set(issues.map((issue) => String(issue.path[0])));
  const values = environmentSchema.parse(
    Object.fromEntries(Object.entries(given).filter(([name]) => !wrong.has(name))),
  );
  // Keeps the first problem of each variable.
  const problems = new Map(
    issues.toReversed().map(({ path: [name], message }) => [name, `${String(name)}: ${message}`]),
  );
  return { values, problems: [...problems.values()].toReversed() };
}
