/** Ends the servers that startServers.ts has started, whatever became of the tests (jest's globalTeardown). */
import type { WithTestServers } from './startServers';

export default async function stopServers(): Promise<void> {
  await (globalThis as WithTestServers).stopTestServers?.();
}
