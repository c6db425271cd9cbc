// One account, asked by the number on its bills.
import type { Json, TestHouse } from './testHouse';

/** What the caller of the token gets of an account; `page` fills the variables `$first` and `$after` of the fields. Fails the test on any error. */
export async function readAccount(
  house: TestHouse,
  token: string,
  accountNumber: string,
  fields: string,
  page: { readonly first?: number; readonly after?: string | null } = {},
): Promise<Json> {
  const { data, errors } = await house.ask(token, accountQuery(fields), { n: accountNumber, ...page });
  expect(errors).toBeUndefined();
  return data.accountByNumber;
}

/** The bills of an account that the caller of the token may see, the newest first. */
export async function readInvoices(
  house: TestHouse,
  token: string,
  accountNumber: string,
  fields: string,
): Promise<Json[]> {
  return (await readAccount(house, token, accountNumber, `invoices(first: 100) { nodes { ${fields} } }`)).invoices
    .nodes;
}

/** Asks for fields of the account whose number is `$n`. */
export function accountQuery(fields: string): string {
  const page =
    (fields.includes('$first') ? ', $first: Int' : '') + (fields.includes('$after') ? ', $after: String' : '');
  return `query ($n: String!${page}) { accountByNumber(accountNumber: $n) { ${fields} } }`;
}
