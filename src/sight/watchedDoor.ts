// The door for bill files with its imports counted and traced.
import type { BillFileDoor } from '../../datasources/bills/ingestBif';
import type { BifReport } from '../../datasources/bills/bifReport';
import { asAway, BackEndAway } from '../../datasources/postgres/backEndAway';
import type { FileOutcome, Metrics } from './metrics';
import { tracedDoor } from './tracing/traced';
import type { Tracing } from './tracing/tracing';

export interface DoorSight {
  readonly metrics?: Metrics | undefined;
  readonly tracing?: Tracing | undefined;
}

export function watchedDoor(bare: BillFileDoor, { metrics, tracing }: DoorSight): BillFileDoor {
  const door = tracing === undefined ? bare : tracedDoor(bare, tracing);
  return metrics === undefined ? door : countedDoor(door, metrics);
}

/** Checks leave nothing, and are not counted. */
function countedDoor(door: BillFileDoor, metrics: Metrics): BillFileDoor {
  return {
    ...door,
    ingest: async (biller, name, stream, now, onProgress) => {
      try {
        const report = await door.ingest(biller, name, stream, now, onProgress);
        metrics.file(outcomeOf(report), report);
        return report;
      } catch (error) {
        // The file is as good as before, and is sent again when the database is back.
        metrics.file(asAway(error) instanceof BackEndAway ? 'away' : 'failed');
        throw error;
      }
    },
  };
}

function outcomeOf({ refused, alreadyIngested }: BifReport): FileOutcome {
  if (refused !== null) return 'refused';
  return alreadyIngested ? 'already' : 'imported';
}
