// The watched folder for bill files, as the settings of the process name it.
import { accessSync, constants, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ConfigurationProblem } from '../../domain/biller';
import { wrong } from './daffronLine';

export interface BifFolderSettings {
  readonly path: string;
  readonly pollMs: number;
  /** A file that has not changed for so long has come whole, in milliseconds. */
  readonly settleMs: number;
}

interface Given {
  readonly BIF_FOLDER?: string | undefined;
  readonly BIF_FOLDER_POLL_MS: number;
  readonly BIF_FOLDER_SETTLE_MS: number;
}

/** Undefined where no folder is watched; one that cannot be used is told in `problems`. */
export function readBifFolder(given: Given, problems: ConfigurationProblem[]): BifFolderSettings | undefined {
  const { BIF_FOLDER: path, BIF_FOLDER_POLL_MS: pollMs, BIF_FOLDER_SETTLE_MS: settleMs } = given;
  if (path === undefined) return undefined;
  if (!isWritableFolder(path))
    problems.push(wrong('BIF_FOLDER', `${path} is no folder that this process may write to`));
  return { path: resolve(path), pollMs, settleMs };
}

function isWritableFolder(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}
