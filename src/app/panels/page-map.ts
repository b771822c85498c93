/** The page map: one cell a group of pages; the worst of a group shows. */
import { thousands } from '../../core/base/thousands.ts';
import { BLOCK, DIRTY, type PageBlocks, STALE, type Tally, tallyOf } from '../../core/trace/page-blocks.ts';

/** Size of a cell on screen. */
const CELL_PX = 4;

/** Paints the map and answers its caption. */
export function paintPageMap(canvas: HTMLCanvasElement, map: PageBlocks): string {
  const context = canvas.getContext('2d');
  if (context === null) return '';
  const style = getComputedStyle(canvas);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const ink = { good: read('--hue-region'), stale: read('--bad'), dirty: read('--hue-bitmap'), none: read('--line-strong') };
  context.fillStyle = read('--surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  const columns = Math.floor(canvas.width / CELL_PX);
  const room = columns * Math.floor(canvas.height / CELL_PX);
  const group = groupOf(map.pages, room);
  let stale = 0;
  let dirty = 0;
  let none = 0;
  for (let from = 0, place = 0; from < map.pages; from += group, place += 1) {
    const length = Math.min(group, map.pages - from);
    const { any, ...tally } = tallyIn(map, from, length);
    stale += tally.stale;
    dirty += tally.dirty;
    none += tally.none;
    context.fillStyle =
      tally.stale > 0
        ? ink.stale
        : (any & DIRTY) !== 0
          ? ink.dirty
          : tally.none === length
            ? ink.none
            : (any & STALE) !== 0
              ? ink.stale
              : ink.good;
    context.fillRect((place % columns) * CELL_PX, Math.floor(place / columns) * CELL_PX, CELL_PX - 1, CELL_PX - 1);
  }
  return `${thousands(map.pages)} pages, ${group === 1 ? 'one' : thousands(group)} a cell: ${thousands(none)} not there yet, ${thousands(stale)} stale, ${thousands(dirty)} known to be dirty.`;
}

/** Pages to a cell; of a large guest, whole blocks: their pages are counted once and not at each move of the cursor. */
function groupOf(pages: number, room: number): number {
  const least = Math.max(1, Math.ceil(pages / room));
  return least < BLOCK / 4 ? least : Math.ceil(least / BLOCK) * BLOCK;
}

function tallyIn(map: PageBlocks, from: number, length: number): Tally {
  if (from % BLOCK === 0 && length > BLOCK) {
    const sum = { any: 0, all: 0xff, stale: 0, dirty: 0, none: 0 };
    for (let block = from / BLOCK; block * BLOCK < from + length; block += 1) {
      const one = map.tally(block);
      sum.any |= one.any;
      sum.all &= one.all;
      sum.stale += one.stale;
      sum.dirty += one.dirty;
      sum.none += one.none;
    }
    return sum;
  }
  const block = Math.floor(from / BLOCK);
  if (from % BLOCK === 0 && length === BLOCK) return map.tally(block);
  const inside = map.block(block);
  if (Math.floor((from + length - 1) / BLOCK) === block)
    return typeof inside === 'number' ? tallyOf(inside, length) : tallyOf(inside.subarray(from % BLOCK, (from % BLOCK) + length), length);
  return tallyOf(
    Uint8Array.from({ length }, (_, i) => map.at(from + i)),
    length,
  );
}
