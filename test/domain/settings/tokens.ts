// Tokens and keys of a test's issuer, good ones and ones that somebody has tampered with.
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';
import type { TokenSettings } from '../../../src/config';
import { BILLER_ID } from './billerEntry';

export const ISSUER = 'https://issuer.example.org';
export const AUDIENCE = 'daffron-subgraph';

/** What the injected clock says, in milliseconds and in the seconds of a token. */
export const NOW = new Date('2026-03-10T12:00:00Z');
export const NOW_SECONDS = NOW.getTime() / 1000;

export interface Key {
  readonly alg: string;
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicJwk: JWK;
}

export async function newKey(alg: string, kid: string): Promise<Key> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  return { alg, kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), alg, kid, use: 'sig' } };
}

export function settingsWith(keys: TokenSettings['keys']): TokenSettings {
  return {
    issuer: ISSUER,
    audience: AUDIENCE,
    keys,
    algorithms: ['RS256', 'ES256'],
    leewaySeconds: 30,
    lifetimeSecondsMax: 3600,
  };
}

/** The claims of an owner's token of this minute, good for ten; `undefined` leaves a claim out. */
export function claimsWith(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return {
    iss: ISSUER,
    aud: AUDIENCE,
    sub: 'user-17',
    iat: NOW_SECONDS,
    exp: NOW_SECONDS + 600,
    biller: BILLER_ID,
    role: 'OWNER',
    username: 'janedoe',
    accounts: ['0004512001'],
    ...changes,
  };
}

/** A signed token as it stands in the header of a request. */
export async function bearer(
  key: Key,
  claims: Readonly<Record<string, unknown>> = claimsWith(),
  header: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const token = new SignJWT({ ...claims }).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header });
  return `Bearer ${await token.sign(key.privateKey)}`;
}

/** A token put together by hand, with whatever stands for its signature. */
export function forged(header: unknown, claims: unknown, signature = 'AAAA'): string {
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `Bearer ${part(header)}.${part(claims)}.${signature}`;
}
