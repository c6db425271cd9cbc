// Progress for people: one line that is rewritten on a terminal, plain lines elsewhere.

export interface Progress {
  /** Shows how far something is; on a terminal in place of what was shown last. */
  step(text: string): void;
  /** Ends with a line that stays. */
  done(text: string): void;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
}

/** Elsewhere than on a terminal steps come at most once in so many milliseconds. */
const PLAIN_STEP_MS = 2000;

export function showProgress(output: Output, elapsedMs: () => number): Progress {
  if (output.isTTY === true) {
    return {
      step: (text) => output.write(`\r\u001b[2K${text}`),
      done: (text) => output.write(`\r\u001b[2K${text}\n`),
    };
  }
  let shownAt = elapsedMs();
  return {
    step: (text) => {
      if (elapsedMs() - shownAt < PLAIN_STEP_MS) return;
      shownAt = elapsedMs();
      output.write(`${text}\n`);
    },
    done: (text) => output.write(`${text}\n`),
  };
}
