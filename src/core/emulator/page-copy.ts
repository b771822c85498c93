/** What a copy of pages puts on the wire, and its bytes there. */

/** Pages that a copy put into one item: slots with the versions read, as they were at that moment. */
export interface PageCopy {
  readonly slots: Int32Array;
  readonly versions: Int32Array;
  /** Number of slots that existed then: later ones came out of their region's rest. */
  readonly known: number;
  readonly pages: number;
  readonly bytes: number;
}

/** Bytes of a page record in a RAM section: header of 8 and the page; a zero page is 9 (qemu-migration-order.md, section 7). */
const RECORD_HEADER_BYTES = 8;
const ZERO_RECORD_BYTES = 9;

/** Bytes of `pages` page records, of which at most `populated` have content; the others are zero pages. */
export function recordBytes(pageBytes: number, pages: number, populated: number): number {
  const full = Math.min(pages, populated);
  return full * (RECORD_HEADER_BYTES + pageBytes) + (pages - full) * ZERO_RECORD_BYTES;
}
