// The door for Prometheus: a listener of its own, so that the public address never shows figures.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { Metrics } from './metrics';

export interface MetricsServer {
  readonly url: string;
  close(): Promise<void>;
}

/** A scraper sends a short request at once; whoever takes longer is none. */
const REQUEST_TIMEOUT_MS = 5000;

/** A few scrapers and somebody with a browser. */
const CONNECTIONS_MAX = 16;

/** Listens; port 0 takes a free one. */
export async function openMetricsServer(metrics: Metrics, host: string, port: number): Promise<MetricsServer> {
  const server = createServer(
    { requestTimeout: REQUEST_TIMEOUT_MS, headersTimeout: REQUEST_TIMEOUT_MS },
    (request, response) => void answer(metrics, request, response),
  );
  server.maxConnections = CONNECTIONS_MAX;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  }).catch((error: unknown) => {
    throw new Error(`metrics cannot be told on port ${port}; give another one by METRICS_PORT`, { cause: error });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the metrics are told nowhere');
  const shown = address.family === 'IPv6' ? `[${address.address}]` : address.address;
  return {
    url: `http://${shown}:${address.port}/metrics`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(metrics: Metrics, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' || request.url !== '/metrics') {
    response.writeHead(404).end();
    return;
  }
  try {
    const text = await metrics.read();
    response.writeHead(200, { 'content-type': metrics.contentType, 'cache-control': 'no-store' }).end(text);
  } catch {
    // A figure that cannot be had must not take the process along; the scraper counts a failed reading.
    response.writeHead(500).end();
  }
}
