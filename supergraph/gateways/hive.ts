// Hive Gateway as a process of its own: one supergraph, and the caller's own token passed on to every subgraph.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createGatewayRuntime } from '@graphql-hive/gateway';
import { serveParent } from '../childProcess';
import { listenOn, readGatewayArguments } from './gatewayArguments';

serveParent(async () => {
  const { supergraph, port } = readGatewayArguments();
  const gateway = createGatewayRuntime({
    supergraph: readFileSync(supergraph, 'utf8'),
    propagateHeaders: {
      fromClientToSubgraphs: ({ request }) => ({ authorization: request.headers.get('authorization') ?? undefined }),
    },
    logging: false,
  });
  const server = createServer((request, response) => void gateway(request, response));
  const url = await listenOn(server, port);
  return {
    url: `${url}/graphql`,
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await gateway[Symbol.asyncDispose]();
    },
  };
});
