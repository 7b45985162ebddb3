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
  notYetValid: Certificate;
  wrongName: Certificate;
  selfSigned: Certificate;
  /** Of an authority that no client knows, as a hospital's own is. */
  ofHospital: Certificate;
  /** Valid itself, by an intermediate one that has expired. */
  expiredIntermediate: Certificate;
  /** Of a proxy that inspects TLS, with that proxy's authority. */
  inspected: Certificate;
  /** Of a public authority, as its proof of a log says, whose intermediate certificate is not sent. */
  withoutIntermediate: Certificate;
  /** With a key that is too short to be trusted. */
  weak: Certificate;
}

const LOG_PROOFS = '1.3.6.1.4.1.11129.2.4.2=ASN1:FORMAT:HEX,OCTETSTRING:0000\n';
const WEAK_KEY = ['-newkey', 'rsa:1024', '-nodes'];
const NEW_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

/** Needs the openssl command. The certificates are valid for two days and kept only in memory. */
export function makeCertificates(): Certificates {
  const folder = mkdtempSync(join(tmpdir(), 'vectorcare-certificates-'));
  const openssl = (...args: string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  const selfSign = (name: string, ...more: string[]) =>
    openssl('req', '-x509', ...NEW_KEY, '-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2', ...more);
  const issue = (
    name: string,
    host: string,
    days: string,
    { authority = 'authority', extension = '', newKey = NEW_KEY } = {},
  ): Certificate => {
    openssl('req', ...newKey, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${host}`);
    writeFileSync(join(folder, 'names'), `subjectAltName=DNS:${host}\n${extension}`);
    const by = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-days', days, '-extfile', 'names'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`);
    return { key: read(`${name}.key`), cert: read(`${name}.pem`) };
  };
  const issueByExpired = (): Certificate => {
    issue('between', 'Intermediate', '-1', { extension: 'basicConstraints=critical,CA:TRUE\n' });
    const { key, cert } = issue('below', 'localhost', '2', { authority: 'between' });
    return { key, cert: cert + read('between.pem') };
  };
  /** The only command of openssl 3.0 that takes a first day. */
  const issueForLater = (): Certificate => {
    openssl('req', ...NEW_KEY, '-keyout', 'later.key', '-out', 'later.csr', '-subj', '/CN=localhost');
    writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost\n');
    writeFileSync(join(folder, 'index'), '');
    writeFileSync(
      join(folder, 'ca'),
      '[ca]\ndefault_ca=a\n[a]\ndatabase=index\nserial=serial\nrand_serial=yes\npolicy=p\n[p]\ncommonName=supplied\n',
    );
    const days = ['-startdate', '20400101000000Z', '-enddate', '20500101000000Z'];
    const by = ['-config', 'ca', '-cert', 'authority.pem', '-keyfile', 'authority.key', '-extfile', 'names'];
    const more = ['-batch', '-notext', '-md', 'sha256', '-outdir', '.'];
    openssl('ca', ...by, ...days, ...more, '-in', 'later.csr', '-out', 'later.pem');
    return { key: read('later.key'), cert: read('later.pem') };
  };
  try {
    selfSign('authority', '-subj', '/CN=Test authority');
    selfSign('unknown', '-subj', '/CN=Another authority');
    selfSign('proxy', '-subj', '/O=Example Health/CN=Example Health SSL Inspection CA');
    selfSign('self', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost');
    return {
      authority: read('authority.pem'),
      good: issue('good', 'localhost', '2'),
      expired: issue('expired', 'localhost', '-1'),
      notYetValid: issueForLater(),
      wrongName: issue('wrong', 'ehr.example', '2'),
      ofHospital: issue('hospital', 'localhost', '2', { authority: 'unknown' }),
      expiredIntermediate: issueByExpired(),
      inspected: issue('inspected', 'localhost', '2', { authority: 'proxy' }),
      withoutIntermediate: issue('alone', 'localhost', '2', { authority: 'unknown', extension: LOG_PROOFS }),
      weak: issue('weak', 'localhost', '2', { newKey: WEAK_KEY }),
      selfSigned: { key: read('self.key'), cert: read('self.pem') },
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
