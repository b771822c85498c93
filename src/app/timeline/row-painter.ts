/**
 * A lane with room for shapes and words. Words are written last and only where nothing else stands: inside a bar between the glyphs
 * that lie in it, beside a glyph before the next mark. What does not fit is left out or shortened, and never drawn over another.
 */
import { FAN_PX, type Marks } from '../../core/swimlane/marks.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import type { Colours } from './colours.ts';
import { badgeWidth, drawBadge, drawGlyph, glyphLeft, glyphRight } from './glyphs.ts';
import type { Look, Looks } from './looks.ts';
import type { Scene } from './scene.ts';

/** Room above and below a bar; in a low row less, so that its words stand in it. */
const BAR_INSET_PX = 3;
const LOW_INSET_PX = 1;
const LOW_ROW_PX = 22;
const PAD_PX = 4;
/** Below that an ellipsis says nothing. */
const LEAST_WORD_PX = 18;
/** What a step does stands in two lines where one is too short: a size smaller, and so far apart. */
const TWO_LINES_FONT = '10px system-ui, sans-serif';
const TWO_LINES_SHARE = 10 / 11;
const LINE_PX = 11;
const TWO_LINES_ROW_PX = 25;
/** A step that has less room than that is called by its place in its list, as the list itself numbers it. */
const LEAST_STEP_PX = 34;

/** What is painted, and with what. */
interface Lane {
  readonly context: CanvasRenderingContext2D;
  readonly scene: Scene;
  readonly row: Row;
  readonly marks: Marks;
  readonly looks: Looks;
  readonly colours: Colours;
}

export function paintRow(lane: Lane): void {
  const { marks } = lane;
  // Instants after bars, so that a mark inside a bar is seen.
  for (let i = 0; i < marks.length; i += 1) if (isBar(marks, i)) paintBar(lane, i);
  for (let i = 0; i < marks.length; i += 1) if (!isBar(marks, i)) paintGlyph(lane, i);
  let free = 0;
  for (let i = 0; i < marks.length; i += 1) free = isBar(marks, i) ? Math.max(free, paintBarLabel(lane, i)) : paintSideLabel(lane, i, free);
}

function isBar(marks: Marks, i: number): boolean {
  return (marks.toPx[i] as number) - (marks.fromPx[i] as number) >= 1;
}

function lookAt(marks: Marks, i: number, looks: Looks): Look {
  return looks.of(marks.seq[i] as number);
}

function paintBar({ context, scene, row, marks, looks, colours }: Lane, i: number): void {
  const from = Math.max(-2, Math.round(marks.fromPx[i] as number));
  const to = Math.min(scene.widthPx + 2, Math.round(marks.toPx[i] as number));
  const width = Math.max(2, to - from - 1);
  const look = lookAt(marks, i, looks);
  const bad = look.refused || (marks.weight[i] as number) > 1;
  const hue = bad ? colours.bad : colours.hue[row.kind];
  const inset = row.heightPx < LOW_ROW_PX || look.kind === 'step' ? LOW_INSET_PX : BAR_INSET_PX;
  const top = row.topPx + inset;
  const height = row.heightPx - 2 * inset - 1;
  const hollow = look.kind === 'step' || look.quiet;
  context.fillStyle = hue;
  context.globalAlpha = look.kind === 'step' ? 0.14 : look.quiet ? 0.22 : 0.9;
  context.fillRect(from, top, width, height);
  context.globalAlpha = 1;
  if (!hollow) return;
  context.strokeStyle = look.kind === 'step' && !bad ? colours.dim : hue;
  context.lineWidth = 1;
  context.strokeRect(from + 0.5, top + 0.5, width - 1, height - 1);
}

