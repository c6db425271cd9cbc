// Whether a router's word on its callers is taken, and by which keys it is known: settings of the process.
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import type { ConfigurationProblem } from '../../domain/biller';
import { whyNotTokenKeys } from '../settings/tokenKeys';

/** A router that has authenticated the caller itself and says so under its own signature. */
export interface RouterTrust {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: { readonly url: string } | { readonly file: string };
}

export const TRUST_VARIABLES = {
  ROUTER_ISSUER: z.string().optional(),
  ROUTER_AUDIENCE: z.string().optional(),
  ROUTER_KEYS_URL: z
    .url({ protocol: /^https?$/, error: 'must be a URL such as https://router.example/keys' })
    .optional(),
  ROUTER_KEYS_FILE: z.string().optional(),
};

const Variables = z.object(TRUST_VARIABLES);

/** Undefined where nothing was given. Who gives a part must give all of it: half of a trust is a mistake. */
export function readRouterTrust(
  given: z.infer<typeof Variables>,
  isProduction: boolean,
  problems: ConfigurationProblem[],
): RouterTrust | undefined {
  const { ROUTER_ISSUER: issuer, ROUTER_AUDIENCE: audience, ROUTER_KEYS_URL: url, ROUTER_KEYS_FILE: file } = given;
  if ([issuer, audience, url, file].every((value) => value === undefined)) return undefined;
  const wrong = (setting: string, message: string): void =>
    void problems.push({ code: 'CONFIGURATION_INVALID', setting, message });
  if (issuer === undefined) wrong('ROUTER_ISSUER', 'is missing: which router signs claims');
  if (audience === undefined) wrong('ROUTER_AUDIENCE', 'is missing: for whom a router must mean its claims');
  if ((url === undefined) === (file === undefined)) {
    wrong('ROUTER_KEYS_URL', 'give either ROUTER_KEYS_URL or ROUTER_KEYS_FILE');
  }
  if (isProduction && url !== undefined && !url.startsWith('https:')) {
    wrong('ROUTER_KEYS_URL', 'must be https in production');
  }
  if (file !== undefined) {
    for (const why of whyNotTokenKeys(readJson(file), isProduction)) wrong('ROUTER_KEYS_FILE', `${file} ${why}`);
  }
  return { issuer: issuer ?? '', audience: audience ?? '', keys: url === undefined ? { file: file ?? '' } : { url } };
}

/** Undefined where it cannot be read, which is no set of keys. */
function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
