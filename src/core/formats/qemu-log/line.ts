/**
 * One line of a QEMU trace log (log backend), as `-msg timestamp=on` prints it and without it:
 *
 *     13903@1795458281.375254:runstate_set current_run_state 6 (prelaunch) new_state 9 (running)
 *     runstate_set current_run_state 6 (prelaunch) new_state 9 (running)
 *
 * Thread id, wall clock in seconds and microseconds, event, one space, arguments by the event's own format.
 * A hand-written scan of the bytes: a log of a million lines passes through here, and most of them never become text.
 */
import { textOf } from '../../base/bytes.ts';

export interface TraceLine {
  /** Kernel thread id; -1 without a stamp. */
  readonly tid: number;
  /** `seconds.microseconds` as printed; undefined without a stamp. */
  readonly t: string | undefined;
  /** Microseconds since 1970; -1 without a stamp. */
  readonly micros: number;
  readonly event: string;
  readonly args: string;
}

const ZERO = 48;
const AT = 64;
const DOT = 46;
const COLON = 58;
const SPACE = 32;
const LINE_FEED = 10;
const RETURN = 13;

function digit(c: number | undefined): boolean {
  return c !== undefined && c >= ZERO && c <= COLON - 1;
}

function nameByte(c: number | undefined): boolean {
  return c !== undefined && ((c >= 97 && c <= 122) || (c >= 65 && c <= 90) || c === 95 || digit(c));
}

/** The stamp and the name of a line, as numbers: one object for all lines. */
export class LineHead {
  tid = -1;
  micros = -1;
  /** Bytes of the event's name, and a number made of them. */
  nameFrom = 0;
  nameTo = 0;
  hash = 0;

  /** Whether the bytes begin with a stamp and a name. */
  readStamped(bytes: Uint8Array, from: number, to: number): boolean {
    let i = from;
    let tid = 0;
    for (; i < to && digit(bytes[i]); i += 1) tid = tid * 10 + (bytes[i] as number) - ZERO;
    if (i === from || i > from + 10 || i >= to || bytes[i] !== AT) return false;
    const seconds = ++i;
    let whole = 0;
    for (; i < to && digit(bytes[i]); i += 1) whole = whole * 10 + (bytes[i] as number) - ZERO;
    if (i === seconds || i > seconds + 12 || i >= to || bytes[i] !== DOT) return false;
    const point = ++i;
    let fraction = 0;
    for (; i < to && digit(bytes[i]); i += 1) fraction = fraction * 10 + (bytes[i] as number) - ZERO;
    if (i !== point + 6 || i >= to || bytes[i] !== COLON) return false;
    if (!this.#readName(bytes, i + 1, to)) return false;
    this.tid = tid;
    this.micros = whole * 1_000_000 + fraction;
    return true;
  }

  /** A line without a stamp that reads like `event args`: a lower-case name with an underscore, then one space. */
  readBare(bytes: Uint8Array, from: number, to: number): boolean {
    if (!this.#readName(bytes, from, to) || this.nameTo - from < 4 || this.nameTo === to) return false;
    let underscore = false;
    for (let i = from; i < this.nameTo; i += 1) {
      const c = bytes[i] as number;
      if (c >= 65 && c <= 90) return false;
      underscore ||= c === 95 && i > from && i + 1 < this.nameTo;
    }
    this.tid = -1;
    this.micros = -1;
    return underscore && bytes[from] !== 95;
  }

  /** The arguments, without the spaces that a terminal fills its lines up with. */
  argsOf(bytes: Uint8Array, to: number): string {
    let end = to;
    while (end > this.nameTo + 1 && bytes[end - 1] === SPACE) end -= 1;
    return this.nameTo < end ? textOf(bytes, this.nameTo + 1, end) : '';
  }

  #readName(bytes: Uint8Array, from: number, to: number): boolean {
    let i = from;
    let hash = 0;
    for (; i < to && nameByte(bytes[i]); i += 1) hash = (Math.imul(hash, 31) + (bytes[i] as number)) | 0;
    if (i === from || digit(bytes[from])) return false;
    // A space follows also where nothing else does. Editors may have taken it away; but where the file ends, the name was cut.
    if (i < to ? bytes[i] !== SPACE : bytes[i] !== LINE_FEED && bytes[i] !== RETURN) return false;
    this.nameFrom = from;
    this.nameTo = i;
    this.hash = hash;
    return true;
  }
}

/** The stamp as QEMU prints it. */
export function printStamp(micros: number): string {
  return `${Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;
}
