/** Imports an operator's private key: read, checked, and published like one of our own. */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { exportJWK } from 'jose';
import { CommandError } from '#src/adapters/command-line.ts';
import { isJsonObject } from '#src/adapters/json-object.ts';
import { assertNoneWaits, change, type KeyDependencies, type KeyReport } from './key-actions.ts';
import { activationOfNewKey, isInState, newKeyDates } from './key-life.ts';
import { keyRow, type SigningAlgorithm } from './key-pair.ts';

const RSA_BITS = 2048;

/**
 * Sealed (CAJ-15). It signs once cached JWKS have expired; active ones of its algorithm then retire (JW-09).
 * @param text PEM or JWK; untrusted, never echoed or logged. @throws CommandError also while a rotation is pending.
 */
export async function importKey(dependencies: KeyDependencies, text: string): Promise<KeyReport[]> {
  const privateKey = readPrivateKey(text.trim());
  const alg = algorithmOf(privateKey);
  const publicJwk = await exportJWK(createPublicKey(privateKey));
  const privateJwk = await exportJWK(privateKey);
  return change(dependencies, { action: 'import' }, async (rows, now) => {
    const activatesAt = activationOfNewKey(now);
    const row = await keyRow(alg, publicJwk, privateJwk, newKeyDates(now, activatesAt), dependencies.sealer);
    if (rows.some(({ kid }) => kid === row.kid))
      throw new CommandError('This key is known here already. A key that was taken out of use is not used again.');
    assertNoneWaits(rows, now);
    const retiring = rows.filter((other) => other.alg === alg).filter(isInState('active', now));
    return [...retiring.map((other) => ({ ...other, retiresAt: activatesAt })), row];
  });
}

function readPrivateKey(text: string): KeyObject {
  if (text === '') throw new CommandError('Paste a private key.');
  if (/ENCRYPTED/.test(text))
    throw new CommandError('This key is encrypted. Decrypt it first, for example with: openssl pkcs8 -in key.pem');
  try {
    return text.startsWith('{') ? readJwk(text) : createPrivateKey(text);
  } catch (error) {
    if (error instanceof CommandError) throw error;
    // The cause is dropped, because a parser's message may quote the key.
    if (/BEGIN (?:PUBLIC KEY|CERTIFICATE)/.test(text))
      throw new CommandError('This is a public key or certificate. Paste the private key.');
    throw new CommandError('This is not a private key in PEM or JWK form.');
  }
}

/** A JWK, or a set that holds exactly one. */
function readJwk(text: string): KeyObject {
  const value: unknown = JSON.parse(text);
  const keys: unknown[] = isJsonObject(value) && Array.isArray(value['keys']) ? value['keys'] : [value];
  const [jwk, ...others] = keys;
  if (!isJsonObject(jwk) || others.length > 0) throw new CommandError('Paste exactly one key.');
  if (typeof jwk['d'] !== 'string') throw new CommandError('This JWK is a public key. Paste the private key.');
  return createPrivateKey({ key: jwk, format: 'jwk' });
}

/** CAJ-11, CAJ-16: accepts only the two algorithms of which every SMART server must support one. */
function algorithmOf(key: KeyObject): SigningAlgorithm {
  const { modulusLength = 0, namedCurve } = key.asymmetricKeyDetails ?? {};
  if (key.asymmetricKeyType === 'rsa') {
    if (modulusLength >= RSA_BITS) return 'RS384';
    throw new CommandError(`This RSA key has ${modulusLength} bits; at least ${RSA_BITS} are needed.`);
  }
  if (key.asymmetricKeyType === 'ec' && namedCurve === 'secp384r1') return 'ES384';
  throw new CommandError('Only RSA keys (2048 bits or more) and EC keys on curve P-384 can be used.');
}