function paintGlyph({ context, scene, row, marks, looks, colours }: Lane, i: number): void {
  const { widthPx } = scene;
  const look = lookAt(marks, i, looks);
  const x = Math.round(marks.fromPx[i] as number);
  const hue = look.refused || (marks.weight[i] as number) > 1 ? colours.bad : colours.hue[row.kind];
  drawGlyph(context, look, x, row, hue, colours);
  const fan = marks.fan[i] as number;
  if (fan > 1) paintFan(context, row, x, fan, colours);
  if ((marks.count[i] as number) < 2 || look.kind === 'write') return;
  const from = x + glyphRight(look);
  const next = i + 1 < marks.length ? leftOf(marks, i + 1, looks) : widthPx;
  if (!coveredAt(marks, i, from)) drawBadge(context, from, row, marks.count[i] as number, Math.min(next, widthPx) - from, colours);
}

/** A bracket under what happened at one moment. */
function paintFan(context: CanvasRenderingContext2D, row: Row, x: number, count: number, colours: Colours): void {
  const y = row.topPx + row.heightPx - 2.5;
  context.strokeStyle = colours.dim;
  context.lineWidth = 1;
  context.beginPath();
  context.moveTo(x - 4.5, y - 3);
  context.lineTo(x - 4.5, y);
  context.lineTo(x + (count - 1) * FAN_PX + 4.5, y);
  context.lineTo(x + (count - 1) * FAN_PX + 4.5, y - 3);
  context.stroke();
}

/** The left edge of what mark `i` draws. */
function leftOf(marks: Marks, i: number, looks: Looks): number {
  return (marks.fromPx[i] as number) - (isBar(marks, i) ? 0 : glyphLeft(lookAt(marks, i, looks)));
}

function rightOf(marks: Marks, i: number, looks: Looks): number {
  if (isBar(marks, i)) return marks.toPx[i] as number;
  const look = lookAt(marks, i, looks);
  return (marks.fromPx[i] as number) + glyphRight(look) + (look.kind === 'write' ? 0 : badgeWidth(marks.count[i] as number));
}

/**
 * The label of a bar in the first stretch of it that nothing covers and that it fits into; else shortened in the widest. Answers where
 * the label ends.
 */
function paintBarLabel({ context, scene, row, marks, looks, colours }: Lane, i: number): number {
  const end = Math.min(scene.widthPx, marks.toPx[i] as number);
  let free = Math.max(0, marks.fromPx[i] as number);
  // A glyph at the bar's own beginning comes before it.
  for (let other = i - 1; other >= 0 && (marks.fromPx[other] as number) > free - 2 * FAN_PX; other -= 1)
    if (!isBar(marks, other)) free = Math.max(free, rightOf(marks, other, looks));
  const look = lookAt(marks, i, looks);
  if (end - free < (look.place === '' ? LEAST_WORD_PX : look.placePx)) return 0;
  let bestFrom = free;
  let best = 0;
  for (let other = i + 1; other <= marks.length; other += 1) {
    const over = other === marks.length || (marks.fromPx[other] as number) >= end;
    const left = over ? end : leftOf(marks, other, looks);
    if (left - free > best) {
      best = left - free;
      bestFrom = free;
    }
    if (over || best - 2 * PAD_PX >= look.widthPx) break;
    free = Math.max(free, rightOf(marks, other, looks));
  }
  const room = best - 2 * PAD_PX;
  const lines = look.kind === 'step' && row.heightPx >= TWO_LINES_ROW_PX ? inTwoLines(look, room / TWO_LINES_SHARE) : undefined;
  const text = shortened(look, room);
  if (text === '') return 0;
  const ink =
    look.kind === 'step' || look.quiet
      ? colours.ink
      : look.refused || (marks.weight[i] as number) > 1
        ? colours.onBad
        : colours.onHue[row.kind];
  if (lines === undefined) paintText(context, text, bestFrom + PAD_PX, row, ink);
  else paintLines(context, lines, [bestFrom + PAD_PX, room], row, ink);
  return bestFrom + best;
}

