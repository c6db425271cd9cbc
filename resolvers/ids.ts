// Opaque ids: what kind of thing, and our random key for it. They are checked on read, and say nothing about what they name.

const KINDS = { customer: 'cus', account: 'acc', invoice: 'inv', coOwner: 'cow', cursor: 'cur' } as const;

export type IdKind = keyof typeof KINDS;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** 22 characters of base64url are 132 bits: the 128 of a key and four that must be zero. */
const TOKEN = /^[A-Za-z0-9_-]{21}[AQgw]$/;

export function writeId(kind: IdKind, key: string): string {
  return `${KINDS[kind]}_${Buffer.from(key.replaceAll('-', ''), 'hex').toString('base64url')}`;
}

/**
 * The key in an id of that kind, or undefined where it is none; it then names nothing. What a gateway sends as the key of
 * an entity passes no scalar, and so need not be a text.
 */
export function readId(kind: IdKind, id: unknown): string | undefined {
  if (typeof id !== 'string') return undefined;
  const token = id.slice(4);
  if (!id.startsWith(`${KINDS[kind]}_`) || !TOKEN.test(token)) return undefined;
  const hex = Buffer.from(token, 'base64url').toString('hex');
  const key = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return UUID.test(key) ? key : undefined;
}

/** Whether a key that a gateway sent is this biller's GUID, in whatever case; like all such keys it need not be a text. */
export function isBillerId(id: unknown, billerId: string): boolean {
  return typeof id === 'string' && id.toLowerCase() === billerId;
}
