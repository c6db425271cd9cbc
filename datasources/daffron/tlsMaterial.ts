// Certificates and keys of a biller's line, looked at before anything is sent: a context for TLS takes much for good that is not.
import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { createSecureContext } from 'node:tls';

/** PEM texts, as in the settings of the line. */
export interface TlsMaterial {
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface TlsProblem {
  readonly part: keyof TlsMaterial;
  /** Words of ours: neither the material nor what a library says of it. */
  readonly message: string;
}

/** A certificate in PEM; around it may stand comments, as in the bundles of authorities, and the key that goes with it. */
const CERTIFICATE = /-----BEGIN (X509 |TRUSTED )?CERTIFICATE-----.*?-----END \1?CERTIFICATE-----/gs;
const BEGINS = /-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----/g;

/**
 * Everything that is wrong with the material. Node itself refuses a bad certificate or key only as it connects, and a
 * bad authority never: it then trusts nobody, and every call fails with words that name no setting.
 */
export function whyNotTls({ ca, cert, key }: TlsMaterial): readonly TlsProblem[] {
  const problems: TlsProblem[] = [];
  const tell = (part: TlsProblem['part'], message: string): void => void problems.push({ part, message });
  const authorities = ca === undefined ? [] : readCertificates(ca);
  const chain = cert === undefined ? [] : readCertificates(cert);
  const privateKey = key === undefined ? undefined : readPrivateKey(key);
  if (authorities === undefined) tell('ca', 'holds no PEM certificates, or one that cannot be read');
  if (chain === undefined) tell('cert', 'holds no PEM certificates, or one that cannot be read');
  if (key !== undefined && privateKey === undefined) {
    tell('key', 'holds no PEM private key that can be read without a passphrase');
  }
  const [own] = chain ?? [];
  if (own === undefined || privateKey === undefined || cert === undefined || key === undefined) return problems;
  if (!own.checkPrivateKey(privateKey)) tell('key', 'does not fit the certificate, the first one of its file');
  else if (!isTaken(cert, key)) tell('cert', 'is not taken by this system for TLS: its key may be too short');
  return problems;
}

/** Every certificate of the text; undefined where there is none, or one is not whole. */
function readCertificates(text: string): readonly X509Certificate[] | undefined {
  const found = text.match(CERTIFICATE) ?? [];
  if (found.length === 0 || found.length !== (text.match(BEGINS) ?? []).length) return undefined;
  try {
    return found.map((pem) => new X509Certificate(pem));
  } catch {
    return undefined;
  }
}

function readPrivateKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

/** The same call that opens the line, with the system's own demands on keys and digests. */
function isTaken(cert: string, key: string): boolean {
  try {
    createSecureContext({ cert, key });
    return true;
  } catch {
    return false;
  }
}
