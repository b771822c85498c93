/**
 * RAM rounds of a sending side: from the end of one bitmap sync to the last RAM section before the next. What was sent in one is the
 * sum of `migrate_transferred` (7.2: once in 100 ms, so a short round may have none) and the number of single pages, if the log has those.
 */
import type { EventArgs } from '../../trace/trace.ts';
import { TERMINAL } from './mark.ts';

/** A range of a RAM block whose bits were cleared, or a page: in bytes from the block's beginning; `line` of its file. */
interface Place {
  readonly block: string;
  readonly start: number;
  readonly bytes: number;
  readonly line: number;
}

const CLEARED = /^rb (\S+) start (0x[\da-f]+) size (0x[\da-f]+)/;
const SENT = /^(\S+): offset: (0x[\da-f]+)/;

export class RamRounds {
  #row = -1;
  /** Ranges cleared since the last sync, and since the migration began. */
  #cleared: Place[] = [];
  readonly #ever: Place[] = [];
  /** The first page of the round, and whether its bit had been cleared by then. */
  #first: Place | undefined;
  #clear: EventArgs = {};
  #round = 0;
  #reached: number | undefined;
  #bytes = 0;
  #samples = 0;
  #pages = 0;

  begin(row: number): void {
    this.#row = row;
    this.#reached = undefined;
    this.#bytes = 0;
    this.#samples = 0;
    this.#pages = 0;
    this.#cleared = [];
    this.#first = undefined;
    this.#clear = {};
  }

  args(): EventArgs {
    this.#round += 1;
    return { round: this.#round };
  }

  page(): void {
    this.#pages += 1;
  }

  /** The first page of the round is still to be told by `firstPage`. */
  get wantsPage(): boolean {
    return this.#row >= 0 && this.#pages === 1;
  }

  /** `migration_bitmap_clear_dirty`: the kernel's bits of a range are cleared, which QEMU puts off until the first page of it is read. */
  clears(args: string, line: number): void {
    const found = CLEARED.exec(args);
    if (found === null) return;
    const range = { block: found[1] as string, start: Number(found[2]), bytes: Number(found[3]), line };
    this.#cleared.push(range);
    this.#ever.push(range);
    const first = this.#first;
    // The bits were fetched and cleared by nothing before the page was read: what was written between has no bit.
    if (first !== undefined && this.#clear['clear'] === undefined && covers(range, first))
      this.#clear = { clear: 'after', clearLine: line, pageLine: first.line };
  }

  /** `ram_save_page`, the first of a round. One whose range was cleared in a round before may have waited since then: it tells nothing. */
  firstPage(args: string, line: number): void {
    const found = SENT.exec(args);
    if (found === null) return;
    const page = { block: found[1] as string, start: Number(found[2]), bytes: 1, line };
    const before = this.#cleared.find((range) => covers(range, page));
    if (before !== undefined) this.#clear = { clear: 'before', clearLine: before.line, pageLine: line };
    else if (!this.#ever.some((range) => covers(range, page))) this.#first = page;
  }

  sent(bytes: number): void {
    this.#bytes += bytes;
    if (bytes > 0) this.#samples += 1;
  }

  /** A RAM section ended here. */
  reach(micros: number): void {
    this.#reached = micros;
  }

  /** Whether a status ends the migration; the next one counts from one. */
  over(status: string): boolean {
    if (status === 'setup') {
      this.#round = 0;
      this.#ever.length = 0;
    }
    return TERMINAL.has(status);
  }

  /** The round under way, with what was sent in it. */
  end(): { readonly row: number; readonly reached: number | undefined; readonly args: EventArgs } | undefined {
    if (this.#row < 0) return undefined;
    const args: EventArgs = {
      ...(this.#samples === 0 ? {} : { bytes: this.#bytes }),
      ...(this.#pages === 0 ? {} : { count: this.#pages }),
      ...this.#clear,
    };
    const ended = { row: this.#row, reached: this.#reached, args };
    this.#row = -1;
    return ended;
  }
}

function covers(range: Place, page: Place): boolean {
  return range.block === page.block && page.start >= range.start && page.start < range.start + range.bytes;
}
