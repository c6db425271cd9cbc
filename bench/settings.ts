// The product's settings for a bench run: its billers, and an issuer whose tokens it believes.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { BILLERS } from './world';

const ISSUER = 'https://bench.daffron-subgraph.invalid';
const AUDIENCE = 'daffron-subgraph';
const TOKEN_LIFETIME_SECONDS = 12 * 3600;

export interface Settings {
  /** Variables of the environment; the addresses of Postgres and Redis are not among them. */
  readonly settings: Readonly<Record<string, string>>;
  readonly sign: (claims: Claims) => Promise<string>;
}

/** Writes the files into `folder`; the billers' lines go to the fake Daffron at `daffronUrl`. */
export async function writeSettings(folder: string, daffronUrl: string): Promise<Settings> {
  const { file, sign } = await openKeys(folder);
  const settings = {
    BILLERS_FILE: writeBillers(folder, daffronUrl),
    TOKEN_ISSUER: ISSUER,
    TOKEN_AUDIENCE: AUDIENCE,
    TOKEN_KEYS_FILE: file,
    BENCH_USER: 'ebpp',
    BENCH_PASSWORD: 'secret',
  };
  return { settings, sign };
}

export type Claims = Readonly<Record<string, unknown>>;

/** RS256, as most issuers sign. */
async function openKeys(folder: string): Promise<{ file: string; sign: Settings['sign'] }> {
  const { publicKey, privateKey } = await generateKeyPair('RS256', { extractable: true });
  const file = join(folder, 'keys.json');
  writeFileSync(file, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256' }] }));
  const sign = (claims: Claims): Promise<string> =>
    new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setIssuedAt()
      .setExpirationTime(`${TOKEN_LIFETIME_SECONDS}s`)
      .sign(privateKey);
  return { file, sign };
}

function writeBillers(folder: string, daffronUrl: string): string {
  const entries = Object.entries(BILLERS).map(([name, { id, override, maxConcurrent, delayMs, queueMax }]) => ({
    id,
    name: `Bench ${name}`,
    timeZone: 'America/Chicago',
    autoConveyance: false,
    invoiceTypes: [{ id: 42, name: 'Electric', chargeCodes: ['ELEC'] }],
    options: { overrideRefreshCheck: override },
    daffron: {
      endpoint: `${daffronUrl}/delay/${delayMs}/${name}`,
      allowPlainHttp: true,
      userId: { env: 'BENCH_USER' },
      password: { env: 'BENCH_PASSWORD' },
      company: 'COOP',
      maxConcurrent,
      queueMax,
    },
  }));
  const file = join(folder, 'billers.json');
  writeFileSync(file, JSON.stringify({ billers: entries }));
  return file;
}
