/** The version of this service, from its package. */
import { readFileSync } from 'node:fs';

const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');

export const version = String((JSON.parse(file) as { version: unknown }).version);
