/**
 * A row of the table of tracer pages: thirteen 32-bit numbers.
 *
 *     WRITER  who writes pages like this one
 *     BY      host whose write was the last to land
 *     CUR     bit per host: that host's RAM has the last landed content; SHARED: all hosts have the same page
 *     PEND    bit per log on a host: the log has an unread bit for it
 *     OPEN    bit per log on a host: written since it was last protected, so a further write leaves no bit
 *     BUF     bit per log on a host: in the bitmap that was swapped out and not yet merged
 *     DIRTY   bit per host: in that host's migration bitmap, still to be sent
 *     HAS     bit per item on a wire: the item carries some content of it
 *     NEW     bit per item on a wire: the item carries the current content
 *     WALKED  bit per walk on a host: a device read it while it loaded
 *     SAW     bit per walk on a host: what it read then is still the current content
 *     STATE   bit 0-1: half of a two-phase write (1 logged, 2 landed); bit 2: placed by a step; bit 3: never written;
 *             bit 4: an older copy arrived after the current one and overwrote it; bit 5: its bit stood for another page when it
 *             was translated; bit 6: written after the snapshot was taken; bit 7: the guest said the page is free;
 *             bit 8: its bit was thrown away unread; bit 9: it set no bit, since the page had been left writable when its bit
 *             was taken; bit 10: it landed after its bit had been taken; bit 11: a log noted its first half;
 *             bit 12: it went to a process that is gone; bit 13: it was copied where only an older version lay; bit 14: a copy of
 *             it arrived damaged; bit 15: a copy left it out, since it was all zeros; bit 16: its content is all zeros. Bits 4, 5
 *             and 8 to 15 are for sentences alone, and kept only with evidence
 *     ZERO    bit per host: that host's RAM is all zeros there. Kept only where that can matter (`Program.zeros`)
 */

export const WRITER = 0;
export const BY = 1;
export const CUR = 2;
export const PEND = 3;
export const OPEN = 4;
export const BUF = 5;
export const DIRTY = 6;
export const HAS = 7;
export const NEW = 8;
export const WALKED = 9;
export const SAW = 10;
export const STATE = 11;
export const ZERO = 12;
export const WIDTH = 13;

export const SHARED = 0x3fffffff;

export const LOGGED = 1;
export const LANDED = 2;
export const PLACED = 4;
export const UNTOUCHED = 8;
export const OVERWRITTEN = 16;
export const MISTRANSLATED = 32;
export const AFTER = 64;
export const FREE = 128;
export const DROPPED = 256;
export const LEFT_WRITABLE = 512;
export const MARKED_EARLY = 1024;
/** A log noted the first half of a write; with evidence, until it lands. */
export const NOTED = 2048;
export const GONE = 4096;
export const COPIED_OLD = 8192;
export const DAMAGED = 16_384;
export const LEFT_OUT = 32_768;
export const ZEROS = 65_536;

/**
 * An item that pages are put into: its bit, and the hosts (bits) that take it in the order of its wire; -1 where that may be another.
 *
 * A write elsewhere than at a reader makes the content on the item old, and the reader's page too: from then on the page is not
 * followed on it, since old comes to where old is and does nothing. It would to what the reader's own host writes in the
 * meantime; but so it does to the page that was not written since it went on that wire, whose row stays. Else the histories
 * of a page would double with each pass that nobody reads.
 */
export interface Sent {
  readonly bit: number;
  readonly readers: number;
  /** It arrives with other bytes than were sent. */
  readonly damaged: boolean;
  /** Pages that are all zeros are not sent. */
  readonly skipZeros: boolean;
}

/** The first of the rows below `below` that equals row `index`; -1 for none. */
export function twinOf(rows: readonly number[], index: number, below: number): number {
  const at = index * WIDTH;
  next: for (let other = 0; other < below * WIDTH; other += WIDTH) {
    // Where there are many rows they differ by the items that they lie on.
    if (rows[other + HAS] !== rows[at + HAS] || rows[other + NEW] !== rows[at + NEW]) continue;
    for (let field = 0; field < WIDTH; field += 1) if (rows[other + field] !== rows[at + field]) continue next;
    return other / WIDTH;
  }
  return -1;
}
