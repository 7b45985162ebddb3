/** Which folders may import which, and which single file may use a library or the environment. */
import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

/**
 * In import order: a file may import its own folder and any earlier one. A folder means its own files, not its
 * sub-folders.
 */
const ORDER = [
  'src/errors/rules/',
  'src/errors/',
  'src/errors.ts',
  'src/config/',
  'src/adapters/',
  'src/adapters/redis/',
  'src/adapters/database/',
  'src/adapters/ehr-http/',
  'src/adapters.ts',
  'views/',
  'views/settings/',
  'views/integration-page/',
  'views/guide/',
  'views/launches/',
  'views/inspector/',
  'views/requests/',
  'src/http/',
  'src/http/sessions/',
  'src/http/limits/',
  'src/smart/fhir/',
  'src/smart/scopes/',
  'src/smart/documents/',
  'src/smart/',
  'src/smart/id-token/',
  'src/patients/',
  'src/audit/',
  'src/reports/',
  'src/keys/',
  'src/settings/',
  'src/vendors/',
  'src/organizations/',
  'src/checks/rows/',
  'src/checks/',
  'src/integration-page/',
  'src/diagnostics/traces/',
  'src/diagnostics/inspector/',
  'src/clinicians/',
  'src/launches/session/',
  'src/launches/ending/',
  'src/launches/start/',
  'src/launches/callback/',
  'src/launches/tokens/',
  'src/launches/pages/',
  'src/requests/timing/',
  'src/requests/progress/',
  'src/requests/search/',
  'src/requests/list/',
  'src/requests/chart/',
  'src/requests/prefill/',
  'src/requests/form/',
  'src/requests/delivery/',
  'src/requests/new/',
  'src/requests/page/',
  'src/requests/cancel/',
  'src/requests/detail/',
  'src/admin/',
  'src/ops/',
  'src/open-dependencies.ts',
  'src/clinician-site.ts',
  'src/settings-site.ts',
  'src/app.ts',
  'src/serve.ts',
  'src/main.ts',
  'src/run-command.ts',
  'src/cli.ts',
];

const root = fileURLToPath(new URL('..', import.meta.url));
const filesOf = (folder: string) => globSync(`${folder}/**/*.ts`, { cwd: root }).toSorted();
const textOf = (file: string) => readFileSync(`${root}${file}`, 'utf8');

/** The targets that a file imports, exports from or loads on demand, as written. */
function importsOf(file: string): string[] {
  const pattern = /^(?:import|export)\s(?:[^'";=]*\sfrom\s)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...textOf(file).matchAll(pattern)].map(([, written, onDemand]) => written ?? onDemand ?? '');
}

/** The path of the imported file from the root of the project; undefined for a package. */
function resolve(file: string, target: string): string | undefined {
  if (target.startsWith('./')) return `${file.slice(0, file.lastIndexOf('/'))}/${target.slice(2)}`;
  return target.startsWith('#') && target.includes('/') ? target.slice(1) : undefined;
}

const folderOf = (file: string) => file.slice(0, file.lastIndexOf('/') + 1);
const placeOf = (file: string) => ORDER.findIndex((entry) => entry === file || entry === folderOf(file));

const product = [...filesOf('src'), ...filesOf('views')];
const everything = [...product, ...filesOf('sandbox'), ...filesOf('test'), ...filesOf('bench')];

describe('imports', () => {
  test('every product file has a place in the order', () => {
    expect(product.filter((file) => placeOf(file) < 0)).toEqual([]);
  });

  test('a product file imports its own folder and earlier ones only', () => {
    const late = product.flatMap((file) =>
      importsOf(file).flatMap((target) => {
        const imported = resolve(file, target);
        if (imported === undefined) return [];
        return placeOf(imported) >= 0 && placeOf(imported) <= placeOf(file) ? [] : [`${file} → ${target}`];
      }),
    );
    expect(late).toEqual([]);
  });

  test('a view imports only views; the one that names the files of public/ reads them', () => {
    const strangers = filesOf('views').flatMap((file) =>
      importsOf(file)
        .filter((target) => !/^(\.\/|#views\/|@remix-run\/html-template$)/.test(target))
        .map((target) => `${file} → ${target}`),
    );
    expect(strangers).toEqual(['views/assets.ts → node:crypto', 'views/assets.ts → node:fs']);
  });

  test('product and sandbox never import each other', () => {
    const across = [
      ...product.flatMap((file) => importsOf(file).filter((target) => /^#(sandbox|test)\//.test(target))),
      ...filesOf('sandbox').flatMap((file) => importsOf(file).filter((target) => /^#(src|views|test)\//.test(target))),
    ];
    expect(across).toEqual([]);
  });

  test('no path climbs, and every file is named with its extension', () => {
    const odd = everything.flatMap((file) =>
      importsOf(file)
        .filter((target) => target.includes('../') || (/^[.#]/.test(target) && !/^#package$|\.(ts|json)$/.test(target)))
        .map((target) => `${file} → ${target}`),
    );
    expect(odd).toEqual([]);
  });
});

describe('things that only certain files may use', () => {
  test('only src/config/index.ts reads the environment; the entry points pass it on', () => {
    const readers = /process\.env|\benv\b[^=]*\} = process|\bimport\.meta\.env/;
    expect(product.filter((file) => readers.test(textOf(file)))).toEqual(['src/config/index.ts', 'src/main.ts']);
  });

  test.for([
    ['ioredis', /^src\/adapters\/redis\/client\.ts$/],
    ['pg', /^src\/adapters\/database\/index\.ts$/],
    ['pino', /^src\/adapters\/log\.ts$/],
    ['prom-client', /^src\/adapters\/metrics\.ts$/],
    [
      'undici',
      /^src\/(adapters\/ehr-http\/(client|error|exchange|pools|json-bounds|answer-size|warm-connector)|smart\/fhir\/base-url-guard)\.ts$/,
    ],
    ['cockatiel', /^src\/adapters\/ehr-http\/(bulkhead|circuit)\.ts$/],
    ['@opentelemetry/sdk-trace', /^src\/adapters\/telemetry\.ts$/],
    ['openid-client', /^src\/admin\/identity-provider\.ts$/],
    ['express-session', /^src\/http\/sessions\/(session-store|begin-session)\.ts$/],
    ['helmet', /^src\/http\/security-headers\.ts$/],
    ['fhirclient/lib/FhirClient.js', /^src\/smart\/fhir\/client-library\.ts$/],
    ['drizzle-orm/pg-core', /^src\/(adapters\/database\/(index|statements)|.+[/-]store)\.ts$/],
  ] as const)('%s is imported by its own files only', ([name, home]) => {
    const users = product.filter((file) => importsOf(file).includes(name));
    expect(users.filter((file) => !home.test(file))).toEqual([]);
    expect(users.length).toBeGreaterThan(0);
  });

  test('src/smart/ is free of Express, SQL and configuration', () => {
    const impure = filesOf('src/smart').flatMap((file) =>
      importsOf(file).filter((target) =>
        /^(express|helmet|drizzle-orm.*|pg|ioredis|#src\/config\/index\.ts)$/.test(target),
      ),
    );
    expect(impure).toEqual([]);
  });
});
