/**
 * A trace that comes as columns, a million events of a foreign file: sorted by time, slices within slices laid onto lanes of
 * their own, arguments as bytes of JSON. With `TraceBuilder` the only maker of traces; the guarantees are the same.
 */
import { assert } from '../base/assert.ts';
import type { PackedTrace } from './packed.ts';
import type { Nanos } from './time.ts';
import type { Lane, Note, Origin } from './trace.ts';
import { EVENT_KINDS } from './vocabulary.ts';

/** `{"name":` as two words, in the machine's own order of bytes. */
const [NAME_0, NAME_1] = new Uint32Array(new TextEncoder().encode('{"name":').buffer) as unknown as readonly [number, number];
const NAME_BYTES = 8;
/** The texts of events begin at whole words, with blanks before the next: they are moved by words. */
const WORD = 4;
const BLANK = 32;
const EMPTY = new TextEncoder().encode('""');
const COMMA = 44;
const CLOSE = 125;
const MOST_LANES = 65_535;
/** Slices that lie deeper share the lane of this depth. */
const MOST_DEPTH = 255;
/** Bytes of a foreign event, and the share of a file that is names and arguments; where more comes, the room grows. */
const EVENT_BYTES = 80;
const TEXT_SHARE = 0.5;

export class ColumnsBuilder {
  #capacity: number;
  #length = 0;
  #at: Float64Array<ArrayBuffer>;
  #duration: Float64Array<ArrayBuffer>;
  #track: Uint32Array<ArrayBuffer>;
  #kind: Uint8Array<ArrayBuffer>;
  #textAt: Float64Array<ArrayBuffer>;
  #text: Uint8Array<ArrayBuffer>;
  /** The same bytes. */
  #words: Uint32Array<ArrayBuffer>;
  #textLength = 0;

