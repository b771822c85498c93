/**
 * Exact numbering of sequences of 32-bit integers: equal sequences get equal numbers, different ones different numbers.
 * An open-addressing hash table over one growing arena; whole sequences are compared, so no two are ever taken for one.
 */

const EMPTY = -1;

export class StateTable {
  /** Number of different sequences: they are numbered from 0. */
  size = 0;
  #slots = new Int32Array(1 << 10).fill(EMPTY);
  #hashes = new Int32Array(1 << 9);
  /** Where each sequence begins in the arena; one more for the end of the last. */
  #starts = new Int32Array((1 << 9) + 1);
  #arena = new Int32Array(1 << 14);

  /** Number of the first `length` words of `words`; a sequence not met before gets the next one. */
  number(words: Int32Array, length: number): number {
    const hash = hashOf(words, length);
    const mask = this.#slots.length - 1;
    let at = hash & mask;
    for (;;) {
      const known = this.#slots[at] as number;
      if (known === EMPTY) break;
      if (this.#hashes[known] === hash && this.#equals(known, words, length)) return known;
      at = (at + 1) & mask;
    }
    this.#slots[at] = this.size;
    return this.#append(hash, words, length);
  }

  /** The words of a sequence: a view, valid until the next call of `number`. */
  words(number: number): Int32Array {
    return this.#arena.subarray(this.#starts[number], this.#starts[number + 1]);
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#slots.byteLength + this.#hashes.byteLength + this.#starts.byteLength + this.#arena.byteLength;
  }

  #equals(known: number, words: Int32Array, length: number): boolean {
    const start = this.#starts[known] as number;
    if ((this.#starts[known + 1] as number) - start !== length) return false;
    for (let i = 0; i < length; i += 1) if (this.#arena[start + i] !== words[i]) return false;
    return true;
  }

  #append(hash: number, words: Int32Array, length: number): number {
    const number = this.size;
    const start = this.#starts[number] as number;
    if (start + length > this.#arena.length) this.#arena = wider(this.#arena, start + length);
    for (let i = 0; i < length; i += 1) this.#arena[start + i] = words[i] as number;
    this.size += 1;
    if (this.size >= this.#hashes.length) {
      this.#hashes = wider(this.#hashes, this.size + 1);
      this.#starts = wider(this.#starts, this.size + 2);
    }
    this.#hashes[number] = hash;
    this.#starts[this.size] = start + length;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  #rehash(): void {
    const slots = new Int32Array(this.#slots.length * 2).fill(EMPTY);
    const mask = slots.length - 1;
    for (let number = 0; number < this.size; number += 1) {
      let at = (this.#hashes[number] as number) & mask;
      while (slots[at] !== EMPTY) at = (at + 1) & mask;
      slots[at] = number;
    }
    this.#slots = slots;
  }
}

function wider(old: Int32Array, least: number): Int32Array<ArrayBuffer> {
  const next = new Int32Array(Math.max(least, old.length * 2));
  next.set(old);
  return next;
}

/** Multiply and rotate by word, with a last mixing (the constants are those of MurmurHash3, public domain). */
function hashOf(words: Int32Array, length: number): number {
  let hash = length;
  for (let i = 0; i < length; i += 1) {
    hash = Math.imul(hash ^ (words[i] as number), 0xcc9e2d51);
    hash = (hash << 15) | (hash >>> 17);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return hash ^ (hash >>> 13);
}
