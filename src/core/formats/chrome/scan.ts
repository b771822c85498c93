/**
 * Chrome trace-event JSON, byte by byte and in chunks: a file of 100 MB is never one string and never one object. An event
 * is found by its braces, and of it only the fields that a lane needs are read; its arguments are kept as they stand.
 */
import { BACKSLASH, CLOSE, CLOSE_LIST, MOST_EVENT_BYTES, OPEN, OPEN_LIST, QUOTE } from '../json-bytes.ts';

export interface ScannedEvent {
  /** One character: X, B, E, i, C, M, s, f, … */
  readonly phase: number;
  /** Microseconds. */
  readonly ts: number;
  /** Microseconds; -1 where there is none. */
  readonly dur: number;
  readonly pid: string | number;
  readonly tid: string | number;
  /** Ranges in the bytes given: the name with its quotes, the arguments with their braces; -1 where there is none. */
  readonly nameFrom: number;
  readonly nameTo: number;
  readonly argsFrom: number;
  readonly argsTo: number;
  readonly from: number;
  readonly to: number;
}

const COLON = 58;
const COMMA = 44;
const MINUS = 45;
const POINT = 46;

/** So many digits are exact as a double. */
const WHOLE_DIGITS = 15;

/** What is wrong with a file, in words. */
export class ChromeError extends Error {}

export class ChromeScanner {
  readonly #each: (event: ScannedEvent, bytes: Uint8Array) => void;
  #rest: Uint8Array = new Uint8Array(0);
  #room: Uint8Array = new Uint8Array(0);
  /** Outside of the list of events, within it, or after it. */
  #stage: 'before' | 'events' | 'after' = 'before';
  #value = 0;
  /** The one object that is filled again for each event: a million of them are not made. */
  readonly #event = {
    phase: 0,
    ts: 0,
    dur: -1,
    pid: 0 as string | number,
    tid: 0 as string | number,
    nameFrom: -1,
    nameTo: -1,
    argsFrom: -1,
    argsTo: -1,
    from: 0,
    to: 0,
  };

  constructor(each: (event: ScannedEvent, bytes: Uint8Array) => void) {
    this.#each = each;
  }

  push(chunk: Uint8Array): void {
    const bytes = this.#rest.length > 0 ? this.#joined(chunk) : chunk;
    let at = 0;
    if (this.#stage === 'before') {
      at = this.#findList(bytes);
      if (at < 0) {
        this.#rest = bytes.slice();
        if (bytes.length > MOST_EVENT_BYTES) throw new ChromeError('no list of events ("traceEvents": [ … ]) in its first 16 MiB');
        return;
      }
      this.#stage = 'events';
    }
    this.#rest = this.#stage === 'events' ? bytes.slice(this.#events(bytes, at)) : new Uint8Array(0);
    if (this.#rest.length > MOST_EVENT_BYTES) throw new ChromeError('one event has more than 16 MiB, or its braces do not match');
  }

  /** What was left and what follows, in room that is used again for each chunk. */
  #joined(chunk: Uint8Array): Uint8Array {
    const length = this.#rest.length + chunk.length;
    if (this.#room.length < length) this.#room = new Uint8Array(length * 2);
    this.#room.set(this.#rest);
    this.#room.set(chunk, this.#rest.length);
    return this.#room.subarray(0, length);
  }

  /** @throws {ChromeError} where the file ended too early to hold anything */
  finish(): { readonly cut: boolean } {
    if (this.#stage === 'before') throw new ChromeError('no list of events: expected "traceEvents": [ … ], or a list at the top');
    return { cut: this.#stage === 'events' && this.#rest.some((byte) => byte > 32) };
  }

  /** After the bracket that opens the list; -1 where it has not come. */
  #findList(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && (bytes[at] as number) <= 32) at += 1;
    if (bytes[at] === OPEN_LIST) return at + 1;
    const text = new TextDecoder('latin1').decode(bytes.subarray(0, Math.min(bytes.length, MOST_EVENT_BYTES)));
    const found = /"traceEvents"\s*:\s*\[/.exec(text);
    return found === null ? -1 : found.index + found[0].length;
  }

  /** All whole events; answers where the rest begins. */
  #events(bytes: Uint8Array, from: number): number {
    let at = from;
    for (;;) {
      while (at < bytes.length && bytes[at] !== OPEN && bytes[at] !== CLOSE_LIST) at += 1;
      if (at >= bytes.length) return at;
      if (bytes[at] === CLOSE_LIST) {
        this.#stage = 'after';
        return bytes.length;
      }
      const end = this.#one(bytes, at);
      if (end < 0) return at;
      this.#each(this.#event, bytes);
      at = end;
    }
  }

  /** Reads the event whose brace stands at `from`; its end, or -1 if it is not all there. */
  #one(bytes: Uint8Array, from: number): number {
    const event = this.#event;
    event.phase = 0;
    event.ts = 0;
    event.dur = -1;
    event.pid = 0;
    event.tid = 0;
    event.nameFrom = -1;
    event.argsFrom = -1;
    event.from = from;
    const length = bytes.length;
    let at = from + 1;
    for (;;) {
      while (at < length && ((bytes[at] as number) <= 32 || bytes[at] === COMMA)) at += 1;
      if (at >= length) return -1;
      if (bytes[at] === CLOSE) {
        event.to = at + 1;
        return at + 1;
      }
      if (bytes[at] !== QUOTE)
        throw new ChromeError(`an event is no JSON: expected the name of a field, found "${String.fromCharCode(bytes[at] as number)}"`);
      const key = at + 1;
      let close = key;
      while (close < length && bytes[close] !== QUOTE && bytes[close] !== BACKSLASH) close += 1;
      if (bytes[close] === BACKSLASH) close = endOfString(bytes, at) - 1;
      if (close < 0 || close >= length) return -1;
      at = close + 1;
      while (at < length && ((bytes[at] as number) <= 32 || bytes[at] === COLON)) at += 1;
      const value = at;
      at = this.#integer(bytes, value);
      if (at < 0) {
        at = endOfValue(bytes, value);
        if (at < 0) return -1;
        this.#field(bytes, key, close - key, value, at);
      } else this.#numberField(bytes, key, close - key, this.#value);
    }
  }

  /** Most values are short whole numbers: read in one go into `#value`. Answers where they end; -1 for anything else. */
  #integer(bytes: Uint8Array, from: number): number {
    let value = 0;
    let at = from;
    for (const most = Math.min(bytes.length, from + WHOLE_DIGITS); at < most; at += 1) {
      const digit = (bytes[at] as number) - 48;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    if (at === from || at >= bytes.length) return -1;
    const next = bytes[at];
    if (next !== COMMA && next !== CLOSE) return -1;
    this.#value = value;
    return at;
  }

  #numberField(bytes: Uint8Array, key: number, length: number, value: number): void {
    const event = this.#event;
    const first = bytes[key];
    if (length === 2) {
      if (first === 116 && bytes[key + 1] === 115) event.ts = value;
    } else if (length === 3) {
      if (first === 100 && bytes[key + 1] === 117) event.dur = value;
      else if (first === 112 && bytes[key + 1] === 105) event.pid = value;
      else if (first === 116 && bytes[key + 1] === 105) event.tid = value;
    }
  }

  /** Fields are told apart by length and first letter: no string is made for those that are not read. */
  #field(bytes: Uint8Array, key: number, length: number, from: number, to: number): void {
    const event = this.#event;
    const first = bytes[key];
    if (length === 2 && first === 112 && bytes[key + 1] === 104) event.phase = bytes[from + 1] as number;
    else if (length === 2 && first === 116 && bytes[key + 1] === 115) event.ts = numberAt(bytes, from, to);
    else if (length === 3 && first === 100 && bytes[key + 1] === 117) event.dur = numberAt(bytes, from, to);
    else if (length === 3 && first === 112 && bytes[key + 1] === 105) event.pid = idAt(bytes, from, to);
    else if (length === 3 && first === 116 && bytes[key + 1] === 105) event.tid = idAt(bytes, from, to);
    else if (length === 4 && first === 110 && bytes[from] === QUOTE) {
      event.nameFrom = from;
      event.nameTo = to;
    } else if (length === 4 && first === 97 && bytes[from] === OPEN) {
      event.argsFrom = from;
      event.argsTo = to;
    }
  }
}

