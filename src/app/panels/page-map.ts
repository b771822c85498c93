/** The page map: one cell a group of pages; the worst of a group shows. */
import { BY_TARGET, DIRTY, type PageMap, STALE, THERE } from '../../core/trace/state-at.ts';

/** Size of a cell on screen. */
const CELL_PX = 4;

/** Paints the map and answers its caption. */
export function paintPageMap(canvas: HTMLCanvasElement, map: PageMap): string {
  const context = canvas.getContext('2d');
  if (context === null) return '';
  const style = getComputedStyle(canvas);
  const read = (name: string) => style.getPropertyValue(name).trim();
  const ink = { good: read('--hue-region'), stale: read('--bad'), dirty: read('--hue-bitmap'), none: read('--line-strong') };
  context.fillStyle = read('--surface');
  context.fillRect(0, 0, canvas.width, canvas.height);
  const columns = Math.floor(canvas.width / CELL_PX);
  const room = columns * Math.floor(canvas.height / CELL_PX);
  const cells = map.cells;
  const group = Math.max(1, Math.ceil(cells.length / room));
  let stale = 0;
  let dirty = 0;
  let none = 0;
  for (let i = 0, place = 0; i < cells.length; i += group, place += 1) {
    let any = 0;
    let all = 0xff;
    for (let k = i; k < Math.min(cells.length, i + group); k += 1) {
      const cell = cells[k] as number;
      any |= cell;
      all &= cell;
      if ((cell & (THERE | BY_TARGET)) === 0) none += map.unit;
      else if ((cell & STALE) !== 0) stale += map.unit;
      if ((cell & DIRTY) !== 0) dirty += map.unit;
    }
    const missing = (all & (THERE | BY_TARGET)) === 0;
    context.fillStyle = (any & STALE) !== 0 && !missing ? ink.stale : (any & DIRTY) !== 0 ? ink.dirty : missing ? ink.none : ink.good;
    context.fillRect((place % columns) * CELL_PX, Math.floor(place / columns) * CELL_PX, CELL_PX - 1, CELL_PX - 1);
  }
  const pages = (n: number) => n.toLocaleString('en-US');
  return `${pages(map.pages)} pages, ${group * map.unit === 1 ? 'one' : pages(group * map.unit)} a cell: ${pages(none)} not there yet, ${pages(stale)} stale, ${pages(dirty)} known to be dirty.`;
}
