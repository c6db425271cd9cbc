// Entries of a billers' settings file as an operator writes them: the shortest that is right, and changes to it.

type Entry = Readonly<Record<string, unknown>>;

export const BILLER_ID = '7f0c2e0e-4a53-4f0e-9a55-0d4f9a6f1c11';

/** Secrets as a test's environment holds them; no message may ever show one of the values. */
export const SECRETS: Readonly<Record<string, string>> = {
  DAFFRON_USER: 'cis-user-91',
  DAFFRON_PASSWORD: 'swordfish-77',
};

export function lineWith(changes: Entry = {}): Entry {
  return {
    endpoint: 'https://cis.example.org/CB_Server',
    userId: { env: 'DAFFRON_USER' },
    password: { env: 'DAFFRON_PASSWORD' },
    company: 'Ozark Hills',
    ...changes,
  };
}

export function entryWith(changes: Entry = {}): Entry {
  return {
    id: BILLER_ID,
    name: 'Ozark Hills Electric Cooperative',
    timeZone: 'America/Chicago',
    autoConveyance: false,
    daffron: lineWith(),
    invoiceTypes: [{ id: 42, name: 'Electric' }],
    ...changes,
  };
}

export function fileOf(...billers: readonly Entry[]): { readonly billers: readonly Entry[] } {
  return { billers };
}
