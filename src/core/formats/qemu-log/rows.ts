/** What a reader has found, one row an event, in columns that grow. */
import type { EventArgs } from '../../trace/trace.ts';

const FIRST_ROWS = 1_024;

export class Rows {
  length = 0;
  /** Microseconds of the log's own clock. */
  micros = new Float64Array(FIRST_ROWS);
  /** Microseconds; -1 for an instant. */
  lasts = new Float64Array(FIRST_ROWS);
  kind = new Uint8Array(FIRST_ROWS);
  lane = new Uint16Array(FIRST_ROWS);
  /** File of the process, line in it (1-based) and first byte of that. */
  file = new Uint8Array(FIRST_ROWS);
  line = new Uint32Array(FIRST_ROWS);
  from = new Uint32Array(FIRST_ROWS);
  /** Undefined for a line of text: it is read from the file where it is wanted. */
  readonly args: (EventArgs | undefined)[] = [];

  add(micros: number, kind: number, lane: number, file: number, line: number, from: number, args: EventArgs | undefined): number {
    const row = this.length;
    if (row === this.micros.length) this.#grow(row * 2);
    this.micros[row] = micros;
    this.lasts[row] = -1;
    this.kind[row] = kind;
    this.lane[row] = lane;
    this.file[row] = file;
    this.line[row] = line;
    this.from[row] = from;
    this.args.push(args);
    this.length = row + 1;
    return row;
  }

  /** The row lasted until then, and more is known of it; nothing where there is none (-1). */
  end(row: number, micros: number, args: EventArgs): void {
    if (row < 0) return;
    this.lasts[row] = Math.max(0, micros - (this.micros[row] as number));
    this.amend(row, args);
  }

  amend(row: number, args: EventArgs): void {
    if (row >= 0) this.args[row] = { ...this.args[row], ...args };
  }

  #grow(capacity: number): void {
    this.micros = widen(this.micros, new Float64Array(capacity));
    this.lasts = widen(this.lasts, new Float64Array(capacity));
    this.kind = widen(this.kind, new Uint8Array(capacity));
    this.lane = widen(this.lane, new Uint16Array(capacity));
    this.file = widen(this.file, new Uint8Array(capacity));
    this.line = widen(this.line, new Uint32Array(capacity));
    this.from = widen(this.from, new Uint32Array(capacity));
  }
}

function widen<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
