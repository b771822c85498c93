/**
 * RAM rounds of a sending side: from the end of one bitmap sync to the last RAM section before the next. What was sent in one is the
 * sum of `migrate_transferred` (7.2: once in 100 ms, so a short round may have none) and the number of single pages, if the log has those.
 */
import type { EventArgs } from '../../trace/trace.ts';
import { TERMINAL } from './mark.ts';

export class RamRounds {
  #row = -1;
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
  }

  args(): EventArgs {
    this.#round += 1;
    return { round: this.#round };
  }

  page(): void {
    this.#pages += 1;
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
    if (status === 'setup') this.#round = 0;
    return TERMINAL.has(status);
  }

  /** The round under way, with what was sent in it. */
  end(): { readonly row: number; readonly reached: number | undefined; readonly args: EventArgs } | undefined {
    if (this.#row < 0) return undefined;
    const args: EventArgs = {
      ...(this.#samples === 0 ? {} : { bytes: this.#bytes }),
      ...(this.#pages === 0 ? {} : { count: this.#pages }),
    };
    const ended = { row: this.#row, reached: this.#reached, args };
    this.#row = -1;
    return ended;
  }
}
