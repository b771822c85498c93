/**
 * Exact numbering of sequences of 32-bit integers: equal sequences get equal numbers, different ones different numbers.
 * An open-addressing hash table over an arena; whole sequences are compared, so no two are ever taken for one. The arena grows by
 * blocks: nothing is copied while it grows, so that it takes no more memory at any moment than it says.
 */

const EMPTY = -1;
/** Words of a block, as a power of two. A sequence lies within one block; a longer one has a block of its own. */
const BLOCK_BITS = 16;
const BLOCK = 1 << BLOCK_BITS;

export class StateTable {
  /** Number of different sequences: they are numbered from 0. */
  size = 0;
  #slots = new Int32Array(1 << 10).fill(EMPTY);
  #hashes = new Int32Array(1 << 9);
  /** Where each sequence lies: block, and place in it. Its length stands there, then its words. */
  #starts = new Int32Array(1 << 9);
  readonly #blocks: Int32Array<ArrayBuffer>[] = [];
  #blockBytes = 0;
  /** Words taken of the last block. */
  #taken = BLOCK;

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

  /** The words of a sequence: a view. */
  words(number: number): Int32Array {
    const start = this.#starts[number] as number;
    const block = this.#blocks[start >>> BLOCK_BITS] as Int32Array;
    const at = start & (BLOCK - 1);
    return block.subarray(at + 1, at + 1 + (block[at] as number));
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#slots.byteLength + this.#hashes.byteLength + this.#starts.byteLength + this.#blockBytes;
  }

  #equals(known: number, words: Int32Array, length: number): boolean {
    const start = this.#starts[known] as number;
    const block = this.#blocks[start >>> BLOCK_BITS] as Int32Array;
    const at = start & (BLOCK - 1);
    if (block[at] !== length) return false;
    for (let i = 0; i < length; i += 1) if (block[at + 1 + i] !== words[i]) return false;
    return true;
  }

  #append(hash: number, words: Int32Array, length: number): number {
    const number = this.size;
    if (this.#taken + length + 1 > BLOCK) this.#addBlock(length + 1);
    const block = this.#blocks[this.#blocks.length - 1] as Int32Array;
    const at = this.#taken;
    block[at] = length;
    for (let i = 0; i < length; i += 1) block[at + 1 + i] = words[i] as number;
    this.#taken += length + 1;
    this.size += 1;
    if (this.size > this.#hashes.length) {
      this.#hashes = wider(this.#hashes);
      this.#starts = wider(this.#starts);
    }
    this.#hashes[number] = hash;
    this.#starts[number] = ((this.#blocks.length - 1) << BLOCK_BITS) | at;
    if (this.size * 2 > this.#slots.length) this.#rehash();
    return number;
  }

  #addBlock(least: number): void {
    const block = new Int32Array(Math.max(BLOCK, least));
    this.#blocks.push(block);
    this.#blockBytes += block.byteLength;
    this.#taken = 0;
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

function wider(old: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(old.length * 2);
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
