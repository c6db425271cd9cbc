// The simulator as a process of its own: serves the sample world until its parent stops it or is gone.
import { parseArgs } from 'node:util';
import { startSimulator } from './startSimulator';
import { SAMPLE_SEED } from './world';
import { checkDay } from './world/calendar';

const USAGE = 'main --data DIR [--today YYYY-MM-DD] [--seed N] [--port N] [--latency-ms N]';

/** Daffron answers in about this time on a good day, in milliseconds. */
const LATENCY_MS = 25;

function readArguments() {
  const { values } = parseArgs({
    options: {
      data: { type: 'string' },
      today: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      seed: { type: 'string', default: String(SAMPLE_SEED) },
      port: { type: 'string', default: '0' },
      'latency-ms': { type: 'string', default: String(LATENCY_MS) },
    },
  });
  if (values.data === undefined) throw new Error(USAGE);
  const wholeNumber = (name: 'seed' | 'port' | 'latency-ms'): number => {
    if (!/^\d{1,9}$/.test(values[name])) throw new Error(`--${name} must be a whole number: ${USAGE}`);
    return Number(values[name]);
  };
  return {
    dataDir: values.data,
    today: checkDay(values.today),
    seed: wholeNumber('seed'),
    port: wholeNumber('port'),
    latencyMs: wholeNumber('latency-ms'),
  };
}

async function main(): Promise<void> {
  // Ctrl-C reaches every process of the terminal; the parent stops this one when its own callers are served.
  process.on('SIGINT', () => undefined);
  let stop = (): void => process.exit(0);
  process.once('SIGTERM', () => stop());
  // The channel ends with the parent, however the parent ended: no simulator outlives it.
  process.once('disconnect', () => stop());
  const simulator = await startSimulator(readArguments());
  stop = () => void simulator.stop().finally(() => process.exit(0));
  if (process.send === undefined) console.log(JSON.stringify(simulator.ready));
  else process.send(simulator.ready);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
