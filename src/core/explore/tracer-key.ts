/**
 * What tracer pages (emulator/tracers.ts) can still become. A row takes part in what is to come in two ways, which do not
 * depend on each other:
 *
 *   - as the page that a further write finds: then its bits in logs and bitmaps, on the wires and in walks count, and what
 *     it holds does not, since the write replaces it;
 *   - by its own content, which can travel and be lost: then where it is current counts, and which bits let it travel.
 *
 * Content that is current everywhere and in every copy on the wires does no harm any more; content that no bit and no copy
 * still to come will send stays where it is, whoever wrote it. Both need not be told apart from others of their kind.
 */
import type { Machine } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import type { Item } from '../emulator/state.ts';
import { BUF, BY, CUR, DIRTY, HAS, NEW, OPEN, PEND, SAW, STATE, WALKED, WIDTH, WRITER } from '../emulator/tracer-row.ts';
import { type Standing, standingOf } from './standing-loss.ts';
import { StateTable } from './state-table.ts';
import type { ToCome } from './to-come.ts';

/** First word of a line. */
const FOUND = 0;
const CONTENT = 1;
const HALFWAY = 2;
const LOST = 3;
const STOOD_FOR = 4;

const NO_HOST = -1;

export class TracerKeys {
  readonly #program: Program;
  /** Lines that were met, numbered. */
  readonly #lines = new StateTable();
  readonly #line = new Int32Array(WIDTH + 1);
  readonly #everywhere: number;
  /** Access rights, snapshots, free pages: then content and marks of a row matter in more ways, and rows are told apart whole. */
  readonly #finer: boolean;
  /** What `of` works with and answers: valid until its next call. */
  readonly #bits: number[] = [];
  readonly #found: number[] = [];
  /** By writer: what a loss of its page is called, as a number. */
  readonly #losses: readonly number[];
  /** Regions that a load can walk: what lies in them then counts. */
  readonly #walked: number;
  readonly #standing: Standing;
  /** By kind of loss: the host whose lone content stands for all that is lost so (standing-loss.ts). */
  readonly #standsOn: number[];

  constructor(program: Program) {
    this.#program = program;
    this.#everywhere = (1 << program.hosts.length) - 1;
    this.#walked = program.walks.reduce((mask, walk) => mask | (1 << walk.region), 0);
    const ops = program.lists.flatMap((list) => [...list.steps, ...list.recovery].flatMap((step) => step.ops));
    // What a writer that clobbers wrote is harm where it is current: all of such a row counts.
    this.#finer =
      program.zeros ||
      program.writers.some(({ spec }) => spec.clobbers === true) ||
      ops.some(({ primitive }) => 'access' in primitive || 'snapshot' in primitive || ('log' in primitive && primitive.op === 'hint'));
    const losses = [...new Set(program.writers.map((writer) => writer.spec.stale))];
    this.#losses = program.writers.map((writer) => losses.indexOf(writer.spec.stale));
    this.#standing = standingOf(program);
    this.#standsOn = losses.map(() => NO_HOST);
  }

