// Scripts for many accounts at a time: what is asked of Redis in one round of the event loop is one command.
import { setImmediate as nextRound } from 'node:timers/promises';
import { gather } from './gather';
import type { RedisLine, ScriptEntry } from './redisLine';

/** So many accounts in one script hold Redis for less than a millisecond. */
const ENTRIES_MAX = 64;

export interface GatheredScripts {
  /** What is returned ends with the script's reply to an entry, or with undefined where Redis does not answer. */
  asking(script: string, common: readonly number[]): (entry: ScriptEntry) => Promise<unknown>;
  /** What is returned ends when the entry has left for Redis, before its reply. */
  telling(script: string, common: readonly number[]): (entry: ScriptEntry) => Promise<void>;
  /** Ends when Redis has replied to all that was told, or did not in its time. */
  settled(): Promise<void>;
}

interface Sent<Reply> {
  readonly entry: ScriptEntry;
  readonly resolve: (reply: Reply) => void;
}

export function openGatheredScripts(line: RedisLine): GatheredScripts {
  const unheard = new Set<Promise<unknown>>();

  function run<Reply>(script: string, common: readonly number[], sent: readonly Sent<Reply>[]) {
    const running = line.runForEach(
      script,
      common,
      sent.map(({ entry }) => entry),
    );
    unheard.add(running);
    void running.then(() => unheard.delete(running));
    return running;
  }

  return {
    asking: (script, common) => {
      const add = gather<Sent<unknown>>(ENTRIES_MAX, (sent) => {
        void run(script, common, sent).then((replies) => sent.forEach(({ resolve }, at) => resolve(replies[at])));
      });
      return (entry) => new Promise((resolve) => add({ entry, resolve }));
    },
    telling: (script, common) => {
      const add = gather<Sent<void>>(ENTRIES_MAX, (sent) => {
        void run(script, common, sent);
        for (const { resolve } of sent) resolve();
      });
      return (entry) => new Promise((resolve) => add({ entry, resolve }));
    },
    settled: async () => {
      // What was gathered in this round has not left yet.
      await nextRound();
      await Promise.all(unheard);
    },
  };
}
