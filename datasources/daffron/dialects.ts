// The versions of MultiSpeak that a biller's Daffron may speak, and all in which they differ for us.
import { join } from 'node:path';

export const MULTISPEAK_VERSIONS = ['3.0', '4.1'] as const;
export type MultiSpeakVersion = (typeof MULTISPEAK_VERSIONS)[number];

export interface Dialect {
  /** The namespace of every MultiSpeak element; one of another version is somebody else's word. */
  readonly namespace: string;
  /** Found beside this file in the sources, and beside its compiled form in the build, which copies it. */
  readonly wsdl: string;
  /** What the header of each message says of the version. */
  readonly header: Readonly<Record<string, string>>;
  /** Whether the header has a Context, such as Production. */
  readonly hasContext: boolean;
  /** Whether amounts are plain single-precision floats instead of a type for money (MON-05). */
  readonly amountsAreFloats: boolean;
}

/** Each header names the build that our WSDL describes, as the makers of that version call it. */
export const DIALECTS: Readonly<Record<MultiSpeakVersion, Dialect>> = {
  '3.0': {
    namespace: 'http://www.multispeak.org/Version_3.0',
    wsdl: join(__dirname, 'multispeak-cb-3.0.wsdl'),
    header: { Version: '3.0', BuildString: '3.0ac' },
    hasContext: false,
    amountsAreFloats: true,
  },
  '4.1': {
    namespace: 'http://www.multispeak.org/Version_4.1_Release',
    wsdl: join(__dirname, 'multispeak-cb-4.1.wsdl'),
    header: { MajorVersion: '4', MinorVersion: '1', Build: '6', BuildString: 'Release' },
    hasContext: true,
    amountsAreFloats: false,
  },
};
