// Where Redis is: the forms that one setting takes for a single server, sentinels and a cluster.

interface RedisNode {
  readonly host: string;
  readonly port: number;
}

/** Given to every server, the sentinels excepted. */
interface RedisCredentials {
  readonly username?: string;
  readonly password?: string;
  readonly tls?: object;
}

export type RedisAddress =
  | { readonly kind: 'single'; readonly url: string }
  | {
      readonly kind: 'sentinel';
      readonly nodes: readonly RedisNode[];
      /** Under which the sentinels know the master. */
      readonly name: string;
      readonly credentials: RedisCredentials;
    }
  | { readonly kind: 'cluster'; readonly nodes: readonly RedisNode[]; readonly credentials: RedisCredentials };

const PORT_MAX = 65_535;
const SINGLE_PORT = 6379;
const SENTINEL_PORT = 26_379;

/** scheme, user:password, hosts, path */
const MANY_HOSTS = /^(rediss?)\+(sentinel|cluster):\/\/(?:([^@/]*)@)?([^@/]+)(?:\/([\w.-]*))?$/;
const HOST = /^([a-zA-Z0-9.-]+|\[[0-9a-fA-F:]+\])(?::(\d{1,5}))?$/;

/**
 * `redis://host:6379`, `redis+sentinel://s1:26379,s2:26379/name-of-the-master` or `redis+cluster://h1:6379,h2:6379`, each
 * also with `rediss` for TLS and with `user:password@`. Undefined for any other text.
 */
export function parseRedisAddress(text: string): RedisAddress | undefined {
  const [, scheme, kind, user, hosts = '', path = ''] = MANY_HOSTS.exec(text) ?? [];
  if (scheme === undefined) return parseSingle(text);
  const nodes = hosts.split(',').map((host) => readNode(host, kind === 'sentinel' ? SENTINEL_PORT : SINGLE_PORT));
  const login = readUser(user);
  if (login === undefined || !nodes.every((node) => node !== undefined)) return undefined;
  const credentials = { ...login, ...(scheme === 'rediss' && { tls: {} }) };
  if (kind === 'cluster') return path === '' ? { kind, nodes, credentials } : undefined;
  return path === '' ? undefined : { kind: 'sentinel', nodes, name: path, credentials };
}

function parseSingle(text: string): RedisAddress | undefined {
  if (!/^rediss?:\/\/./.test(text) || !URL.canParse(text)) return undefined;
  const { username, password, port } = new URL(text);
  const isReadable = decode(username) !== undefined && decode(password) !== undefined;
  return isReadable && port !== '0' ? { kind: 'single', url: text } : undefined;
}

function readNode(text: string, usualPort: number): RedisNode | undefined {
  const [, host, digits] = HOST.exec(text) ?? [];
  const port = digits === undefined ? usualPort : Number(digits);
  if (host === undefined || port < 1 || port > PORT_MAX) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port };
}

function readUser(text = ''): RedisCredentials | undefined {
  const at = text.indexOf(':');
  const [username, password] = (at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)]).map(decode);
  if (username === undefined || password === undefined) return undefined;
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

/** Undefined where a percent sign is followed by what is no character. */
function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
