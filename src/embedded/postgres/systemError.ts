/**
 * Reads what was caught. Never by `instanceof Error`: the system's errors come from outside the context in which jest
 * runs a test.
 */

/**
 * True when `error` bears one of `codes`: the operating system's (such as 'ENOENT'), or those of Postgres.
 * @param error what was caught
 * @param codes those that the caller awaits
 */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  if (typeof error !== 'object' || error === null || !('code' in error)) return false;
  return typeof error.code === 'string' && codes.includes(error.code);
}

/** What the error says, for a reader; by its code where it says nothing, as one of several attempts to connect does. */
export function messageOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('message' in error)) return String(error);
  const message = String(error.message).trim();
  return message === '' && 'code' in error ? String(error.code) : message;
}
