/** Text in chunks to lines: a file is never one string, a line never longer than a limit. */

/** Characters of a line that are kept; the rest is counted and left out, and a note says so. */
export const MOST_LINE_CHARS = 65_536;

export class LineSplitter {
  readonly #each: (line: string) => void;
  #rest = '';
  #lost = 0;
  /** Lines that were longer than the limit. */
  cut = 0;

  constructor(each: (line: string) => void) {
    this.#each = each;
  }

  push(text: string): void {
    let from = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', from)) {
      this.#take(text.slice(from, end));
      this.#emit();
      from = end + 1;
    }
    if (from < text.length) this.#take(text.slice(from));
  }

  /** The last line, if the text did not end with a line feed. */
  finish(): void {
    if (this.#rest !== '' || this.#lost > 0) this.#emit();
  }

  #take(piece: string): void {
    const room = MOST_LINE_CHARS - this.#rest.length;
    if (piece.length > room) this.#lost += piece.length - Math.max(0, room);
    if (room > 0) this.#rest = this.#rest === '' ? piece.slice(0, room) : this.#rest + piece.slice(0, room);
  }

  #emit(): void {
    if (this.#lost > 0) this.cut += 1;
    const line = this.#rest.endsWith('\r') ? this.#rest.slice(0, -1) : this.#rest;
    this.#rest = '';
    this.#lost = 0;
    this.#each(line);
  }
}
