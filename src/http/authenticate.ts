// Whose request it is: a verified token becomes claims, and anything else the same refusal (A1 to A3, AUT-02).
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, errors, jwtVerify, type JWTPayload, type JWTVerifyGetKey } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { isAccountNumber } from '../../domain/account';
import { ROLES, type Claims } from '../../domain/caller';
import { foldUserName } from '../../domain/coOwner';
import type { TokenSettings } from '../config';

export type Authentication =
  | { readonly kind: 'claims'; readonly claims: Claims }
  /** Missing, expired, forged, malformed: the caller learns no more than that. */
  | { readonly kind: 'refused' }
  /** The issuer's keys could not be had; nothing is known of the token. */
  | { readonly kind: 'unavailable' };

export type Authenticate = (authorization: string | undefined) => Promise<Authentication>;

/** One login rarely has more accounts; a token of this size still fits a header. */
const ACCOUNTS_MAX = 500;

/** Longer ones are no tokens of an issuer but an attempt to make us work. */
const TOKEN_LENGTH_MAX = 16_384;

const KEYS_TIMEOUT_MS = 3000;

/**
 * A signature that was good a moment ago is not computed again: a page sends several requests at once. So short that a
 * key which the issuer withdraws opens nothing for long; links are looked up for each request all the same (A10).
 */
const VERIFIED_MS = 60_000;

/** Some hundred bytes each, and 20 kB at the most, with 500 accounts: 40 MB in all. */
const VERIFIED_MAX = 2000;

/** Claims of a token that was verified, and how long they need no other look; instants in milliseconds. */
interface Verified {
  readonly authentication: Authentication & { kind: 'claims' };
  readonly fromMs: number;
  readonly untilMs: number;
}

const accountNumber = z.string().refine(isAccountNumber);

const TokenClaims = z
  .object({
    sub: z.string().min(1).max(200),
    iat: z.number(),
    exp: z.number(),
    biller: z.guid().transform((id) => id.toLowerCase()),
    role: z.enum(ROLES),
    username: z.string().trim().min(1).max(200).optional(),
    accounts: z.array(accountNumber).max(ACCOUNTS_MAX).default([]),
    grant: z.object({ account: accountNumber }).optional(),
  })
  .refine(({ role, username }) => (role !== 'OWNER' && role !== 'CO_OWNER') || username !== undefined)
  .refine(({ role, grant }) => (role === 'GUEST') === (grant !== undefined));

const REFUSED = { kind: 'refused' } as const;

/** Verifies bearer tokens with the issuer's keys, pinned algorithms and the injected clock. */
export function openAuthentication(settings: TokenSettings, now: () => Date): Authenticate {
  const keys = openKeys(settings.keys);
  // By their hashes, so that nothing that could be used again lies in memory.
  const verified = new LRUCache<string, Verified>({ max: VERIFIED_MAX });
  return async (authorization) => {
    const token = /^bearer ([a-z0-9_-]+\.[a-z0-9_-]+\.[a-z0-9_-]+)$/i.exec(authorization ?? '')?.[1];
    if (token === undefined || token.length > TOKEN_LENGTH_MAX) return REFUSED;
    const name = hash('sha256', token, 'base64');
    const known = verified.get(name);
    const nowMs = now().getTime();
    if (known !== undefined && nowMs >= known.fromMs && nowMs < known.untilMs) return known.authentication;
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: settings.issuer,
        audience: settings.audience,
        algorithms: [...settings.algorithms],
        clockTolerance: settings.leewaySeconds,
        requiredClaims: ['exp', 'iat', 'sub'],
        currentDate: now(),
        ...(settings.type !== undefined && { typ: settings.type }),
      });
      const authentication = readClaims(payload, settings, now());
      if (authentication.kind === 'claims') {
        const expiresMs = ((payload.exp ?? 0) + settings.leewaySeconds) * 1000;
        verified.set(name, { authentication, fromMs: nowMs, untilMs: Math.min(nowMs + VERIFIED_MS, expiresMs) });
      }
      return authentication;
    } catch (error) {
      return isKeyTrouble(error) ? { kind: 'unavailable' } : REFUSED;
    }
  };
}

function openKeys(keys: TokenSettings['keys']): JWTVerifyGetKey {
  if ('url' in keys) return createRemoteJWKSet(new URL(keys.url), { timeoutDuration: KEYS_TIMEOUT_MS });
  return createLocalJWKSet(JSON.parse(readFileSync(keys.file, 'utf8')));
}

function readClaims(payload: JWTPayload, settings: TokenSettings, now: Date): Authentication {
  const read = TokenClaims.safeParse(payload);
  if (!read.success) return REFUSED;
  const { biller, role, sub, username, accounts, grant, iat, exp } = read.data;
  const isFromTheFuture = iat > now.getTime() / 1000 + settings.leewaySeconds;
  if (isFromTheFuture || exp - iat > settings.lifetimeSecondsMax) return REFUSED;
  return {
    kind: 'claims',
    claims: {
      billerId: biller,
      role,
      subject: sub,
      userName: username === undefined || role === 'GUEST' || role === 'SERVICE' ? null : foldUserName(username),
      accountNumbers: grant === undefined ? [...new Set(accounts)] : [grant.account],
      // Daffron's links end by our clock, and the issuer's may be ahead of it by the leeway: what ended then is not revived.
      issuedAt: new Date((iat - settings.leewaySeconds) * 1000),
    },
  };
}

/** Trouble with fetching keys, and not with the token. A key that is unknown to a fetched set is the token's fault. */
function isKeyTrouble(error: unknown): boolean {
  if (error instanceof errors.JWKSTimeout) return true;
  if (error instanceof errors.JOSEError)
    return error.code === 'ERR_JOSE_GENERIC' || error instanceof errors.JWKSInvalid;
  return true;
}
