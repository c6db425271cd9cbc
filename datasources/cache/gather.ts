// What comes in one round of the event loop leaves together: under load one command to Redis stands for dozens.

/** Takes an item along with the next departure. */
export type Gather<Item> = (item: Item) => void;

/** `send` gets the items in the order in which they came, so many at the most at a time. */
export function gather<Item>(itemsMax: number, send: (items: readonly Item[]) => void): Gather<Item> {
  let items: Item[] = [];

  function leave(): void {
    const leaving = items;
    items = [];
    for (let from = 0; from < leaving.length; from += itemsMax) send(leaving.slice(from, from + itemsMax));
  }

  return (item) => {
    if (items.length === 0) setImmediate(leave);
    items.push(item);
  };
}
