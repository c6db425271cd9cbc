// What the embedded start tells its user at the end: where it is, three tokens, and a request that works.
import type { EmbeddedParts } from './embedded/embedded';

/** The first query of the README; its answer does not depend on the day. */
export const FIRST_QUERY = `{ viewer { userName accounts { nodes { accountNumber balance { total { amount } source stale } currentInvoice { billedTotal { amount } } } } } }`;

export interface Welcome {
  readonly url: string;
  readonly parts: EmbeddedParts;
  /** Since the process began. */
  readonly seconds: number;
}

export function welcome({ url, parts, seconds }: Welcome): readonly string[] {
  const { simulator, tokens } = parts;
  const lines = [
    '',
    `Ready after ${seconds.toFixed(1)} s.`,
    '',
    `  Explorer           ${url}/`,
    `  GraphQL            ${url}/graphql`,
    `  Daffron simulator  ${simulator.url} (control: ${simulator.controlUrl})`,
    '',
  ];
  if (tokens === undefined) return [...lines, 'Tokens are checked with the keys that were given; sign your own.'];
  return [
    ...lines,
    'Sample tokens, good for twelve hours:',
    '',
    `owner (${simulator.people.owner.userName}): ${tokens.owner}`,
    '',
    `staff (${simulator.people.staff.userName}): ${tokens.staff}`,
    '',
    `guest: ${tokens.guest}`,
    '',
    `service (delivers bill files to POST ${url}/bif): ${tokens.service}`,
    '',
    'Try it:',
    '',
    `curl -s ${url}/graphql -H 'content-type: application/json' -H 'authorization: Bearer ${tokens.owner}' -d '${JSON.stringify({ query: FIRST_QUERY })}'`,
    '',
    'Ctrl-C stops everything; the next start finds the data again; `npm start -- --fresh` begins anew.',
  ];
}
