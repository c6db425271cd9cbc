// What runs operations in the services that tests start: the suite runs with each (ADR 0040). The jest project says which.
import type { ExecutorName } from '../../src/config';

/** What a project of jest gives its tests; absent: the ordinary one. */
export interface SuiteGlobals {
  readonly suiteExecutor?: ExecutorName;
}

export function suiteExecutor(globals: SuiteGlobals = globalThis as SuiteGlobals): ExecutorName {
  return globals.suiteExecutor ?? 'ordinary';
}

/** The same for a process of its own; nothing where the default is meant, so that the default is tried, too. */
export function suiteEnvironment(): Readonly<Record<string, string>> {
  return suiteExecutor() === 'ordinary' ? {} : { EXECUTOR: suiteExecutor() };
}
