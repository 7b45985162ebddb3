/** A certificate authority that lives for one run, and its certificate for the two sites of a deployment. */
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atExit } from '#test/helpers/vitest/at-exit.ts';

/** What two servers, a product process and a browser need to trust one another. */
export interface SiteCertificate {
  /** PEM file of the authority, for `NODE_EXTRA_CA_CERTS`. */
  authorityFile: string;
  authority: string;
  key: string;
  cert: string;
  /** Base64 SHA-256 of the certificate's public key: the only one the browser is told to accept. */
  spki: string;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

let made: SiteCertificate | undefined;

/** One certificate for all deployments of a worker, so that one browser is enough. Needs the openssl command. */
export function siteCertificate(): SiteCertificate {
  return (made ??= createSiteCertificate(['DNS:localhost', 'IP:127.0.0.1']));
}

/** @param hosts as in subjectAltName. */
function createSiteCertificate(hosts: readonly string[]): SiteCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-e2e-certificates-'));
  atExit(() => rmSync(folder, { recursive: true, force: true }));
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (name: string) => readFileSync(join(folder, name), 'utf8');
  const request = (name: string, ...more: string[]) => openssl('req', ...NEW_KEY, '-keyout', `${name}.key`, ...more);
  writeFileSync(join(folder, 'names'), `subjectAltName=${hosts.join(',')}\n`);
  request('ca', '-x509', '-out', 'ca.pem', '-days', '2', '-subj', '/CN=Test authority');
  request('site', '-new', '-out', 'site.csr', '-subj', '/CN=Test site');
  const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'names'];
  openssl('x509', '-req', '-in', 'site.csr', ...signing, '-out', 'site.pem');
  const cert = read('site.pem');
  const publicKey = new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' });
  return {
    authorityFile: join(folder, 'ca.pem'),
    authority: read('ca.pem'),
    key: read('site.key'),
    cert,
    spki: createHash('sha256').update(publicKey).digest('base64'),
  };
}
