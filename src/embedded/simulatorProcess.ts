// The Daffron simulator as a process of its own, beside the embedded service.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { z } from 'zod';
import { HOUSE_ROOT } from '../projectFiles';

const Ready = z.object({
  type: z.literal('ready'),
  url: z.string(),
  controlUrl: z.string(),
  billers: z
    .array(
      z.object({
        id: z.string(),
        name: z.string(),
        timeZone: z.string(),
        multiSpeak: z.enum(['3.0', '4.1']),
        endpoint: z.string(),
        userId: z.string(),
        password: z.string(),
        company: z.string(),
        appName: z.string(),
        invoiceTypes: z.array(
          z.object({ id: z.number(), name: z.string(), chargeCodes: z.array(z.string()).optional() }),
        ),
      }),
    )
    .min(1),
  bifFiles: z.array(z.string()),
  people: z.object({
    owner: z.object({ billerId: z.string(), userName: z.string(), accountNumbers: z.array(z.string()) }),
    staff: z.object({ billerId: z.string(), userName: z.string() }),
    guest: z.object({ billerId: z.string(), accountNumber: z.string() }),
  }),
  fresh: z.boolean(),
});

/** What the simulator says of itself when it answers: its addresses, its billers, and the bill files that they export. */
export type SimulatorReady = z.infer<typeof Ready>;

export interface SimulatorProcess {
  readonly ready: SimulatorReady;
  stop(): Promise<void>;
}

/** Making the sample world takes a second; this bounds a machine that is busy with other things. */
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 5000;

/** Starts the simulator and waits until it answers. `onExit` hears when it ends without having been told to. */
export async function startSimulatorProcess(
  dataDir: string,
  today: string,
  onExit: (code: number | null) => void,
): Promise<SimulatorProcess> {
  const child = fork(join(HOUSE_ROOT, 'simulator', 'main.js'), ['--data', dataDir, '--today', today], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const exited = once(child, 'exit');
  let isStopping = false;
  const stop = async (): Promise<void> => {
    isStopping = true;
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(kill);
  };
  try {
    const [message] = await Promise.race([
      once(child, 'message', { signal: AbortSignal.timeout(READY_TIMEOUT_MS) }),
      exited.then(() => {
        throw new Error('the Daffron simulator ended before it was ready');
      }),
    ]);
    child.once('exit', (code) => {
      if (!isStopping) onExit(code);
    });
    return { ready: Ready.parse(message), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
