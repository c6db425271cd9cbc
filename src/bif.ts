// The entry of `npm run bif`: settings, database and billers for the command, then its exit code.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createBillFileDoor } from '../datasources/bills/ingestBif';
import { openDatabase } from '../datasources/postgres/database';
import { EXIT, runBif, type BifDoor } from './bifCommand';
import { openClosers } from './closers';
import { readConfig } from './config';
import { openShared, type SharedParts } from './embedded/embedded';
import { HOUSE_ROOT } from './projectFiles';

/** As a shell counts the end by an interrupt. */
const EXIT_INTERRUPTED = 130;

const now = (): Date => new Date();

async function openDoor(): Promise<BifDoor> {
  const config = readConfig();
  const { databaseUrl, billers: given } = config;
  const parts: SharedParts =
    databaseUrl !== undefined && given !== undefined
      ? { databaseUrl, billers: given, close: () => Promise.resolve() }
      : await openShared(config, { now, say: (line) => process.stderr.write(`${line}\n`) });
  const closers = openClosers();
  closers.add(() => parts.close());
  const database = await openDatabase(
    {
      url: parts.databaseUrl,
      poolMax: config.databasePoolMax,
      statementTimeoutMs: config.databaseStatementTimeoutMs,
      connectTimeoutMs: config.databaseConnectTimeoutMs,
    },
    () => undefined,
  ).catch((error: unknown) => closers.closeAfter(error));
  closers.add(() => database.close());
  return {
    door: createBillFileDoor({ orm: database.orm }),
    billers: parts.billers.map(({ biller }) => biller),
    close: () => closers.close(),
  };
}

/** The sample files come from the simulator, as a process of its own. */
async function writeSample(args: readonly string[]): Promise<number> {
  const child = fork(join(HOUSE_ROOT, 'simulator', 'sample.js'), [...args], { stdio: 'inherit' });
  const [code]: unknown[] = await once(child, 'exit');
  return typeof code === 'number' ? code : EXIT.wrongUse;
}

// An exit takes an embedded database along; an end by the signal itself would leave it running.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(EXIT_INTERRUPTED));

runBif(process.argv.slice(2), {
  openDoor,
  writeSample,
  out: process.stdout,
  err: process.stderr,
  now,
  elapsedMs: () => performance.now(),
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = EXIT.wrongUse;
  },
);
