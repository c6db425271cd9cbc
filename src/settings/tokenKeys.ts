// The issuer's keys in a file, looked at before the start: public ones of the issuer, and nothing else.
import { z } from 'zod';

const KeySet = z.object({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().optional() })).min(1) });

/** What only who signs may have (RFC 7518, 6.2.2, 6.3.2 and 6.4.1). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

/** How the names of the keys begin that the embedded mode makes. */
export const SAMPLE_KEY_PREFIX = 'sample-';

/** What is wrong with a parsed set of keys, each as the end of a sentence about its file; no member of a key is quoted. */
export function whyNotTokenKeys(file: unknown, isProduction: boolean): readonly string[] {
  const read = KeySet.safeParse(file);
  if (!read.success) return ['is no set of keys'];
  return read.data.keys.flatMap((key, at) => {
    const name = `keys[${at}]`;
    if (key.kty.toLowerCase() === 'oct') return [`holds a shared secret as ${name}: who can verify by it can sign`];
    if (PRIVATE_MEMBERS.some((member) => member in key)) {
      return [`holds a private key as ${name}: only the issuer may have that`];
    }
    const isSample = key.kid?.startsWith(SAMPLE_KEY_PREFIX) === true;
    return isProduction && isSample ? [`holds a sample key as ${name}: everybody can have its tokens`] : [];
  });
}
