// Faults on command: which there are, which are set, and which of them a call meets.
import { z } from 'zod';

/** Faults that befall the connection or the time, before or while an answer is sent. */
const SOCKET_MODES = ['timeout-before', 'reset-before', 'reset-mid', 'drip', 'huge', 'duplicate-http'] as const;

/** Faults that put another answer in the place of the right one. */
const REPLY_MODES = [
  'malformed',
  'garbage',
  'fault',
  'fault-200',
  'http500',
  'http502',
  'http503',
  'html',
  'redirect',
  'empty',
  'deep',
  'bomb',
  'xxe',
  'proto',
  'wrong-account',
  'wrong-message-id',
  'wrong-operation',
  'duplicate-body',
  'prefixes',
  'cdata',
  'comments',
  'bom',
  'utf16',
  'bad-number',
  'exponent',
  'float-noise',
  'missing-field',
  'missing-result',
  'missing-result-layer',
  'nil',
] as const;

/** Faults that let the answer stand, and so go together with one of the others. */
const GATE_MODES = ['slow', 'tail', 'maxConcurrent'] as const;

export type SocketMode = (typeof SOCKET_MODES)[number];
export type ReplyMode = (typeof REPLY_MODES)[number];
export type GateMode = (typeof GATE_MODES)[number];
/** `down` is of the whole server: it refuses connections until the fault is cleared. */
export type FaultMode = SocketMode | ReplyMode | GateMode | 'down';

const wholeNumber = z.number().int().nonnegative();

/** Every setting of every mode; those that a mode does not know are ignored. Times in milliseconds. */
const paramsShape = z.strictObject({
  /** slow: how long the answer waits. */
  delayMs: wholeNumber.exactOptional(),
  /** drip: between two bytes. */
  intervalMs: wholeNumber.exactOptional(),
  /** down: after how long the server comes up by itself. */
  forMs: wholeNumber.exactOptional(),
  /** tail: the share of calls that wait, 0 to 1, and how long. */
  tailP: z.number().min(0).max(1).exactOptional(),
  tailMs: wholeNumber.exactOptional(),
  /** maxConcurrent: calls of one biller that are served at a time. */
  max: wholeNumber.exactOptional(),
  /** huge: how many bytes, or without end. */
  bytes: wholeNumber.exactOptional(),
  endless: z.boolean().exactOptional(),
  /** deep: nested elements. */
  levels: wholeNumber.exactOptional(),
  /** fault, fault-200, empty, redirect: status of the answer. */
  status: wholeNumber.exactOptional(),
  /** http503: value of Retry-After; 0 leaves the header out. */
  retryAfterSeconds: wholeNumber.exactOptional(),
  /** fault, fault-200: code without prefix (Client, Server) and text. bad-number: the text of the amount. */
  code: z.string().exactOptional(),
  text: z.string().exactOptional(),
  /** A variant of the mode; see the mode. */
  shape: z.string().exactOptional(),
  /** missing-field, bad-number, nil: the element; default currentAmount. */
  field: z.string().exactOptional(),
  /** wrong-account, duplicate-http: whose answer is given; default any other account of the biller. */
  account: z.string().exactOptional(),
  /** wrong-message-id: the id that is answered. */
  messageId: z.string().exactOptional(),
  /** wrong-operation: the operation that is answered. */
  operation: z.string().exactOptional(),
  /** redirect, xxe: where it points; default the canary of this server. */
  url: z.string().exactOptional(),
});

export type FaultParams = Readonly<z.infer<typeof paramsShape>>;

const faultShape = z.strictObject({
  mode: z.enum([...SOCKET_MODES, ...REPLY_MODES, ...GATE_MODES, 'down']),
  biller: z.string().exactOptional(),
  account: z.string().exactOptional(),
  operation: z.string().exactOptional(),
  params: paramsShape.default({}),
  times: z.number().int().positive().exactOptional(),
});

/** What a caller sets: a mode, on whom, and how often; without `times` it stays until it is cleared. */
export type FaultOrder = z.input<typeof faultShape>;

export type Fault<Mode extends FaultMode = FaultMode> = Readonly<Omit<z.infer<typeof faultShape>, 'mode'>> & {
  readonly id: number;
  readonly mode: Mode;
};

/** What is known of a call when its faults are looked up. */
export interface CallFacts {
  readonly billerId: string;
  readonly operation: string;
  readonly accountNumber?: string;
}

/** The faults that a call meets: all gates, and at most one other, the newest. */
export interface MetFaults {
  readonly gates: readonly Fault<GateMode>[];
  readonly socket?: Fault<SocketMode>;
  readonly reply?: Fault<ReplyMode>;
}

export interface FaultRegister {
  /** Sets a fault from JSON. Throws a ZodError that names what is wrong. */
  set(order: unknown): Fault;
  /** Clears the fault with this id, or all. */
  clear(id?: number): void;
  list(): readonly Fault[];
  /** Looks up what the call meets, and counts it against `times`. */
  meet(call: CallFacts): MetFaults;
}

function isOneOf<Mode extends FaultMode>(modes: readonly Mode[], fault: Fault): fault is Fault<Mode> {
  return (modes as readonly FaultMode[]).includes(fault.mode);
}

function concerns(fault: Fault, call: CallFacts): boolean {
  return (
    (fault.biller === undefined || fault.biller === call.billerId) &&
    (fault.account === undefined || fault.account === call.accountNumber) &&
    (fault.operation === undefined || fault.operation === call.operation)
  );
}

/** Opens a register without faults. */
export function openFaults(): FaultRegister {
  let faults: Fault[] = [];
  let nextId = 1;
  /** Takes one from `times`, and forgets the fault when none are left. */
  const count = (fault: Fault): void => {
    if (fault.times === undefined) return;
    const left = fault.times - 1;
    faults = faults.flatMap((each) => (each.id !== fault.id ? [each] : left > 0 ? [{ ...each, times: left }] : []));
  };
  return {
    set: (order) => {
      const fault = { id: nextId, ...faultShape.parse(order) };
      nextId += 1;
      faults = [fault, ...faults];
      return fault;
    },
    clear: (id) => {
      faults = id === undefined ? [] : faults.filter((fault) => fault.id !== id);
    },
    list: () => faults,
    meet: (call) => {
      const met = faults.filter((fault) => concerns(fault, call));
      const gates = met.filter((fault) => isOneOf(GATE_MODES, fault));
      const other = met.find((fault) => isOneOf(SOCKET_MODES, fault) || isOneOf(REPLY_MODES, fault));
      [...gates, ...(other === undefined ? [] : [other])].forEach(count);
      return {
        gates,
        ...(other !== undefined && isOneOf(SOCKET_MODES, other) && { socket: other }),
        ...(other !== undefined && isOneOf(REPLY_MODES, other) && { reply: other }),
      };
    },
  };
}
