// `npm run supergraph`: the service in the embedded mode, the outages beside it, and a gateway before both, composed from what
// the two say of themselves. `-- --gateway apollo` takes @apollo/gateway in place of Hive Gateway.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { buildIfStale, ROOT } from './build.mjs';

const GATEWAYS = {
  hive: { title: 'Hive Gateway', composer: 'guild' },
  apollo: { title: '@apollo/gateway', composer: 'apollo' },
};

const CROSSING =
  '{ viewer { userName customer { openOutages { id cause expectedAt } } accounts { nodes { accountNumber balance { total { amount } } outages { id restoredAt } } } } }';

/** As a shell counts the end by an interrupt. */
const EXIT_INTERRUPTED = 130;

const closers = [];
let isStopping = false;

/** Ends everything in the opposite order; a second signal does not wait. */
async function stop(code) {
  if (isStopping) process.exit(EXIT_INTERRUPTED);
  isStopping = true;
  for (const close of closers.splice(0).reverse()) await close();
  process.exit(code);
}

/** Known before anything is started: the gateway is the last to listen. */
async function refuseTakenPort(port) {
  const probe = createServer().listen(port, '127.0.0.1');
  await once(probe, 'listening').catch((error) => {
    throw new Error(`port ${port} is not free (${error.code}); give another one by PORT`);
  });
  probe.close();
  await once(probe, 'close');
}

/** Starts the service on a free port. It is led by us, not by the terminal, so that an interrupt reaches it once. */
async function startService() {
  const child = fork(join(ROOT, 'dist', 'src', 'start.js'), [], {
    detached: true,
    env: { LOG_LEVEL: 'warn', ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  closers.push(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null && child.signalCode === null) await exited;
  });
  // How it gets on is worth seeing; the addresses that it prints at the end are not those to use here.
  let isReady = false;
  createInterface({ input: child.stdout }).on('line', (line) => {
    isReady ||= line.startsWith('Ready after');
    if (!isReady) console.log(line);
  });
  const [message] = await Promise.race([
    once(child, 'message'),
    exited.then(([code, signal]) => {
      throw new Error(`the service ended before it was ready (${signal ?? code})`);
    }),
  ]);
  return message;
}

async function ask(url, token, query) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query }),
  });
  const { data, errors } = await response.json();
  if (errors !== undefined) throw new Error(`${url} answered: ${errors[0].message}`);
  return data;
}

/** The ids of the sample accounts, as staff may ask for them. */
async function learnIds(url, staff, accountNumbers) {
  const fields = accountNumbers.map((n) => `a${n}: accountByNumber(accountNumber: "${n}") { id customer { id } }`);
  const accounts = await ask(url, staff, `{ ${fields.join(' ')} }`);
  return new Map(
    accountNumbers.flatMap((n) => {
      const account = accounts[`a${n}`];
      return account === null ? [] : [[n, { accountId: account.id, customerId: account.customer?.id ?? null }]];
    }),
  );
}

async function main() {
  const { values } = parseArgs({ options: { gateway: { type: 'string', default: 'hive' } } });
  const gateway = GATEWAYS[values.gateway];
  if (gateway === undefined) throw new Error(`--gateway must be one of ${Object.keys(GATEWAYS).join(', ')}`);
  if (process.env.NODE_ENV === 'production' || process.env.BILLERS_FILE !== undefined) {
    throw new Error('npm run supergraph shows the sample utilities: it is for the embedded mode only');
  }
  const port = Number(process.env.PORT ?? 4000);
  await refuseTakenPort(port);
  buildIfStale();
  const require = createRequire(join(ROOT, 'dist', 'supergraph', 'compose.js'));
  const { COMPOSERS, withoutSecurity } = require('./compose.js');
  const { startChild } = require('./childProcess.js');
  const { placeOutages, SAMPLE_ACCOUNT_NUMBERS } = require('./outages/sampleOutages.js');
  const startOwn = async (name, args) => {
    const child = await startChild(join(ROOT, 'dist', 'supergraph', `${name}.js`), args);
    closers.push(() => child.stop());
    return child;
  };

  const service = await startService();
  const { tokens, trust } = service;
  if (tokens === undefined) throw new Error('npm run supergraph signs its own tokens: start it without TOKEN_KEYS_…');
  const daffron = `${service.url}/graphql`;
  const folder = join(dirname(trust.keys.file), 'supergraph');
  mkdirSync(folder, { recursive: true });

  const known = await learnIds(daffron, tokens.staff, SAMPLE_ACCOUNT_NUMBERS);
  const outagesFile = join(folder, 'outages.json');
  writeFileSync(outagesFile, JSON.stringify(placeOutages(known, new Date())));
  const trusting = ['--keys', trust.keys.file, '--issuer', trust.issuer, '--audience', trust.audience];
  const outages = await startOwn('outages/main', ['--outages', outagesFile, ...trusting]);

  const subgraphs = [];
  for (const [name, url] of Object.entries({ daffron, outages: outages.url })) {
    const { _service } = await ask(url, tokens.staff, '{ _service { sdl } }');
    subgraphs.push({ name, url, sdl: _service.sdl });
  }
  const composed = values.gateway === 'apollo' ? subgraphs.map(withoutSecurity) : subgraphs;
  const { supergraph, problems } = COMPOSERS[gateway.composer](composed);
  if (supergraph === undefined) throw new Error(problems.join('\n'));
  const supergraphFile = join(folder, 'supergraph.graphql');
  writeFileSync(supergraphFile, supergraph);
  const front = await startOwn(`gateways/${values.gateway}`, ['--supergraph', supergraphFile, '--port', String(port)]);

  const lines = [
    '',
    `Ready after ${process.uptime().toFixed(1)} s.`,
    '',
    `  Supergraph  ${front.url} (${gateway.title}, ${supergraphFile})`,
    `  daffron     ${daffron}`,
    `  outages     ${outages.url}`,
    '',
    'Sample tokens, good for twelve hours:',
    '',
    ...['owner', 'staff', 'guest'].flatMap((kind) => [`${kind}: ${tokens[kind]}`, '']),
    'Try it, across both subgraphs:',
    '',
    `curl -s ${front.url} -H 'content-type: application/json' -H 'authorization: Bearer ${tokens.owner}' -d '${JSON.stringify({ query: CROSSING })}'`,
    '',
    'Ctrl-C stops everything.',
  ];
  console.log(lines.join('\n'));
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
main().catch((error) => {
  console.error(error.message);
  void stop(1);
});
