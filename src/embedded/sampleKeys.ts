// Keys and tokens of the embedded mode: made on this machine, kept in its data folder, refused by production.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, SignJWT, type JWK } from 'jose';
import { z } from 'zod';
import { SAMPLE_AUDIENCE, SAMPLE_ISSUER, type TokenSettings } from '../config';
import { SAMPLE_KEY_PREFIX } from '../settings/tokenKeys';
import type { SimulatorReady } from './simulatorProcess';

const ALGORITHM = 'ES256';

/** The members of a private key on the curve P-256. */
const SampleKey = z.object({
  kty: z.literal('EC'),
  crv: z.literal('P-256'),
  x: z.string(),
  y: z.string(),
  d: z.string(),
  kid: z.string(),
  alg: z.literal(ALGORITHM),
  use: z.literal('sig'),
});

/** A working day. */
const TOKEN_LIFETIME_SECONDS = 12 * 3600;

/** What a sample token says beside issuer, audience and times. */
export interface SampleClaims {
  readonly sub: string;
  readonly biller: string;
  readonly role: string;
  readonly username?: string;
  readonly accounts?: readonly string[];
  readonly grant?: { readonly account: string };
}

export interface SampleKeys {
  /** How the service verifies what these keys sign. */
  readonly tokens: TokenSettings;
  sign(claims: SampleClaims, issuedAt: Date): Promise<string>;
}

/** The keys in `dataDir`, made at the first start. */
export async function openSampleKeys(dataDir: string): Promise<SampleKeys> {
  mkdirSync(dataDir, { recursive: true });
  const privateFile = join(dataDir, 'sample-private-key.json');
  const publicFile = join(dataDir, 'sample-public-keys.json');
  const jwk = readKey(privateFile) ?? (await makeKey(privateFile));
  const { d: _secret, ...publicJwk } = jwk;
  writeFileSync(publicFile, JSON.stringify({ keys: [publicJwk] }));
  const key = await importJWK(jwk, ALGORITHM);
  return {
    tokens: {
      issuer: SAMPLE_ISSUER,
      audience: SAMPLE_AUDIENCE,
      keys: { file: publicFile },
      algorithms: [ALGORITHM],
      leewaySeconds: 30,
      lifetimeSecondsMax: TOKEN_LIFETIME_SECONDS,
    },
    sign: async (claims, issuedAt) => {
      const seconds = Math.floor(issuedAt.getTime() / 1000);
      return await new SignJWT({ ...claims })
        .setProtectedHeader({ alg: ALGORITHM, kid: jwk.kid ?? 'sample' })
        .setIssuer(SAMPLE_ISSUER)
        .setAudience(SAMPLE_AUDIENCE)
        .setIssuedAt(seconds)
        .setExpirationTime(seconds + TOKEN_LIFETIME_SECONDS)
        .sign(key);
    },
  };
}

export interface SampleTokens {
  readonly owner: string;
  readonly staff: string;
  readonly guest: string;
  readonly service: string;
}

/** One token for each kind of caller that the sample world has. */
export async function signSampleTokens(keys: SampleKeys, { people }: SimulatorReady, now: Date): Promise<SampleTokens> {
  const { owner, staff, guest } = people;
  return {
    owner: await keys.sign(
      {
        sub: owner.userName,
        biller: owner.billerId,
        role: 'OWNER',
        username: owner.userName,
        accounts: owner.accountNumbers,
      },
      now,
    ),
    staff: await keys.sign({ sub: staff.userName, biller: staff.billerId, role: 'CSR', username: staff.userName }, now),
    guest: await keys.sign(
      { sub: 'guest', biller: guest.billerId, role: 'GUEST', grant: { account: guest.accountNumber } },
      now,
    ),
    service: await keys.sign({ sub: 'bill-delivery', biller: owner.billerId, role: 'SERVICE' }, now),
  };
}

function readKey(file: string): JWK | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return SampleKey.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (error) {
    throw new Error(`${file} is not a key; remove it and start again`, { cause: error });
  }
}

async function makeKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = { ...(await exportJWK(privateKey)), alg: ALGORITHM, use: 'sig' };
  const named = { ...jwk, kid: `${SAMPLE_KEY_PREFIX}${(await calculateJwkThumbprint(jwk)).slice(0, 8)}` };
  writeFileSync(file, JSON.stringify(named), { mode: 0o600 });
  return named;
}
