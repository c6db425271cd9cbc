// The explorer page at `/` in the embedded mode: a page for people, its scripts and styles, and the sample tokens.
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FastifyPluginCallback, FastifyReply, FastifyRequest } from 'fastify';
import { HOUSE_ROOT } from '../projectFiles';
import { sampleCallers, sampleQueries } from './explorerSamples';
import type { SampleTokens } from './sampleKeys';
import type { SimulatorReady } from './simulatorProcess';

export interface ExplorerParts {
  /** Absent where keys were given; then a token is pasted into the page. */
  readonly tokens: SampleTokens | undefined;
  readonly people: SimulatorReady['people'];
  /** Where the page's files are; the build puts those of packages beside ours. */
  readonly pageDir?: string;
}

/** Our own page, and of GraphiQL and React what a browser runs as it comes out of their packages. */
const FILES: Readonly<Record<string, string>> = {
  'explorer.css': 'text/css; charset=utf-8',
  'explorer.js': 'text/javascript; charset=utf-8',
  'graphiql.min.css': 'text/css; charset=utf-8',
  'graphiql.min.js': 'text/javascript; charset=utf-8',
  'react.production.min.js': 'text/javascript; charset=utf-8',
  'react-dom.production.min.js': 'text/javascript; charset=utf-8',
};

/** Stands in the page where each answer gets a nonce of its own. */
const NONCE_PLACE = '{{nonce}}';
const NONCE_BYTES = 16;

/** Under which names a machine reaches itself. */
const LOOPBACK_NAMES: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];
const LOOPBACK_ADDRESS = /^(127\.|::1$|::ffff:127\.)/;

/** The page needs no token; whatever it asks of /graphql carries one, as anybody's request does. */
const OPEN = { config: { isOpen: true } };

/**
 * Serves the page. A file is found by its name in a table that was read at the start, and a name never becomes a
 * path (X6).
 */
export function openExplorer({ tokens, people, pageDir }: ExplorerParts): FastifyPluginCallback {
  const folder = pageDir ?? join(HOUSE_ROOT, 'src', 'embedded', 'page');
  const page = readFileSync(join(folder, 'explorer.html'), 'utf8');
  const files = new Map(
    Object.entries(FILES).map(([name, type]) => [name, { type, bytes: readFileSync(join(folder, name)) }]),
  );
  const queries = sampleQueries(people);
  return (server, _options, done) => {
    server.get('/', OPEN, (_request, reply) => {
      const nonce = randomBytes(NONCE_BYTES).toString('base64');
      return protect(reply, nonce).type('text/html; charset=utf-8').send(page.replaceAll(NONCE_PLACE, nonce));
    });
    server.get<{ Params: { name: string } }>('/explorer/:name', OPEN, (request, reply) => {
      const file = files.get(request.params.name);
      return file === undefined ? reply.callNotFound() : reply.type(file.type).send(file.bytes);
    });
    server.get('/explorer/samples', OPEN, (request) => ({
      callers: isFromThisMachine(request) ? sampleCallers(tokens, people) : [],
      queries,
    }));
    done();
  };
}

/**
 * Nothing but what comes from here is loaded or asked. Styles that GraphiQL makes as it runs carry the nonce; its fonts
 * and a few signs stand in its style sheet as data.
 */
function protect(reply: FastifyReply, nonce: string): FastifyReply {
  const policy = [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'nonce-${nonce}'`,
    `font-src data:`,
    `img-src 'self' data:`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ];
  return reply
    .header('content-security-policy', policy.join('; '))
    .header('referrer-policy', 'no-referrer')
    .header('cross-origin-opener-policy', 'same-origin')
    .header('x-frame-options', 'DENY');
}

/**
 * Tokens are handed to a browser on this machine, which was asked for this machine by name: not to another one in the
 * network, and not to a page elsewhere that made its own name point here. Those may paste one that the start printed.
 */
function isFromThisMachine(request: FastifyRequest): boolean {
  const isNear = LOOPBACK_ADDRESS.test(request.socket.remoteAddress ?? '');
  return isNear && LOOPBACK_NAMES.includes(request.hostname);
}
