/** The keys with which the mock EHR signs id_tokens: made once per process, because RSA keys are slow to make. */
import { exportJWK, generateKeyPair, type JWK } from 'jose';

type KeyName = 'current-key' | 'next-key' | 'unpublished-key';

export interface SigningKeys {
  privateKeys: Record<KeyName, CryptoKey>;
  /** Private JWK of the current key, for oidc-provider. */
  current: JWK;
  /** Public JWKs with kid, alg and use. */
  publicKeys: Record<KeyName, JWK>;
}

let made: Promise<SigningKeys> | undefined;

/** The process-wide key set. Sandboxes may share it, because keys hold no state. */
export function signingKeys(): Promise<SigningKeys> {
  made ??= makeKeys();
  return made;
}

async function makeKeys(): Promise<SigningKeys> {
  const [current, next, unpublished] = await Promise.all([
    makeKey('current-key'),
    makeKey('next-key'),
    makeKey('unpublished-key'),
  ]);
  return {
    privateKeys: {
      'current-key': current.privateKey,
      'next-key': next.privateKey,
      'unpublished-key': unpublished.privateKey,
    },
    publicKeys: {
      'current-key': current.publicJwk,
      'next-key': next.publicJwk,
      'unpublished-key': unpublished.publicJwk,
    },
    current: { ...(await exportJWK(current.privateKey)), kid: 'current-key', alg: 'RS256', use: 'sig' },
  };
}

interface KeyPair {
  privateKey: CryptoKey;
  publicJwk: JWK;
}

async function makeKey(name: KeyName): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
  return { privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid: name, alg: 'RS256', use: 'sig' } };
}
