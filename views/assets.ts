/**
 * The files of public/ that pages refer to. The name of each contains the hash of its content, so a browser may keep the
 * file indefinitely: a changed file has another name. The files are read once, when this module is loaded.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const NAMES = [
  'app.css',
  'bootstrap.css',
  'copy.js',
  'diagnostics.css',
  'favicon.svg',
  'from-chart.js',
  'form-summary.js',
  'keep-draft.js',
  'reload-on-back.js',
  'logo.png',
  'new-request.css',
  'service-questions.js',
  'read-file.js',
  'requests.css',
  'requests.js',
  'settings.css',
  'send-authorize-form.js',
  'app-in-chart.jpg',
  'verify.js',
] as const;

export type AssetName = (typeof NAMES)[number];

/** The name by which a browser requests a file, and the content it receives. */
export interface Asset {
  /** without `/assets/` */
  readonly hashedName: string;
  readonly content: Buffer;
}

/** All files; no other file is served. */
export const assets = Object.fromEntries(NAMES.map((name) => [name, readAsset(name)])) as Record<AssetName, Asset>;

/** The address of a file on our origin. */
export function assetPath(name: AssetName): string {
  return `/assets/${assets[name].hashedName}`;
}

function readAsset(name: AssetName): Asset {
  const content = readFileSync(new URL(`../public/${name}`, import.meta.url));
  const digest = hash('sha256', content, 'hex').slice(0, 16);
  return { hashedName: name.replace('.', `.${digest}.`), content };
}