function paintLines(
  context: CanvasRenderingContext2D,
  lines: readonly [string, string],
  [from, room]: readonly [number, number],
  row: Row,
  ink: string,
): void {
  const { font } = context;
  const middle = row.topPx + Math.round(row.heightPx / 2);
  context.font = TWO_LINES_FONT;
  context.fillStyle = ink;
  // Wide letters are set closer, rather than over the edge.
  context.fillText(lines[0], Math.round(from), middle - LINE_PX / 2, room);
  context.fillText(lines[1], Math.round(from), middle + LINE_PX / 2, room);
  context.font = font;
}

/**
 * A label that is too long for one line in two: as many words as fit, and the rest, shortened if it must be. Undefined where one line
 * is enough or not even the first word fits. Letters count as equally wide, as in `shortened`.
 */
export function inTwoLines(look: Look, room: number): readonly [string, string] | undefined {
  const { label, widthPx } = look;
  if (label === '' || widthPx <= room * TWO_LINES_SHARE || room < LEAST_STEP_PX) return undefined;
  const letters = Math.floor((room / widthPx) * label.length);
  const words = label.split(' ');
  let first = words[0] ?? '';
  let next = 1;
  while (next < words.length - 1 && first.length + 1 + (words[next] as string).length <= letters) {
    first += ` ${words[next]}`;
    next += 1;
  }
  if (words.length < 2 || first.length > letters) return undefined;
  const rest = words.slice(next).join(' ');
  return [first, rest.length <= letters ? rest : `${rest.slice(0, Math.max(1, letters - 1)).trimEnd()}…`];
}

/** A label to the right of a glyph, if there is room before the next mark. Answers where the free space of the row begins. */
function paintSideLabel({ context, scene, row, marks, looks, colours }: Lane, i: number, free: number): number {
  const look = lookAt(marks, i, looks);
  const fromPx = marks.fromPx[i] as number;
  const fan = marks.fan[i] as number;
  if (look.kind === 'write' || (marks.count[i] as number) > 1 || fan < 0 || fromPx < 0) return free;
  const label = fan > 1 ? `${fan} ${look.kind === 'step' ? 'steps ' : ''}at once` : look.label;
  const last = fan > 1 ? Math.min(marks.length - 1, i + fan - 1) : i;
  const from = Math.max(free, rightOf(marks, last, looks) + PAD_PX);
  const next = last + 1 < marks.length ? leftOf(marks, last + 1, looks) : scene.widthPx;
  const width = fan > 1 ? context.measureText(label).width : look.widthPx;
  if (label === '' || from + width + PAD_PX > next || coveredAt(marks, i, fromPx)) return free;
  paintText(context, label, from, row, look.refused ? colours.badInk : colours.ink);
  return from + width + PAD_PX;
}

/** Whether a bar lies there: its own label has the room. */
function coveredAt(marks: Marks, i: number, px: number): boolean {
  for (let other = i - 1; other >= 0; other -= 1) if (isBar(marks, other) && (marks.toPx[other] as number) > px + 2) return true;
  return false;
}

/** The label, or the short one, or as much of it as fits; '' for none. */
export function shortened(look: Look, room: number): string {
  if (look.label === '') return '';
  if (room < LEAST_STEP_PX && look.place !== '') return look.placePx <= room + 2 * PAD_PX - 2 ? look.place : '';
  if (room < LEAST_WORD_PX) return '';
  if (look.widthPx <= room) return look.label;
  if (look.short !== '' && look.shortPx <= room) return look.short;
  const text = look.short === '' ? look.label : look.short;
  const width = look.short === '' ? look.widthPx : look.shortPx;
  const share = Math.floor((room / width) * text.length) - 2;
  return share < 3 ? '' : `${text.slice(0, share).trimEnd()}…`;
}

export function paintText(context: CanvasRenderingContext2D, text: string, from: number, row: Row, ink: string): void {
  if (text === '') return;
  context.fillStyle = ink;
  context.fillText(text, Math.round(from), row.topPx + Math.round(row.heightPx / 2));
}
