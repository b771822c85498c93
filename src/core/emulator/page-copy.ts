/** What a copy of pages puts on the wire, and its bytes there. */

/** Pages that a copy put into one item: slots with the versions read, as they were at that moment. */
export interface PageCopy {
  readonly slots: Int32Array;
  readonly versions: Int32Array;
  /** Number of slots that existed then: later ones came out of their region's rest. */
  readonly known: number;
  /** Pages that were all zeros are not in it, those of a region's rest included. */
  readonly skipZeros: boolean;
  readonly pages: number;
  readonly bytes: number;
}

/** Bytes of a page record in a RAM section: header of 8 and the page; a zero page is 9 (qemu-migration-order.md, section 7). */
const RECORD_HEADER_BYTES = 8;
export const ZERO_RECORD_BYTES = 9;

/** Bytes of `pages` page records, of which at most `populated` have content; the others are zero pages. */
export function recordBytes(pageBytes: number, pages: number, populated: number): number {
  const full = Math.min(pages, populated);
  return full * (RECORD_HEADER_BYTES + pageBytes) + (pages - full) * ZERO_RECORD_BYTES;
}

/** Of a page that arrived damaged: what nobody has written. */
export const DAMAGED_VERSION = -1;

/** Puts the pages of a copy into the `versions` of a host; pages that came out of their region's rest since have what the rest has. */
export function unpack(
  copy: PageCopy,
  versions: number[],
  regionOf: readonly number[],
  regions: number,
  isZeroRest: (slot: number) => boolean,
): void {
  const rests = new Map<number, number>();
  copy.slots.forEach((slot, i) => {
    versions[slot] = copy.versions[i] as number;
    if (slot < regions) rests.set(slot, copy.versions[i] as number);
  });
  for (let slot = copy.known; slot < versions.length; slot += 1) {
    const rest = rests.get(regionOf[slot] as number);
    if (rest !== undefined && !(copy.skipZeros && isZeroRest(slot))) versions[slot] = rest;
  }
}
