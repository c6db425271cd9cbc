/** Ends what startSuite.ts has started, whatever became of the tests (jest's globalTeardown). */
import type { WithSuite } from './startSuite';

export default async function stopSuite(): Promise<void> {
  await (globalThis as WithSuite).stopSuite?.();
}
