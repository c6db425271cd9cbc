// Whose turn it is to ask Daffron for an account: of all processes on one store one asks, and the others hear what it was told.
import type { Refreshed, RefreshProblem } from '../../domain/balance';
import type { AnySignal } from '../departures';

/** What a call brought. */
export type CallAnswer =
  { readonly ok: true; readonly refreshed: Refreshed } | { readonly ok: false; readonly problem: RefreshProblem };

/** The right to ask. It is lost to somebody newer when its holder seems dead; whatever he leaves then is passed over. */
export interface OwnTurn {
  readonly kind: 'ours';
  /**
   * Leaves the answer to those who wait, and ends when it is on its way to them, a Redis excepted that has just lost its scripts and
   * is told them again. Must be called whatever comes; undefined where
   * nothing was learnt that others could use: one of them then asks.
   */
  end(answer: CallAnswer | undefined): Promise<void>;
  /** Keeps the refresh for those who come later, unless that of a later turn is kept already. */
  keep(refreshed: Refreshed): Promise<void>;
}

export interface HeardAnswer {
  readonly kind: 'heard';
  readonly answer: CallAnswer;
  /** True where the answer had come before the turn was asked for. */
  readonly isEarlier: boolean;
}

export type Turn = OwnTurn | HeardAnswer;

export interface TurnOptions {
  /** Aborted when nobody here waits any more. */
  readonly signal: AnySignal;
  /** Whether an earlier answer would do; absent where only a call will do that is in flight or still to be made (RTD-04). */
  readonly acceptsEarlier?: ((refreshed: Refreshed) => boolean) | undefined;
}

/** For who has left: there is nothing to wait for, and nobody to tell. */
export const NOBODY_WAITS: HeardAnswer = {
  kind: 'heard',
  answer: { ok: false, problem: 'BALANCE_UNAVAILABLE' },
  isEarlier: false,
};