  /** The lines of all rows: their numbers in order, each once; valid until the next call. */
  of(machine: Machine, items: readonly Item[], toCome: ToCome): readonly number[] {
    const { rows, count } = machine.tracers;
    const bits = this.#bits;
    bits.length = 0;
    for (const item of items) if (item.what === 'ram') bits.push(item.bit);
    const found = this.#found;
    found.length = 0;
    if (!this.#finer && this.#standing.hosts !== 0) this.#stand(rows, count, bits, toCome, found);
    for (let i = 0; i < count; i += 1) this.#row(rows, i * WIDTH, bits, toCome, found);
    return found;
  }

  /** How many lines have numbers. */
  get lines(): number {
    return this.#lines.size;
  }

  /** Bytes held. */
  get bytes(): number {
    return this.#lines.bytes;
  }

  /** Lines from a number on, one after the other, each after its length. */
  linesFrom(first: number): Int32Array {
    const flat: number[] = [];
    for (let line = first; line < this.#lines.size; line += 1) {
      const words = this.#lines.words(line);
      flat.push(words.length, ...words);
    }
    return Int32Array.from(flat);
  }

  /** Numbers of lines that another searcher met. */
  learn(flat: Int32Array): readonly number[] {
    const numbers: number[] = [];
    for (let at = 0; at < flat.length; at += 1 + (flat[at] as number))
      numbers.push(this.#lines.number(flat.subarray(at + 1), flat[at] as number));
    return numbers;
  }

  /** Finds the losses that stand. */
  #stand(rows: readonly number[], count: number, bits: readonly number[], toCome: ToCome, found: number[]): void {
    this.#standsOn.fill(NO_HOST);
    for (let at = 0; at < count * WIDTH; at += WIDTH) {
      const current = rows[at + CUR] as number;
      const loss = this.#losses[rows[at + WRITER] as number] as number;
      const alone = (current & this.#standing.hosts) === current && (current & (current - 1)) === 0;
      const stands = this.#standsOn[loss] as number;
      if (current === 0 || !alone || (stands !== NO_HOST && 1 << stands <= current)) continue;
      if (((rows[at + STATE] as number) & 3) === 0 && this.#stays(rows, at, bits, toCome)) this.#standsOn[loss] = 31 - Math.clz32(current);
    }
    for (let loss = 0; loss < this.#standsOn.length; loss += 1) {
      const host = this.#standsOn[loss] as number;
      if (host !== NO_HOST) this.#add(found, LOST, 1 << host, loss);
    }
  }

  /** Whether the content of a row can travel no more: no bit and no copy still to come will send it, and no load walks it. */
  #stays(rows: readonly number[], at: number, bits: readonly number[], { harvests, copies, whole }: ToCome): boolean {
    const region = this.#program.writers[rows[at + WRITER] as number]?.region ?? 0;
    const logged = ((rows[at + PEND] as number) | (rows[at + BUF] as number)) & harvests;
    if (logged !== 0 || ((rows[at + DIRTY] as number) & copies) !== 0 || rows[at + WALKED] !== 0) return false;
    if (((this.#walked >> region) & 1) === 1 || renumber(rows[at + HAS] as number, bits) !== 0) return false;
    return copies === 0 || ((whole >> region) & 1) === 0;
  }

  #row(rows: readonly number[], at: number, bits: readonly number[], toCome: ToCome, found: number[]): void {
    if (this.#finer) {
      this.#whole(rows, at, bits, found);
      return;
    }
    const writer = rows[at + WRITER] as number;
    const state = rows[at + STATE] as number;
    const current = rows[at + CUR] as number;
    const loss = this.#losses[writer] as number;
    const stands = this.#standsOn[loss] as number;
    if (stands !== NO_HOST && ((this.#standing.writers >> writer) & 1) === 1) {
      this.#add(found, STOOD_FOR, writer, state, (current >> stands) & 1);
      return;
    }
    const pend = (rows[at + PEND] as number) & toCome.harvests;
    const open = (rows[at + OPEN] as number) & toCome.harvests;
    const buf = (rows[at + BUF] as number) & toCome.harvests;
    const dirty = (rows[at + DIRTY] as number) & toCome.copies;
    const has = renumber(rows[at + HAS] as number, bits);
    const walked = rows[at + WALKED] as number;
    this.#add(found, FOUND, writer, pend, open, buf, dirty, has, walked, state);
    const fresh = renumber(rows[at + NEW] as number, bits) & has;
    const saw = (rows[at + SAW] as number) & walked;
    if ((state & 3) !== 0) {
      this.#add(found, HALFWAY, writer, pend, open, buf, dirty, has, walked, state, rows[at + BY] as number, current, fresh, saw);
      return;
    }
    if ((current & this.#everywhere) === this.#everywhere && fresh === has && saw === walked) return;
    if (this.#stays(rows, at, bits, toCome)) this.#add(found, LOST, current, loss);
    else this.#add(found, CONTENT, writer, pend, buf, dirty, has, walked, state, current, fresh, saw);
  }

  #whole(rows: readonly number[], at: number, bits: readonly number[], found: number[]): void {
    const words = rows.slice(at, at + WIDTH);
    words[HAS] = renumber(words[HAS] as number, bits);
    words[NEW] = renumber(words[NEW] as number, bits);
    this.#add(found, FOUND, ...words);
  }

  /** Puts the number of a line where it belongs; a line that is there already counts once. */
  #add(found: number[], ...words: readonly number[]): void {
    for (let i = 0; i < words.length; i += 1) this.#line[i] = words[i] as number;
    const number = this.#lines.number(this.#line, words.length);
    let at = found.length;
    while (at > 0 && (found[at - 1] as number) > number) at -= 1;
    if (at > 0 && found[at - 1] === number) return;
    for (let i = found.length; i > at; i -= 1) found[i] = found[i - 1] as number;
    found[at] = number;
  }
}

/** Bits of items on the wires by their place among those that count, not by which was free. */
function renumber(mask: number, bits: readonly number[]): number {
  if (mask === 0) return 0;
  let sum = 0;
  for (let i = 0; i < bits.length; i += 1) if ((mask & (bits[i] as number)) !== 0) sum |= 1 << i;
  return sum;
}