/** After the closing quote; -1 if it has not come. */
function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = from + 1; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === BACKSLASH) at += 1;
    else if (byte === QUOTE) return at + 1;
  }
  return -1;
}

function endOfValue(bytes: Uint8Array, from: number): number {
  const first = bytes[from];
  if (first === QUOTE) return endOfString(bytes, from);
  if (first !== OPEN && first !== OPEN_LIST) {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (byte === COMMA || byte === CLOSE || byte === CLOSE_LIST || byte <= 32) return at;
    }
    return -1;
  }
  let depth = 0;
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at) - 1;
      if (at < 0) return -1;
    } else if (byte === OPEN || byte === OPEN_LIST) depth += 1;
    else if (byte === CLOSE || byte === CLOSE_LIST) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return -1;
}

/** Digits by hand; what has an exponent goes the long way. */
function numberAt(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  let scale = 0;
  let at = from;
  const negative = bytes[at] === MINUS;
  if (negative || bytes[at] === QUOTE) at += 1;
  for (; at < to; at += 1) {
    const byte = bytes[at] as number;
    if (byte === POINT && scale === 0) scale = 1;
    else if (byte >= 48 && byte <= 57) {
      value = value * 10 + byte - 48;
      if (scale > 0) scale *= 10;
    } else if (byte === QUOTE) break;
    else return Number(new TextDecoder().decode(bytes.subarray(from, to)));
  }
  const whole = scale > 1 ? value / scale : value;
  return negative ? -whole : whole;
}

function idAt(bytes: Uint8Array, from: number, to: number): string | number {
  return bytes[from] === QUOTE ? new TextDecoder().decode(bytes.subarray(from + 1, to - 1)) : numberAt(bytes, from, to);
}
