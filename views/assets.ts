/**
 * The files of public/ that pages refer to, each under a name that holds the hash of its content: a browser keeps it for
 * good, and a changed file has another name. Read once, when this module is.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const NAMES = [
  'app.css',
  'bootstrap.css',
  'copy.js',
  'diagnostics.css',
  'favicon.svg',
  'from-chart.js',
  'request-so-far.js',
  'keep-draft.js',
  'logo.png',
  'new-request.css',
  'service-questions.js',
  'read-file.js',
  'requests.css',
  'requests.js',
  'settings.css',
  'send-authorize-form.js',
  'all-checks-passed.jpg',
  'verify.js',
] as const;

/** A file of public/, by its name there. */
export type AssetName = (typeof NAMES)[number];

/** How a browser asks for it, and what it gets. */
export interface Asset {
  /** without `/assets/` */
  readonly hashedName: string;
  readonly content: Buffer;
}

/** Every file there is; no other one is served. */
export const assets = Object.fromEntries(NAMES.map((name) => [name, readAsset(name)])) as Record<AssetName, Asset>;

/** The address of a file on our origin. */
export function assetPath(name: AssetName): string {
  return `/assets/${assets[name].hashedName}`;
}

function readAsset(name: AssetName): Asset {
  const content = readFileSync(new URL(`../public/${name}`, import.meta.url));
  const hash = createHash('sha256').update(content).digest('hex').slice(0, 16);
  return { hashedName: name.replace('.', `.${hash}.`), content };
}
