// Leases that are held, all renewed by one clock: a call in a long queue holds no timer of its own.
import type { ScriptEntry } from './redisLine';

/** Every second tick renews a lease, so that it is renewed at the latest after 900 ms of its 2000. */
const TICK_MS = 450;

export interface Leases {
  add(lease: ScriptEntry): void;
  delete(lease: ScriptEntry): void;
}

/** `renew` answers 0 for a lease that was lost to somebody newer. */
export function openLeases(renew: (lease: ScriptEntry) => Promise<unknown>): Leases {
  /** Each lease with whether a tick has passed since it was taken or renewed. */
  const held = new Map<ScriptEntry, boolean>();
  let clock: NodeJS.Timeout | undefined;

  function tick(): void {
    for (const [lease, isOlder] of held) {
      held.set(lease, !isOlder);
      if (isOlder) void renewOne(lease);
    }
  }

  async function renewOne(lease: ScriptEntry): Promise<void> {
    // There is nothing to hold on to.
    if ((await renew(lease)) === 0) drop(lease);
  }

  function drop(lease: ScriptEntry): void {
    held.delete(lease);
    if (held.size > 0) return;
    clearInterval(clock);
    clock = undefined;
  }

  return {
    add: (lease) => {
      held.set(lease, false);
      clock ??= setInterval(tick, TICK_MS).unref();
    },
    delete: drop,
  };
}
