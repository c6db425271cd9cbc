// Customers for one caller: by key and by number, each only as far as he may know the person (COO-02, VST-04).
import DataLoader from 'dataloader';
import type { Account } from '../../domain/account';
import type { Biller } from '../../domain/biller';
import { customerAsSeen, isStaff, type Caller } from '../../domain/caller';
import type { Customer } from '../../domain/customer';
import type { Database } from '../postgres/database';

export interface CustomerReader {
  byKey(key: string): Promise<Customer | undefined>;
  byNumber(customerNumber: string): Promise<Customer | undefined>;
  /** The customer whose accounts the caller owns; the one of the lowest account number where there are several. */
  own(): Promise<Customer | undefined>;
}

interface CustomerRow {
  id: string;
  customer_number: string;
  name: string;
  name2: string | null;
  address1: string;
  address2: string | null;
  city: string;
  state: string;
  zip: string;
  phone: string | null;
  email: string | null;
}

const COLUMNS = 'id, customer_number, name, name2, address1, address2, city, state, zip, phone, email';

export function openCustomers(
  database: Database,
  caller: Caller,
  biller: Biller,
  ownAccounts: () => Promise<readonly Account[]>,
): CustomerReader {
  const byKey = new DataLoader<string, Customer | undefined>(async (keys) => {
    const rows = await database.read<CustomerRow>(
      'customers_by_key',
      `SELECT ${COLUMNS} FROM customers WHERE biller_id = $1 AND id = ANY ($2::uuid[])`,
      [caller.billerId, keys],
    );
    const found = new Map((await seen(rows)).map((customer) => [customer.key, customer]));
    return keys.map((key) => found.get(key));
  });
  const byNumber = new DataLoader<string, Customer | undefined>(async (numbers) => {
    const rows = await database.read<CustomerRow>(
      'customers_by_number',
      `SELECT ${COLUMNS} FROM customers WHERE biller_id = $1 AND customer_number = ANY ($2::text[])`,
      [caller.billerId, numbers],
    );
    const found = new Map((await seen(rows)).map((customer) => [customer.customerNumber, customer]));
    return numbers.map((number) => found.get(number));
  });

  async function seen(rows: readonly CustomerRow[]): Promise<Customer[]> {
    const accounts = isStaff(caller) || rows.length === 0 ? [] : await ownAccounts();
    return rows.flatMap((row) => {
      const owned = accounts.filter((account) => account.customerNumber === row.customer_number);
      const customer = customerAsSeen(
        caller,
        readCustomer(caller.billerId, row),
        owned.map((account) => account.accountNumber),
        biller.coOwnerNamesVisible,
      );
      return customer === undefined ? [] : [customer];
    });
  }

  return {
    byKey: (key) => byKey.load(key),
    byNumber: (number) => byNumber.load(number),
    own: async () => {
      const owned = (await ownAccounts()).find(({ accountNumber }) => {
        const relation = caller.relations.get(accountNumber);
        return relation === 'OWNER' || relation === 'ASSERTED';
      });
      return owned === undefined ? undefined : byNumber.load(owned.customerNumber);
    },
  };
}

function readCustomer(billerId: string, row: CustomerRow): Customer {
  return {
    key: row.id,
    billerId,
    customerNumber: row.customer_number,
    name: [row.name, row.name2].filter((line) => line !== null).join(', '),
    email: row.email,
    phone: row.phone,
    mailingAddress: { line1: row.address1, line2: row.address2, city: row.city, state: row.state, zip: row.zip },
  };
}
