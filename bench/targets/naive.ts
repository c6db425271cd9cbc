// The peer that most would write first: Apollo Server 5 as it comes, node-soap in each resolver, records from memory, no
// token checked. `--loader` joins equal asks of a request by DataLoader; `--redis` keeps balances there for six hours.
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import DataLoader from 'dataloader';
import { parse } from 'graphql';
import { Redis } from 'ioredis';
import { createClientAsync } from 'soap';
import {
  accountNumber,
  accountOf,
  ACCOUNTS_PER_CUSTOMER,
  billsOf,
  customerName,
  customerNumber,
  dollars,
  serviceAddress,
} from '../world';
import { argument } from './announce';
import { claimedAccounts, readRecords } from './records';

const TYPES = `
  extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])
  type Query { viewer: Viewer! accounts(ids: [ID!]!): [Account]! }
  type Viewer { customer: Customer accounts(first: Int = 20): Accounts! }
  type Customer { customerNumber: String! name: String }
  type Accounts { nodes: [Account!]! }
  type Account @key(fields: "id") { id: ID! accountNumber: String! serviceAddress: String balance: Balance invoices(first: Int = 20): Invoices! }
  type Balance { total: Money! source: String! stale: Boolean! asOf: String! }
  type Money { amount: String! }
  type Invoices { nodes: [Invoice!]! }
  type Invoice { id: ID! invoiceNumber: String! invoiceDate: String! dueDate: String! billedTotal: Money! currentCharges: Money! status: String! }
`;

interface Balance {
  readonly total: { readonly amount: string };
  readonly source: 'RTDR' | 'CACHE';
  readonly stale: boolean;
  readonly asOf: string;
}

interface Context {
  readonly authorization: string | undefined;
  readonly balance: (number: string) => Promise<Balance>;
}

const records = readRecords();
const KEPT_SECONDS = 6 * 3600;

interface SoapItem {
  readonly pastDueAmount: number;
  readonly currentAmount: number;
}

type Call = (ask: { accountNumber: string }) => Promise<[{ GetPayableItemsListResult: { payableItem: SoapItem[] } }]>;

const accountAt = (account: number) => ({
  id: records.accounts.get(accountNumber(account)),
  accountNumber: accountNumber(account),
  serviceAddress: serviceAddress(account),
});
type Account = ReturnType<typeof accountAt>;

function byId(id: string): Account | null {
  const account = records.accountById.get(id);
  return account === undefined ? null : accountAt(account);
}

const resolvers = {
  Query: {
    viewer: () => ({}),
    accounts: (_root: unknown, { ids }: { ids: string[] }) => ids.map(byId),
  },
  Viewer: {
    customer: (_viewer: unknown, _none: unknown, { authorization }: Context) => {
      const which = accountOf(claimedAccounts(authorization)[0] ?? '') / ACCOUNTS_PER_CUSTOMER;
      return { customerNumber: customerNumber(which), name: customerName(which) };
    },
    accounts: (_viewer: unknown, _none: unknown, { authorization }: Context) => ({
      nodes: claimedAccounts(authorization).map((number) => accountAt(accountOf(number))),
    }),
  },
  Account: {
    __resolveReference: ({ id }: { id: string }) => byId(id),
    balance: ({ accountNumber: number }: Account, _none: unknown, { balance }: Context) => balance(number),
    invoices: ({ accountNumber: number }: Account) => ({
      nodes: billsOf(accountOf(number), records.today).map((bill, at) => ({
        ...bill,
        id: records.invoices.get(bill.invoiceNumber),
        billedTotal: { amount: dollars(bill.cents) },
        currentCharges: { amount: dollars(bill.cents) },
        status: at === 0 ? 'CURRENT' : 'SUPERSEDED',
      })),
    }),
  },
};

async function openSoap(): Promise<(number: string) => Promise<Balance>> {
  const wsdl = join(__dirname, '../../datasources/daffron/multispeak-cb-4.1.wsdl');
  const client = await createClientAsync(wsdl, {}, argument('daffron'));
  client.addSoapHeader(
    { MultiSpeakMsgHeader: { attributes: { UserID: 'ebpp', Pwd: 'secret', Company: 'COOP' } } },
    '',
    'tns',
  );
  const call: Call = client['GetPayableItemsListAsync'].bind(client);
  return async (number) => {
    const asOf = new Date().toISOString();
    const [{ GetPayableItemsListResult: result }] = await call({ accountNumber: number });
    const total = result.payableItem.reduce((sum, item) => sum + item.pastDueAmount + item.currentAmount, 0);
    return { total: { amount: total.toFixed(2) }, source: 'RTDR', stale: false, asOf };
  };
}

/** One MGET for a batch; what it does not have is asked of Daffron and kept. */
function kept(redis: Redis, fetch: (number: string) => Promise<Balance>) {
  const keyOf = (number: string): string => `peer:${argument('name')}:${number}`;
  return async (numbers: readonly string[]): Promise<Balance[]> => {
    const texts = await redis.mget(numbers.map(keyOf));
    return Promise.all(
      numbers.map(async (number, at) => {
        const text = texts[at];
        if (typeof text === 'string') return { ...(JSON.parse(text) as Balance), source: 'CACHE' as const };
        const balance = await fetch(number);
        await redis.set(keyOf(number), JSON.stringify(balance), 'EX', KEPT_SECONDS);
        return balance;
      }),
    );
  };
}

async function main(): Promise<void> {
  const fetch = await openSoap();
  const redisUrl = argument('redis');
  const fetchMany =
    redisUrl === undefined
      ? (numbers: readonly string[]) => Promise.all(numbers.map(fetch))
      : kept(new Redis(redisUrl), fetch);
  const joins = argument('loader') === 'yes';
  const server = new ApolloServer<Context>({ schema: buildSubgraphSchema([{ typeDefs: parse(TYPES), resolvers }]) });
  const { url } = await startStandaloneServer(server, {
    listen: { port: 0, host: '127.0.0.1' },
    context: ({ req }) => {
      const loader = new DataLoader<string, Balance>(fetchMany);
      return Promise.resolve({
        authorization: req.headers.authorization,
        balance: joins ? (number) => loader.load(number) : fetch,
      });
    },
  });
  process.stdout.write(`${JSON.stringify({ url: url.replace(/\/$/, '') })}\n`);
  process.stdin.on('end', () => process.exit(0)).resume();
}

void main();
