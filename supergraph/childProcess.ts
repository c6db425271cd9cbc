// Both ends of a process that another one starts and stops: the parent learns the address, the child never outlives the parent.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { z } from 'zod';

/** Something that answers under an address until it is stopped. */
export interface Running {
  readonly url: string;
  stop(): Promise<void>;
}

/** Loading a gateway takes seconds; this bounds a machine that is busy with other things. */
const READY_TIMEOUT_MS = 120_000;
const STOP_TIMEOUT_MS = 5000;

const Ready = z.object({ type: z.literal('ready'), url: z.string() });

/** The child's end: opens, tells its parent the address, and ends with SIGTERM or when the parent is gone. */
export function serveParent(open: () => Promise<Running>): void {
  // Ctrl-C reaches every process of the terminal; the parent stops this one when its own callers are served.
  process.on('SIGINT', () => undefined);
  let stop = (): void => process.exit(0);
  process.once('SIGTERM', () => stop());
  process.once('disconnect', () => stop());
  open().then(
    (running) => {
      stop = () => void running.stop().finally(() => process.exit(0));
      process.send?.({ type: 'ready', url: running.url });
    },
    (error: unknown) => {
      process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
      process.exit(1);
    },
  );
}

/** The parent's end: starts a compiled entry and waits for its address. */
export async function startChild(entry: string, args: readonly string[]): Promise<Running> {
  const child = fork(entry, args, { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const exited = once(child, 'exit');
  const stop = async (): Promise<void> => {
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
        throw new Error(`${entry} ended before it was ready`);
      }),
    ]);
    return { url: Ready.parse(message).url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
