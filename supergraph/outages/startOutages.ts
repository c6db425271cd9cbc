// The second subgraph: outages by account. It extends what the customer service federates, by key alone, and shares no code with it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
} from '@apollo/server/plugin/disabled';
import { startStandaloneServer } from '@apollo/server/standalone';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { GraphQLError, GraphQLScalarType, parse } from 'graphql';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { openOutagesOfCustomer, outagesOfAccount, type Outage } from './outage';

export interface OutagesOptions {
  readonly outages: readonly Outage[];
  /** Whose tokens are believed: the same issuer as the customer service believes. */
  readonly tokens: { readonly keysFile: string; readonly issuer: string; readonly audience: string };
  /** Absent or 0: a free port. */
  readonly port?: number;
  readonly now?: () => Date;
}

export interface RunningOutages {
  readonly url: string;
  stop(): Promise<void>;
}

/** A key as a gateway sends it; where there is nothing by that key, no outage has it. */
interface Reference {
  readonly id: string;
}

export const OUTAGES_SDL = readFileSync(join(__dirname, 'outages.graphql'), 'utf8');

const DateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('an instant inside this service is a Date');
  },
});

/** Resolves when it answers; only callers with a good token are answered at all. */
export async function startOutages(options: OutagesOptions): Promise<RunningOutages> {
  const { outages, port = 0 } = options;
  const server = new ApolloServer({
    schema: buildSubgraphSchema([{ typeDefs: parse(OUTAGES_SDL), resolvers: resolversOf(outages) }]),
    maxRecursiveSelections: true,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginInlineTraceDisabled()],
  });
  const verify = openVerification(options);
  const { url } = await startStandaloneServer(server, {
    listen: { port, host: '127.0.0.1' },
    context: async ({ req }) => await verify(req.headers.authorization),
  });
  return { url: `${url}graphql`, stop: async () => await server.stop() };
}

function resolversOf(outages: readonly Outage[]) {
  const named = ({ id }: Reference): Reference => ({ id });
  const byId = (id: string): Outage | null => outages.find((outage) => outage.id === id) ?? null;
  return {
    DateTime,
    Query: { outage: (_root: unknown, { id }: Reference) => byId(id) },
    Outage: {
      __resolveReference: ({ id }: Reference) => byId(id),
      accounts: ({ accounts }: Outage) => accounts.map(({ accountId }) => ({ id: accountId })),
    },
    Account: {
      __resolveReference: named,
      outages: ({ id }: Reference) => outagesOfAccount(outages, id),
    },
    Customer: {
      __resolveReference: named,
      openOutages: ({ id }: Reference) => openOutagesOfCustomer(outages, id),
    },
  };
}

function openVerification({ tokens, now = () => new Date() }: OutagesOptions) {
  const keys = createLocalJWKSet(JSON.parse(readFileSync(tokens.keysFile, 'utf8')));
  return async (authorization: string | undefined): Promise<{ readonly subject: string | undefined }> => {
    const token = /^bearer (\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    try {
      const { payload } = await jwtVerify(token, keys, {
        issuer: tokens.issuer,
        audience: tokens.audience,
        algorithms: ['ES256'],
        currentDate: now(),
      });
      return { subject: payload.sub };
    } catch {
      throw new GraphQLError('A valid token is needed.', {
        extensions: { code: 'UNAUTHENTICATED', http: { status: 401 } },
      });
    }
  };
}
