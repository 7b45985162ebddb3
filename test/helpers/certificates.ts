/** Makes certificates for tests: a valid one and those that no client may accept (TL-01). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PEM texts for a TLS server. */
export interface Certificate {
  key: string;
  cert: string;
}

/** One authority and its certificates; every one except `wrongName` is for localhost. */
export interface Certificates {
  /** PEM of the authority, for clients that trust it. */
  authority: string;
  good: Certificate;
  expired: Certificate;
  wrongName: Certificate;
  selfSigned: Certificate;
}

const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Needs the openssl command. The certificates are valid for two days and kept only in memory. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-certificates-'));
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const selfSign = (name: string, ...more: string[]) =>
    openssl('req', '-x509', ...NEW_KEY, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', ...more);
  const issue = (name: string, host: string, days: string): Certificate => {
    openssl('req', ...NEW_KEY, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`);
    writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${host}\n`);
    const by = ['-CA', 'authority.pem', '-CAkey', 'authority.key', '-days', days, '-extfile', 'names'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`);
    return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
  };
  try {
    selfSign('authority', '-subj', '/CN=Test authority');
    selfSign('self', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost');
    return {
      authority: read('authority.pem'),
      good: issue('good', 'localhost', '2'),
      expired: issue('expired', 'localhost', '-1'),
      wrongName: issue('wrong', 'ehr.example', '2'),
      selfSigned: { key: read('self.key'), cert: read('self.pem') },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
