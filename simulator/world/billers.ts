// The two sample billers: an electric cooperative and a water utility, so that tenancy is real.

/** A category of bill. Charge codes are what the biller's payable items carry for it. */
export interface InvoiceType {
  readonly id: number;
  readonly name: string;
  readonly chargeCodes?: readonly string[];
}

/** A town of the service territory, for addresses. */
export interface Town {
  readonly city: string;
  /** Two letters. */
  readonly state: string;
  /** Five digits. */
  readonly zip: string;
}

/** Which MultiSpeak a utility's system speaks. */
export type MultiSpeakVersion = '3.0' | '4.1';

/** A utility whose books the simulator keeps. */
export interface Biller {
  readonly id: string;
  readonly name: string;
  /** IANA name of the zone in which its dates count. */
  readonly timeZone: string;
  readonly multiSpeak: MultiSpeakVersion;
  readonly invoiceTypes: readonly InvoiceType[];
  readonly towns: readonly Town[];
}

/** What a caller must show to be answered, compared letter by letter. */
export interface Credentials {
  readonly userId: string;
  readonly password: string;
  readonly company: string;
  readonly appName: string;
}

export const CEDAR_RIDGE: Biller = {
  id: '7f0c2e0e-4a53-4f0e-9a55-0d4f9a6f1c11',
  name: 'Cedar Ridge Electric Cooperative',
  timeZone: 'America/Chicago',
  multiSpeak: '4.1',
  invoiceTypes: [
    { id: 42, name: 'Electric', chargeCodes: ['ELEC'] },
    { id: 43, name: 'Area lighting', chargeCodes: ['LIGHT'] },
  ],
  towns: [
    { city: 'SPRINGFIELD', state: 'MO', zip: '65801' },
    { city: 'OZARK', state: 'MO', zip: '65721' },
    { city: 'NIXA', state: 'MO', zip: '65714' },
    { city: 'BOLIVAR', state: 'MO', zip: '65613' },
    { city: 'MARSHFIELD', state: 'MO', zip: '65706' },
    { city: 'BUFFALO', state: 'MO', zip: '65622' },
  ],
};

/**
 * This one names no charge codes: its items are told apart by nothing, and it needs no more with a single type. Its system
 * is an old one, so that the sample has both versions.
 */
export const MILL_CREEK: Biller = {
  id: '3b9d1c52-8e07-4d6a-b1f4-6a2f0c9e7d20',
  name: 'Mill Creek Water Utility',
  timeZone: 'America/Denver',
  multiSpeak: '3.0',
  invoiceTypes: [{ id: 42, name: 'Water' }],
  towns: [
    { city: 'MONTROSE', state: 'CO', zip: '81401' },
    { city: 'DELTA', state: 'CO', zip: '81416' },
    { city: 'OLATHE', state: 'CO', zip: '81425' },
    { city: 'RIDGWAY', state: 'CO', zip: '81432' },
  ],
};

export const SAMPLE_BILLERS: readonly Biller[] = [CEDAR_RIDGE, MILL_CREEK];
