// Chance that repeats itself: the same key always gives the same draws, so a sample world can be made again.

/** A source of draws. It keeps its place, so the order of the draws matters. */
export interface Random {
  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** True in about `share` of the draws; `share` lies between 0 and 1. */
  chance(share: number): boolean;
  /** One entry of the list. Throws a RangeError when the list is empty. */
  pick<T>(list: readonly T[]): T;
}

/** FNV-1a over the UTF-16 units of the text, 32 bits: small, and it spreads neighbouring keys well enough here. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash >>> 0;
}

/** Opens a source for one thing of the world, for example `randomFor(seed, billerId, 'account', 17)`. */
export function randomFor(...key: readonly (string | number)[]): Random {
  let state = hashOf(key.join('\u0000'));
  /** Mulberry32: 32 bits of state, and a fraction from 0 up to but not including 1. */
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
  const int = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    int,
    chance: (share) => next() < share,
    pick: (list) => {
      const found = list[int(0, list.length - 1)];
      if (found === undefined) throw new RangeError('there is nothing to pick from an empty list');
      return found;
    },
  };
}
