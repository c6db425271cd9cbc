// A crowd of clients behind a small balancer: it looks at the readiness of each address, and sends in turn to those that
// are ready, over connections that it keeps.
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { RunningProcess } from '../fixtures/productionHouse';

export interface Crowd {
  /** What is sent to from now on. */
  readonly targets: RunningProcess[];
  answered(): number;
  /** Every answer that is not what a client wants, and every request that broke after it was accepted. */
  readonly failures: string[];
  /** Addresses that said they were not ready while they still answered. */
  readonly saidGoodBye: Set<string>;
  stop(): Promise<void>;
}

/** How often the balancer looks, in milliseconds; the tests drain several times as long. */
const LOOK_MS = 40;

export function sendCrowd(size: number, body: string, token: string, targets: RunningProcess[]): Crowd {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const out = new Set<string>();
  const saidGoodBye = new Set<string>();
  const failures: string[] = [];
  let answered = 0;
  let turn = 0;
  const over = new AbortController();

  async function balance(): Promise<void> {
    while (!over.signal.aborted) {
      for (const target of targets) {
        const status = await target.ready();
        if (status === 503) saidGoodBye.add(target.url);
        if (status === 200) out.delete(target.url);
        else out.add(target.url);
      }
      await sleep(LOOK_MS);
    }
  }

  async function client(): Promise<void> {
    while (!over.signal.aborted) {
      const ready = targets.filter(({ url }) => !out.has(url));
      const target = ready[turn++ % Math.max(1, ready.length)];
      if (target === undefined) await sleep(LOOK_MS);
      else await ask(target.url);
    }
  }

  async function ask(url: string): Promise<void> {
    try {
      const { status, text } = await post(agent, `${url}/graphql`, body, token);
      answered += 1;
      if (status !== 200 || text.includes('"errors"')) failures.push(`${status} ${text}`);
    } catch (error) {
      // Read by form: the error comes from another realm of the runtime.
      const code = (error as { code?: string }).code ?? String(error);
      // A connection that was never made is no accepted request: the balancer tries the next address.
      if (code !== 'ECONNREFUSED') failures.push(code);
    }
  }

  const all = Promise.all([balance(), ...Array.from({ length: size }, client)]);
  return {
    targets,
    answered: () => answered,
    failures,
    saidGoodBye,
    stop: async () => {
      over.abort();
      await all;
      agent.destroy();
    },
  };
}

/** One request over the agent's connections. */
export function post(
  agent: Agent,
  url: string,
  body: string,
  token: string,
): Promise<{ readonly status: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const sent = request(url, { agent, method: 'POST', headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
