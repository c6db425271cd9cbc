// Kinds of tender, and which of them the CIS forbids for an account (BLK-01, BLK-03, BLK-05).

export const TENDER_KINDS = ['CARD', 'BANK'] as const;
export type TenderKind = (typeof TENDER_KINDS)[number];

/** Names under which a CIS allows a kind of tender; compared without case, spaces and punctuation. */
export type TenderNames = Readonly<Record<TenderKind, readonly string[]>>;

export const DEFAULT_TENDER_NAMES: TenderNames = { CARD: ['card', 'creditcard'], BANK: ['echeck', 'ach', 'eft'] };

export interface TenderFlags {
  readonly allowed: readonly TenderKind[];
  readonly blocked: readonly TenderKind[];
  /** Names that map to no kind: worth a log line, never a reason to refuse. */
  readonly unknownNames: readonly string[];
}

/**
 * The flags of an account from its allowable transaction types: no list blocks nothing; a list blocks every kind it does
 * not name; an empty list blocks all (BLK-03).
 */
export function readTenderFlags(transactionTypes: readonly string[] | null, names: TenderNames): TenderFlags {
  if (transactionTypes === null) return { allowed: TENDER_KINDS, blocked: [], unknownNames: [] };
  const given = transactionTypes.map(foldTenderName).filter((name) => name !== '');
  const allowed = TENDER_KINDS.filter((kind) => names[kind].some((name) => given.includes(foldTenderName(name))));
  const known = new Set(TENDER_KINDS.flatMap((kind) => names[kind].map(foldTenderName)));
  return {
    allowed,
    blocked: TENDER_KINDS.filter((kind) => !allowed.includes(kind)),
    unknownNames: given.filter((name) => !known.has(name)),
  };
}

function foldTenderName(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
