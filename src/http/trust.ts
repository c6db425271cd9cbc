// The two ways in which a caller is known: by his own token, or by claims that a router signed for this one request (A9).
import type { IncomingHttpHeaders } from 'node:http';
import type { TokenSettings } from '../config';
import { openAuthentication, type Authentication } from './authenticate';
import type { RouterTrust } from './trustSettings';

/** A compact JWS by the router's own key; no other header says anything about a caller. */
export const ROUTER_CLAIMS_HEADER = 'x-router-claims';

/** Marks a router's word, so that no other token of the same issuer can be taken for one. */
export const ROUTER_CLAIMS_TYPE = 'router-claims+jwt';

/** A router signs as it sends: a word that is older was kept by somebody. */
export const ROUTER_CLAIMS_SECONDS_MAX = 60;

export type Identify = (headers: IncomingHttpHeaders) => Promise<Authentication>;

const REFUSED = { kind: 'refused' } as const;

/**
 * Whom a request's headers make known. Without settings for a router its header is one like any other, and counts for
 * nothing. With them it must be good where it stands: one that is not good is an attempt, and no token beside it helps.
 */
export function openTrust(tokens: TokenSettings, router: RouterTrust | undefined, now: () => Date): Identify {
  const ofToken = openAuthentication(tokens, now);
  if (router === undefined) return async ({ authorization }) => await ofToken(authorization);
  const ofRouter = openAuthentication(
    { ...tokens, ...router, lifetimeSecondsMax: ROUTER_CLAIMS_SECONDS_MAX, type: ROUTER_CLAIMS_TYPE },
    now,
  );
  return async (headers) => {
    const claims = headers[ROUTER_CLAIMS_HEADER];
    if (claims === undefined) return await ofToken(headers.authorization);
    return typeof claims === 'string' ? await ofRouter(`Bearer ${claims}`) : REFUSED;
  };
}
