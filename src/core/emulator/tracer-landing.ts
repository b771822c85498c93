/** What it does to a tracer page (tracer-row.ts) that data land in it, of a guest, of a load, or of nobody any more. */
import { homeOf, type Program, type RegionDef } from './program.ts';
import { BY, CUR, HAS, NEW, SAW, SHARED, STATE, UNTOUCHED, WALKED, WRITER, ZERO, ZEROS } from './tracer-row.ts';

/** Kinds of untouched pages in a region, told apart where that can matter: with content (false), all zeros (true). */
export function kindsOf(program: Program, region: number): readonly boolean[] {
  const { populated, pages } = program.regions[region] as RegionDef;
  if (!program.zeros) return [false];
  return [...(populated > 0 ? [false] : []), ...(populated < pages ? [true] : [])];
}

/** A page as it was before the migration: with content on the host that runs at the beginning, or all zeros everywhere. */
export function untouchedRow(program: Program, rows: number[], row: number, writer: number, zeros: boolean): void {
  const owner = homeOf(program);
  const everywhere = (1 << program.hosts.length) - 1;
  const shared = program.regions[program.writers[writer]?.region ?? 0]?.shared === true;
  rows[row + WRITER] = writer;
  rows[row + BY] = owner;
  rows[row + CUR] = shared ? SHARED : zeros ? everywhere : 1 << owner;
  rows[row + STATE] = zeros ? UNTOUCHED | ZEROS : UNTOUCHED;
  rows[row + ZERO] = zeros ? everywhere : program.zeros ? everywhere & ~(1 << owner) : 0;
}

/** A write on `host`. `away`: items (bits) that come to other hosts alone, in their order; `ownWalks`: bits of the walks on this host. */
export function landRow(rows: number[], row: number, host: number, away: number, ownWalks: number): void {
  rows[row + BY] = host;
  if (rows[row + CUR] !== SHARED) rows[row + CUR] = 1 << host;
  rows[row + HAS] = (rows[row + HAS] as number) & ~away;
  rows[row + NEW] = 0;
  rows[row + ZERO] = (rows[row + ZERO] as number) & ~(1 << host);
  rows[row + STATE] = (rows[row + STATE] as number) & ~ZEROS;
  // A write on the host of the walk itself is trapped, and the device follows it; elsewhere it makes the walk old.
  rows[row + SAW] = (rows[row + WALKED] as number) & ownWalks;
}

/**
 * Zeros are the same whoever wrote them: current wherever RAM is zero, be it that nothing ever came there. What lies on the wires is
 * followed on, since an older copy that arrives harms a host that has the zeros already.
 */
export function landZeros(rows: number[], row: number, host: number): void {
  rows[row + BY] = host;
  const state = rows[row + STATE] as number;
  const again = (state & ZEROS) !== 0;
  const there = (rows[row + ZERO] as number) | (1 << host);
  if (rows[row + CUR] !== SHARED) rows[row + CUR] = again ? (rows[row + CUR] as number) | (1 << host) : there;
  rows[row + ZERO] = there;
  rows[row + STATE] = state | ZEROS;
  if (again) return;
  rows[row + NEW] = 0;
  rows[row + SAW] = 0;
}

/** A copy of it comes to `host`. */
export function arriveRow(rows: number[], row: number, host: number, current: boolean): void {
  const was = rows[row + CUR] as number;
  rows[row + CUR] = current ? was | (1 << host) : was & ~(1 << host);
  const zero = current && ((rows[row + STATE] as number) & ZEROS) !== 0;
  rows[row + ZERO] = zero ? (rows[row + ZERO] as number) | (1 << host) : (rows[row + ZERO] as number) & ~(1 << host);
}

/** The RAM of `host` is new: all zeros. Answers whether content is gone by that. */
export function emptyRow(rows: number[], row: number, host: number, zeros: boolean): boolean {
  if (rows[row + CUR] === SHARED) return false;
  const was = rows[row + CUR] as number;
  if (zeros) rows[row + ZERO] = (rows[row + ZERO] as number) | (1 << host);
  if (((rows[row + STATE] as number) & ZEROS) !== 0) {
    rows[row + CUR] = was | (1 << host);
    return false;
  }
  rows[row + CUR] = was & ~(1 << host);
  return ((was >> host) & 1) === 1;
}
