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
import { StateTable } from './state-table.ts';
import type { ToCome } from './to-come.ts';

/** First word of a line. */
const FOUND = 0;
const CONTENT = 1;
const HALFWAY = 2;
const LOST = 3;

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

  constructor(program: Program) {
    this.#program = program;
    this.#everywhere = (1 << program.hosts.length) - 1;
    this.#walked = program.walks.reduce((mask, walk) => mask | (1 << walk.region), 0);
    const ops = program.lists.flatMap((list) => [...list.steps, ...list.recovery].flatMap((step) => step.ops));
    this.#finer = ops.some(
      ({ primitive }) => 'access' in primitive || 'snapshot' in primitive || ('log' in primitive && primitive.op === 'hint'),
    );
    const losses = [...new Set(program.writers.map((writer) => writer.spec.stale))];
    this.#losses = program.writers.map((writer) => losses.indexOf(writer.spec.stale));
  }

  /** The lines of all rows: their numbers in order, each once; valid until the next call. */
  of(machine: Machine, items: readonly Item[], toCome: ToCome): readonly number[] {
    const { rows, count } = machine.tracers;
    const bits = this.#bits;
    bits.length = 0;
    for (const item of items) if (item.what === 'ram') bits.push(item.bit);
    const found = this.#found;
    found.length = 0;
    for (let i = 0; i < count; i += 1) this.#row(rows, i * WIDTH, bits, toCome, found);
    return found;
  }

  #row(rows: Int32Array, at: number, bits: readonly number[], { harvests, copies, whole }: ToCome, found: number[]): void {
    if (this.#finer) {
      this.#whole(rows, at, bits, found);
      return;
    }
    const writer = rows[at + WRITER] as number;
    const pend = (rows[at + PEND] as number) & harvests;
    const open = (rows[at + OPEN] as number) & harvests;
    const buf = (rows[at + BUF] as number) & harvests;
    const dirty = (rows[at + DIRTY] as number) & copies;
    const has = renumber(rows[at + HAS] as number, bits);
    const walked = rows[at + WALKED] as number;
    const state = rows[at + STATE] as number;
    this.#add(found, FOUND, writer, pend, open, buf, dirty, has, walked, state);
    const current = rows[at + CUR] as number;
    const fresh = renumber(rows[at + NEW] as number, bits) & has;
    const saw = (rows[at + SAW] as number) & walked;
    if ((state & 3) !== 0) {
      this.#add(found, HALFWAY, writer, pend, open, buf, dirty, has, walked, state, rows[at + BY] as number, current, fresh, saw);
      return;
    }
    if (current === this.#everywhere && fresh === has && saw === walked) return;
    const region = this.#program.writers[writer]?.region ?? 0;
    const bare = has === 0 && dirty === 0 && (pend | buf) === 0 && walked === 0 && ((this.#walked >> region) & 1) === 0;
    if (bare && (copies === 0 || ((whole >> region) & 1) === 0)) this.#add(found, LOST, current, this.#losses[writer] as number);
    else this.#add(found, CONTENT, writer, pend, buf, dirty, has, walked, state, current, fresh, saw);
  }

  #whole(rows: Int32Array, at: number, bits: readonly number[], found: number[]): void {
    const words = Array.from(rows.subarray(at, at + WIDTH));
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
    found.splice(at, 0, number);
  }
}

/** Bits of items on the wires by their place among those that count, not by which was free. */
function renumber(mask: number, bits: readonly number[]): number {
  if (mask === 0) return 0;
  let sum = 0;
  for (let i = 0; i < bits.length; i += 1) if ((mask & (bits[i] as number)) !== 0) sum |= 1 << i;
  return sum;
}
