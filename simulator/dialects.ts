// The versions of MultiSpeak that this Daffron speaks: each has a WSDL of its own, a header and a way to write amounts.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { MultiSpeakVersion } from './world/billers';
import { floatTextOf, formatCents } from './world/money';

export interface Dialect {
  readonly namespace: string;
  /** What a response's header says of the version. */
  readonly header: Readonly<Record<string, string>>;
  /** The value of an element that holds money, as node-soap takes it. */
  readonly moneyOf: (cents: bigint) => unknown;
}

export const DIALECTS: Readonly<Record<MultiSpeakVersion, Dialect>> = {
  '3.0': {
    namespace: 'http://www.multispeak.org/Version_3.0',
    header: { Version: '3.0', BuildString: '3.0ac of the simulator' },
    moneyOf: floatTextOf,
  },
  '4.1': {
    namespace: 'http://www.multispeak.org/Version_4.1_Release',
    header: { MajorVersion: '4', MinorVersion: '1', Build: '6', BuildString: 'Release' },
    // Text with two decimals: a number would be printed as JavaScript sees fit.
    moneyOf: (cents) => ({ attributes: { currencyCode: 'USD' }, $value: formatCents(cents) }),
  },
};

/**
 * The text of a version's WSDL, which lies in the source folder whether this file runs from there or from a build beside
 * it. Throws an Error when no folder above has it.
 */
export function readWsdl(version: MultiSpeakVersion): string {
  const name = `multispeak-cb-${version}.wsdl`;
  for (let folder = __dirname; ; folder = dirname(folder)) {
    const path = join(folder, 'simulator', name);
    if (existsSync(path)) return readFileSync(path, 'utf8');
    if (dirname(folder) === folder) throw new Error(`simulator/${name} was not found above this file`);
  }
}
