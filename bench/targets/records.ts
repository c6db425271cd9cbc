// What the peers know beforehand: the ids that the import gave, and who asks. They check no token, the product does.
import { readFileSync } from 'node:fs';
import { accountOf } from '../world';
import type { Ids } from '../workloads';
import { argument } from './announce';

/** Ids as the bench wrote them to a file, both ways. */
export interface Records extends Ids {
  readonly accountById: ReadonlyMap<string, number>;
  readonly today: Date;
}

export function readRecords(): Records {
  const { accounts, invoices, today } = JSON.parse(readFileSync(argument('ids') ?? '', 'utf8')) as {
    accounts: [string, string][];
    invoices: [string, string][];
    today: string;
  };
  return {
    accounts: new Map(accounts),
    invoices: new Map(invoices),
    accountById: new Map(accounts.map(([number, id]) => [id, accountOf(number)])),
    today: new Date(today),
  };
}

/** The account numbers that a token claims, taken on trust. */
export function claimedAccounts(authorization: string | undefined): readonly string[] {
  const payload = authorization?.split('.')[1] ?? '';
  return (JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { accounts: string[] }).accounts;
}
