/** Redis as more than one server: a cluster of three masters with a replica, and a master with a replica under sentinels. */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis, type TestRedis } from './redisServer';
import { makeServerFolder } from './watchdog';

export interface RedisGroup {
  /** As REDIS_URL takes it. */
  readonly url: string;
  /** The master that is replicated; killing it makes its replica the master. */
  readonly master: TestRedis;
  stop(): Promise<void>;
}

/** How long a server may be silent before the others give it up, in milliseconds: a fail-over in a test should not take long. */
const SILENCE_MS = 500;
const SLOTS = 16_384;
const MASTERS = 3;

/** Three masters with a third of the slots each; the first has a replica. */
export async function startRedisCluster(): Promise<RedisGroup> {
  return await withServers(async (start) => {
    const servers: TestRedis[] = [];
    for (let at = 0; at <= MASTERS; at += 1) servers.push(await start(`node-${at}`, clusterArgs(at)));
    const clients = servers.map(({ url }) => new Redis(url));
    try {
      const [first, ...others] = clients;
      if (first === undefined) throw new Error('a cluster without servers');
      for (const [at, client] of clients.slice(0, MASTERS).entries()) {
        const [from, to] = [Math.ceil((SLOTS * at) / MASTERS), Math.ceil((SLOTS * (at + 1)) / MASTERS) - 1];
        await client.call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      }
      for (const { options } of others) await first.call('CLUSTER', 'MEET', '127.0.0.1', options.port ?? 0);
      const masterId = String(await first.call('CLUSTER', 'MYID'));
      const replica = clients[MASTERS];
      await until(async () => String(await replica?.call('CLUSTER', 'NODES')).includes(masterId));
      await replica?.call('CLUSTER', 'REPLICATE', masterId);
      await until(async () => String(await replica?.info('replication')).includes('master_link_status:up'));
      for (const client of clients) {
        await until(async () => /cluster_state:ok/.test(String(await client.call('CLUSTER', 'INFO'))));
        await until(async () => (await countMasters(client)) === MASTERS);
      }
    } finally {
      for (const client of clients) client.disconnect();
    }
    const hosts = servers.map(({ url }) => new URL(url).host).join(',');
    return { url: `redis+cluster://${hosts}`, servers };
  });

  function clusterArgs(at: number): string[] {
    return [
      '--cluster-enabled',
      'yes',
      '--cluster-node-timeout',
      String(SILENCE_MS),
      '--cluster-config-file',
      `nodes-${at}.conf`,
    ];
  }
}

/** Masters as one server of the cluster knows them, with slots of their own. */
async function countMasters(client: Redis): Promise<number> {
  const nodes = String(await client.call('CLUSTER', 'NODES'))
    .trim()
    .split('\n');
  return nodes.filter((node) => node.includes('master') && /\d+-\d+/.test(node)).length;
}

/** One master, one replica, and a sentinel that alone decides. */
export async function startRedisUnderSentinel(): Promise<RedisGroup> {
  const name = 'balances';
  return await withServers(async (start, folder) => {
    const master = await start('master', []);
    const { port } = new URL(master.url);
    const replica = await start('replica', ['--replicaof', '127.0.0.1', port]);
    const settings = path.join(folder, 'sentinel.conf');
    writeFileSync(
      settings,
      [
        `sentinel monitor ${name} 127.0.0.1 ${port} 1`,
        `sentinel down-after-milliseconds ${name} ${SILENCE_MS}`,
        `sentinel failover-timeout ${name} 2000`,
        '',
      ].join('\n'),
    );
    const sentinel = await startRedis(['--dir', folder, '--sentinel'], settings);
    const client = new Redis(sentinel.url);
    try {
      await until(async () =>
        String(await client.call('SENTINEL', 'REPLICAS', name)).includes(new URL(replica.url).port),
      );
    } finally {
      client.disconnect();
    }
    return { url: `redis+sentinel://${new URL(sentinel.url).host}/${name}`, servers: [master, replica, sentinel] };
  });
}

type Start = (name: string, args: readonly string[]) => Promise<TestRedis>;

/** Starts servers with a folder each, and stops all of them where one does not start. */
async function withServers(
  open: (start: Start, folder: string) => Promise<{ url: string; servers: readonly TestRedis[] }>,
): Promise<RedisGroup> {
  const folder = await makeServerFolder();
  const started: TestRedis[] = [];
  const stop = async (): Promise<void> => {
    for (const server of started) await server.stop();
    await folder.remove();
  };
  try {
    const { url, servers } = await open(async (name, args) => {
      const dir = path.join(folder.path, name);
      mkdirSync(dir);
      const server = await startRedis(['--dir', dir, ...args]);
      started.push(server);
      return server;
    }, folder.path);
    started.push(...servers.filter((server) => !started.includes(server)));
    const [master] = servers;
    if (master === undefined) throw new Error('a group without servers');
    return { url, master, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Waits for what other servers must learn first; a test that waits in vain meets its own deadline. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(20);
}
