// Looks into the folder for bill files again and again, until it is closed.
import { setTimeout as sleep } from 'node:timers/promises';
import type { FolderJob } from './importFolder';

export interface FolderWatch {
  /** Takes no other file, and gives up one that is still being read; waits for nothing. */
  leave(): void;
  /** Ends after the file that is being stored; one that is still being read is left for the next start. */
  close(): Promise<void>;
}

/** Looks again at once while there are files, else after so many milliseconds. */
export function watchFolder(job: FolderJob, pollMs: number): FolderWatch {
  const stop = new AbortController();
  const { signal } = stop;
  const watching = (async () => {
    while (!signal.aborted) {
      if ((await job.once(signal)) > 0) continue;
      await sleep(pollMs, undefined, { signal }).catch(() => undefined);
    }
  })();
  return {
    leave: () => stop.abort(),
    close: async () => {
      stop.abort();
      await watching;
    },
  };
}
