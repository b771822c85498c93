/**
 * The bytes of one text file as they come in, and the lines in them. A file is never one string: a line is a range of bytes, and
 * becomes text where somebody asks for it.
 */

const FIRST_BYTES = 65_536;
const LINE_FEED = 10;
const RETURN = 13;

/** A line as a range of bytes, without its line feed or carriage return. */
export type EachLine = (from: number, to: number) => void;

export class RawText {
  readonly name: string;
  length = 0;
  /** The last line has no line feed. */
  cut = false;
  #bytes: Uint8Array<ArrayBuffer>;
  /** Where the unfinished line begins, and how far it has been searched for its end. */
  #from = 0;
  #seen = 0;

  /** `expected`: how many bytes will come, if that is known; what is right costs no copy. */
  constructor(name: string, expected = 0) {
    this.name = name;
    this.#bytes = new Uint8Array(Math.max(expected, FIRST_BYTES));
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes;
  }

  push(piece: Uint8Array, each: EachLine): void {
    const length = this.length + piece.length;
    if (length > this.#bytes.length) this.#grow(Math.max(length, this.#bytes.length * 2));
    this.#bytes.set(piece, this.length);
    this.length = length;
    // Lines are short: a loop costs less than a call for each.
    const bytes = this.#bytes;
    for (let i = this.#seen; i < length; i += 1) {
      if (bytes[i] !== LINE_FEED) continue;
      this.#line(i, each);
      this.#from = i + 1;
    }
    this.#seen = length;
  }

  /** The last line, if the text did not end with a line feed. */
  finish(each: EachLine): void {
    this.cut = this.#from < this.length;
    if (this.cut) this.#line(this.length, each);
    this.#from = this.length;
    if (this.#bytes.length > this.length * 1.25) this.#bytes = this.#bytes.slice(0, this.length);
  }

  /** All lines once more, after `finish`. */
  again(each: EachLine): void {
    this.#from = 0;
    for (let end = this.#bytes.indexOf(LINE_FEED); end >= 0 && end < this.length; end = this.#bytes.indexOf(LINE_FEED, this.#from)) {
      this.#line(end, each);
      this.#from = end + 1;
    }
    if (this.#from < this.length) this.#line(this.length, each);
    this.#from = this.length;
  }

  #line(end: number, each: EachLine): void {
    each(this.#from, end > this.#from && this.#bytes[end - 1] === RETURN ? end - 1 : end);
  }

  #grow(capacity: number): void {
    const wider = new Uint8Array(capacity);
    wider.set(this.#bytes.subarray(0, this.length));
    this.#bytes = wider;
  }
}
