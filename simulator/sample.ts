// Writes one bill file of any size, for trying out an import: flat in memory and the same for the same arguments.
import { parseArgs } from 'node:util';
import { rowOf, writeBif, type BifRow } from './bif';
import { makeAccount } from './world/accounts';
import { CEDAR_RIDGE, SAMPLE_BILLERS, type Biller } from './world/billers';
import type { ServicePlan } from './world/bills';
import { checkDay, type Day } from './world/calendar';
import { makeCustomer } from './world/people';

const USAGE = 'sample --rows N --out FILE [--biller GUID] [--today YYYY-MM-DD] [--seed N] [--two-types]';

interface SampleOptions {
  readonly rows: number;
  readonly out: string;
  readonly biller: Biller;
  readonly today: Day;
  readonly seed: number;
  readonly twoTypes: boolean;
}

/** The sample biller with this id, or the cooperative's towns and types under another id. */
function billerOf(id: string): Biller {
  return SAMPLE_BILLERS.find((biller) => biller.id === id.toLowerCase()) ?? { ...CEDAR_RIDGE, id };
}

/** Above the numbers of the sample world, so that a sample file adds accounts and changes none. */
const FIRST_ACCOUNT = 5_000_000_000;

/** The same for customers and their user names, which are one for each customer of a biller (LOG-02). */
const FIRST_CUSTOMER = 1_000_000;

/** Services whose bills bring something forward. */
function servicesOf(biller: Biller, twoTypes: boolean): readonly ServicePlan[] {
  const types = biller.invoiceTypes.slice(0, twoTypes ? 2 : 1);
  return types.map(({ id, name }) => ({ typeId: id, description: name, typicalCents: 9_000, payer: 'behind' }));
}

/** One account for each row, or for two rows with two types; each shows its newest bill alone. */
function* sampleRows({ rows, biller, today, seed, twoTypes }: SampleOptions): Generator<BifRow> {
  const services = servicesOf(biller, twoTypes);
  // The bill's month stands in its number: the same accounts get new bills in another month.
  const month = today.slice(0, 7).replace('-', '');
  for (let written = 0, number = 0; written < rows; number += 1) {
    const customer = makeCustomer(seed, 'S-', FIRST_CUSTOMER + number, biller.towns);
    const accountNumber = String(FIRST_ACCOUNT + number);
    const account = makeAccount(seed, biller, { accountNumber, customer, services, monthCount: 2 });
    for (const service of account.services.slice(0, rows - written)) {
      const row = rowOf(biller.id, account, service, 0, today);
      yield { ...row, InvoiceNumber: `${month}-${accountNumber}${service.typeId === 43 ? 'L' : ''}` };
      written += 1;
    }
  }
}

function readArguments(): SampleOptions {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string' },
      out: { type: 'string' },
      biller: { type: 'string', default: CEDAR_RIDGE.id },
      today: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      seed: { type: 'string', default: '1' },
      'two-types': { type: 'boolean', default: false },
    },
  });
  const { rows, out, seed } = values;
  if (rows === undefined || out === undefined || !/^\d{1,8}$/.test(rows) || !/^\d{1,9}$/.test(seed)) {
    throw new Error(USAGE);
  }
  const biller = billerOf(values.biller);
  const twoTypes = values['two-types'];
  if (twoTypes && biller.invoiceTypes.length < 2) throw new Error(`${biller.name} has one invoice type only`);
  return { rows: Number(rows), out, biller, today: checkDay(values.today), seed: Number(seed), twoTypes };
}

async function main(): Promise<void> {
  const options = readArguments();
  const { rows } = await writeBif(options.out, sampleRows(options));
  console.log(`${rows} rows written to ${options.out}`);
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
});
