// The sample bill files, imported through the same door as in production.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { BillFileDoor } from '../../datasources/bills/ingestBif';
import { renderReport } from '../../datasources/bills/bifReport';
import type { CurrentBillers } from '../../datasources/sources';
import type { Progress } from '../progress';

export interface SampleImport {
  readonly files: number;
  readonly bills: number;
}

/** Imports the files in their order; one that was imported before changes nothing (INV-03). */
export async function importSampleFiles(
  door: BillFileDoor,
  billers: CurrentBillers,
  files: readonly string[],
  now: () => Date,
  progress: Progress,
): Promise<SampleImport> {
  let bills = 0;
  for (const [at, file] of files.entries()) {
    const name = basename(file);
    progress.step(`importing bill files: ${at + 1} of ${files.length} (${name})`);
    const biller = billers.get(name.slice(0, name.indexOf('_')).toLowerCase());
    if (biller === undefined) throw new Error(`${name} names no biller of the simulator`);
    if (await door.knows(biller, await hashOf(file))) continue;
    const report = await door.ingest(biller, name, createReadStream(file), now);
    if (report.refused !== null || report.counts.rejected > 0)
      throw new Error(`a sample file was not taken:\n${renderReport(report)}`);
    bills += report.counts.read;
  }
  return { files: files.length, bills };
}

async function hashOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}
