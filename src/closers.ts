// What was opened, in its order, and how it is closed: the last one first, each gets its chance, and no failure is lost.

export interface Closers {
  /** Remembers how to close what has just been opened. */
  add(close: () => Promise<unknown>): void;
  /** Closes everything once. Throws an AggregateError of all that could not be closed, after the last one was tried. */
  close(): Promise<void>;
  /** Closes everything because of `error`, and throws that: with it what could not be closed, if there is any. */
  closeAfter(error: unknown): Promise<never>;
}

export function openClosers(): Closers {
  const opened: (() => Promise<unknown>)[] = [];
  let closing: Promise<readonly unknown[]> = Promise.resolve([]);

  /** One after the other, since a later part may use an earlier one to its end. */
  async function closeEach(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (const close of opened.splice(0).reverse()) {
      try {
        await close();
      } catch (error) {
        failures.push(error);
      }
    }
    return failures;
  }

  return {
    add: (close) => void opened.push(close),
    close: async () => {
      // Whoever closes a second time, while the first is at it, waits for the same end.
      closing = closing.then(async (before) => [...before, ...(await closeEach())]);
      const failures = await closing;
      if (failures.length > 0) throw new AggregateError(failures, `could not be closed: ${messagesOf(failures)}`);
    },
    closeAfter: async (error) => {
      const failures = await closeEach();
      if (failures.length === 0) throw error;
      const message = `${messagesOf([error])}; then could not be closed: ${messagesOf(failures)}`;
      throw new AggregateError([error, ...failures], message);
    },
  };
}

function messagesOf(errors: readonly unknown[]): string {
  return errors.map((error) => (error instanceof Error ? error.message : String(error))).join('; ');
}
