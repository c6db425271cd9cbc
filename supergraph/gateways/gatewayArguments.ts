// What both gateways are told at their start, and how they listen.
import { once } from 'node:events';
import type { Server } from 'node:http';
import { parseArgs } from 'node:util';

export interface GatewayArguments {
  /** The file of the supergraph. */
  readonly supergraph: string;
  /** 0: a free one. */
  readonly port: number;
}

export function readGatewayArguments(): GatewayArguments {
  const { values } = parseArgs({
    options: { supergraph: { type: 'string' }, port: { type: 'string', default: '0' } },
  });
  if (values.supergraph === undefined) throw new Error('--supergraph FILE [--port N]');
  return { supergraph: values.supergraph, port: Number(values.port) };
}

/** Listens on loopback only: what is started here is for trying out. */
export async function listenOn(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens nowhere');
  return `http://127.0.0.1:${address.port}`;
}
