// @apollo/gateway as a process of its own: one supergraph, and the caller's own token passed on to every subgraph.
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource, type GraphQLDataSourceProcessOptions } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { serveParent } from '../childProcess';
import { readGatewayArguments } from './gatewayArguments';

interface GatewayContext {
  readonly authorization?: string | undefined;
}

/** What the gateway asks by itself has no caller, and so no token. */
class WithToken extends RemoteGraphQLDataSource<GatewayContext> {
  override willSendRequest({ request, context }: GraphQLDataSourceProcessOptions<GatewayContext>): void {
    if (context.authorization !== undefined) request.http?.headers.set('authorization', context.authorization);
  }
}

serveParent(async () => {
  const { supergraph, port } = readGatewayArguments();
  const gateway = new ApolloGateway({
    supergraphSdl: readFileSync(supergraph, 'utf8'),
    buildService: ({ url = '' }) => new WithToken({ url }),
  });
  const server = new ApolloServer<GatewayContext>({ gateway, stopOnTerminationSignals: false });
  const { url } = await startStandaloneServer(server, {
    listen: { port, host: '127.0.0.1' },
    context: ({ req }) => Promise.resolve({ authorization: req.headers.authorization }),
  });
  return { url: `${url}graphql`, stop: async () => await server.stop() };
});