  /** `fileBytes`: of what will be read, 0 if that is not known. Room is made for it at once: pages of it that are never written cost nothing. */
  constructor(fileBytes = 0) {
    this.#capacity = Math.max(1 << 14, Math.ceil(fileBytes / EVENT_BYTES));
    this.#at = new Float64Array(this.#capacity);
    this.#duration = new Float64Array(this.#capacity);
    this.#track = new Uint32Array(this.#capacity);
    this.#kind = new Uint8Array(this.#capacity);
    this.#textAt = new Float64Array(this.#capacity + 1);
    this.#text = new Uint8Array(wholeWords(Math.max(1 << 20, fileBytes * TEXT_SHARE)));
    this.#words = new Uint32Array(this.#text.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** Appends an event of a track; its text follows. Answers its row. */
  add(track: number, kind: number, atNanos: Nanos, durationNanos: Nanos): number {
    assert(kind >= 0 && kind < EVENT_KINDS.length, `event kind ${kind}`);
    if (this.#length === this.#capacity) this.#grow();
    const row = this.#length++;
    this.#at[row] = atNanos;
    this.#duration[row] = durationNanos;
    this.#track[row] = track;
    this.#kind[row] = kind;
    this.#textAt[row + 1] = this.#textLength;
    return row;
  }

  close(row: number, endNanos: Nanos): void {
    this.#duration[row] = Math.max(0, endNanos - (this.#at[row] as number));
  }

  /** `{"name": NAME, …ARGS}` of the last row, from ranges of JSON in `bytes`; -1 for none. */
  text(bytes: Uint8Array, nameFrom: number, nameTo: number, argsFrom: number, argsTo: number): void {
    const name = nameFrom < 0 ? 2 : nameTo - nameFrom;
    const inner = argsFrom < 0 ? 0 : argsTo - argsFrom - 2;
    this.#room(NAME_BYTES + name + inner + 2 + WORD);
    const text = this.#text;
    const begin = this.#textLength;
    this.#words[begin / WORD] = NAME_0;
    this.#words[begin / WORD + 1] = NAME_1;
    let at = begin + NAME_BYTES;
    at = nameFrom < 0 ? copyInto(text, at, EMPTY, 0, EMPTY.length) : copyInto(text, at, bytes, nameFrom, nameTo);
    if (inner > 0 && !blank(bytes, argsFrom + 1, argsTo - 1)) {
      text[at] = COMMA;
      at = copyInto(text, at + 1, bytes, argsFrom + 1, argsTo - 1);
    }
    text[at++] = CLOSE;
    while (at % WORD !== 0) text[at++] = BLANK;
    this.#textLength = at;
    this.#textAt[this.#length] = at;
  }

  /** `zeroNanos` is taken off all times. `laneOf` names the lane of a track at a depth of nesting. */
  finish(origin: Origin, zeroNanos: Nanos, laneOf: (track: number, depth: number) => Lane, notes: readonly Note[]): PackedTrace {
    const length = this.#length;
    const order = orderOf(this.#at, length);
    const at = new Float64Array(length);
    const duration = new Float64Array(length);
    const lane = new Uint16Array(length);
    const kind = new Uint8Array(length);
    const argsAt = new Uint32Array(length + 1);
    const argsText = new Uint8Array(this.#textLength);
    const to = new Uint32Array(argsText.buffer);
    const words = this.#words;
    const lanes: Lane[] = [];
    const numbers = new Map<number, number>();
    /** By track: the ends of the slices that are open, outermost first, and the lanes by depth, -1 for none yet. */
    const open: number[][] = [];
    const places: number[][] = [];
    let written = 0;
    let endNanos = 0;
    for (let i = 0; i < length; i += 1) {
      const row = order[i] as number;
      const from = (this.#at[row] as number) - zeroNanos;
      const long = this.#duration[row] as number;
      const track = this.#track[row] as number;
      while (open.length <= track) {
        open.push([]);
        places.push([]);
      }
      const ends = open[track] as number[];
      while (ends.length > 0 && (ends[ends.length - 1] as number) <= from) ends.pop();
      const depth = long < 0 ? 0 : Math.min(ends.length, MOST_DEPTH);
      if (long > 0) ends.push(from + long);
      const ofTrack = places[track] as number[];
      let number = ofTrack[depth] ?? -1;
      if (number < 0) {
        assert(lanes.length < MOST_LANES, `a trace holds at most ${MOST_LANES} lanes`);
        number = lanes.push(laneOf(track, depth)) - 1;
        numbers.set(track * (MOST_DEPTH + 1) + depth, number);
        while (ofTrack.length <= depth) ofTrack.push(-1);
        ofTrack[depth] = number;
      }
      at[i] = Math.round(from);
      duration[i] = long < 0 ? -1 : Math.round(long);
      lane[i] = number;
      kind[i] = this.#kind[row] as number;
      endNanos = Math.max(endNanos, from + Math.max(0, long));
      const end = (this.#textAt[row + 1] as number) / WORD;
      for (let word = (this.#textAt[row] as number) / WORD; word < end; word += 1) to[written++] = words[word] as number;
      argsAt[i + 1] = written * WORD;
    }
    const ordered = inFileOrder(lanes, numbers, lane);
    const none = () => new Int32Array(length).fill(-1);
    return {
      length,
      at,
      duration,
      lane,
      kind,
      step: none(),
      cause: none(),
      lanes: ordered,
      steps: [],
      origin,
      clocks: [],
      reports: ['slice', 'instant', 'counter'],
      notes,
      ordered: true,
      endNanos: Math.round(endNanos),
      argsText,
      argsAt,
    };
  }

  #room(more: number): void {
    if (this.#textLength + more <= this.#text.length) return;
    const wider = new Uint8Array(wholeWords(Math.max(this.#text.length * 2, this.#textLength + more)));
    wider.set(this.#text.subarray(0, this.#textLength));
    this.#text = wider;
    this.#words = new Uint32Array(wider.buffer);
  }

  #grow(): void {
    this.#capacity *= 2;
    const widen = <Column extends { set(from: Column): void }>(from: Column, to: Column): Column => {
      to.set(from);
      return to;
    };
    this.#at = widen(this.#at, new Float64Array(this.#capacity));
    this.#duration = widen(this.#duration, new Float64Array(this.#capacity));
    this.#track = widen(this.#track, new Uint32Array(this.#capacity));
    this.#kind = widen(this.#kind, new Uint8Array(this.#capacity));
    this.#textAt = widen(this.#textAt, new Float64Array(this.#capacity + 1));
  }
}

/** Lanes were numbered as events came; they stand in the order in which the file names its tracks. Renumbers `lane`. */
function inFileOrder(lanes: readonly Lane[], numbers: ReadonlyMap<number, number>, lane: Uint16Array): readonly Lane[] {
  const sorted = [...numbers].sort(([a], [b]) => a - b);
  const place = new Uint16Array(lanes.length);
  sorted.forEach(([, number], at) => {
    place[number] = at;
  });
  for (let i = 0; i < lane.length; i += 1) lane[i] = place[lane[i] as number] as number;
  return sorted.map(([, number]) => lanes[number] as Lane);
}

function wholeWords(bytes: number): number {
  return Math.ceil(bytes / WORD) * WORD;
}

/** Short pieces: a loop is faster than a view and a call. Answers where the copy ends. */
function copyInto(to: Uint8Array, at: number, from: Uint8Array, begin: number, end: number): number {
  let place = at;
  for (let i = begin; i < end; i += 1) to[place++] = from[i] as number;
  return place;
}

function blank(bytes: Uint8Array, from: number, to: number): boolean {
  for (let i = from; i < to; i += 1) if ((bytes[i] as number) > 32) return false;
  return true;
}

const DIGIT = 1 << 11;

/** Rows by time, those of one time as they came: a radix sort, since a comparison sort of a million takes a second. */
function orderOf(at: Float64Array, length: number): Uint32Array {
  let order = new Uint32Array(length);
  let sorted = true;
  let most = 0;
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < length; i += 1) {
    const time = at[i] as number;
    order[i] = i;
    if (time > most) most = time;
    if (time < least) least = time;
    if (i > 0 && time < (at[i - 1] as number)) sorted = false;
  }
  if (sorted) return order;
  let other = new Uint32Array(length);
  const digits = new Uint16Array(length);
  for (let unit = 1; unit <= most - least; unit *= DIGIT) {
    const places = new Uint32Array(DIGIT + 1);
    for (let i = 0; i < length; i += 1) {
      const digit = Math.floor(((at[i] as number) - least) / unit) % DIGIT;
      digits[i] = digit;
      places[digit + 1] = (places[digit + 1] as number) + 1;
    }
    for (let i = 1; i <= DIGIT; i += 1) places[i] = (places[i] as number) + (places[i - 1] as number);
    for (let i = 0; i < length; i += 1) {
      const row = order[i] as number;
      const digit = digits[row] as number;
      const place = places[digit] as number;
      places[digit] = place + 1;
      other[place] = row;
    }
    [order, other] = [other, order];
  }
  return order;
}
