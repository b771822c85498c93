/**
 * Glyphs: shape says kind, and never changes with zoom. Bar = takes time; flag = callback; square = ioctl; open
 * bracket = region read, filled = write; comb = bitmap sync, teeth by log2 of its pages.
 */
import type { EventArgs } from '../../core/trace/trace.ts';
import type { Colours } from './colours.ts';
import type { Look } from './looks.ts';

interface GlyphBox {
  readonly topPx: number;
  readonly heightPx: number;
}

/** Widest picture of an instant. */
const GLYPH_PX = 8;

/** How far a glyph reaches to the left of its moment. */
export function glyphLeft(look: Look): number {
  if (look.kind === 'callback') return 1;
  return look.kind === 'write' ? 0 : glyphRight(look);
}

/** How far it reaches to the right: words begin after it. */
export function glyphRight(look: Look): number {
  switch (look.kind) {
    case 'callback':
      return 10;
    case 'ioctl':
    case 'region-read':
      return 5;
    case 'region-write':
      return 4;
    case 'bitmap-sync':
    case 'log-start':
    case 'log-stop':
      return 2 * teethOf(look) + 1;
    case 'write':
    case 'slice':
      return 2;
    case 'error':
    case 'fault':
      return 7;
    default:
      return 6;
  }
}

export function drawGlyph(context: CanvasRenderingContext2D, look: Look, x: number, box: GlyphBox, hue: string, colours: Colours): void {
  const { args } = look;
  const middle = box.topPx + box.heightPx / 2;
  context.fillStyle = hue;
  context.strokeStyle = hue;
  context.lineWidth = 1.5;
  switch (look.kind) {
    case 'callback':
      flag(context, x, box);
      break;
    case 'ioctl':
      context.fillRect(x - 4, middle - 4, GLYPH_PX, GLYPH_PX);
      break;
    case 'region-read':
      bracket(context, x, middle);
      context.stroke();
      break;
    case 'region-write':
      context.fillRect(x - 3, middle - 6, 6, 12);
      break;
    case 'bitmap-sync':
    case 'log-start':
    case 'log-stop':
      comb(context, x, middle, teethOf(look));
      break;
    case 'receive':
    case 'section-load':
      triangle(context, x, middle, 5);
      break;
    case 'error':
    case 'fault':
      cross(context, x, middle, colours.bad);
      break;
    case 'phase':
    case 'checkpoint':
    case 'token':
      diamond(context, x, box.topPx + box.heightPx - 5, 3.5, colours.ink);
      break;
    case 'doorbell':
    case 'interrupt':
      if (args['lost'] === true) cross(context, x, middle, colours.bad);
      else triangle(context, x, middle, 3.5);
      break;
    case 'write':
      drawWrite(context, x, box, args);
      break;
    default:
      context.fillRect(x - 1, middle - 4, 2, 8);
  }
}

/** Teeth of a comb: a third of the logarithm of its pages. */
function teethOf(look: Look): number {
  if (look.kind !== 'bitmap-sync') return 1;
  return Math.max(1, Math.min(6, Math.round(Math.log2(1 + Number(look.args['count'] ?? 0)) / 3)));
}

/** A workload's tick is as high as the log of its pages; a probe is a dot. */
function drawWrite(context: CanvasRenderingContext2D, x: number, box: GlyphBox, args: EventArgs): void {
  if (args['probe'] === true) {
    context.globalAlpha = 0.45;
    context.fillRect(x - 0.5, box.topPx + 3, 1, 3);
    context.globalAlpha = 1;
    return;
  }
  const high = Math.min(box.heightPx - 5, 3 + 2 * Math.log2(1 + Number(args['count'] ?? 1)));
  context.globalAlpha = 0.7;
  context.fillRect(x, box.topPx + box.heightPx - 2 - high, 1, high);
  context.globalAlpha = 1;
}

function flag(context: CanvasRenderingContext2D, x: number, box: GlyphBox): void {
  context.fillRect(x - 0.75, box.topPx + 3, 1.5, box.heightPx - 6);
  context.beginPath();
  context.moveTo(x, box.topPx + 3);
  context.lineTo(x + 9, box.topPx + 7);
  context.lineTo(x, box.topPx + 11);
  context.fill();
}

function bracket(context: CanvasRenderingContext2D, x: number, middle: number): void {
  context.beginPath();
  context.moveTo(x + 3, middle - 6);
  context.lineTo(x - 3, middle - 6);
  context.lineTo(x - 3, middle + 6);
  context.lineTo(x + 3, middle + 6);
}

function comb(context: CanvasRenderingContext2D, x: number, middle: number, teeth: number): void {
  context.fillRect(x - teeth * 2, middle - 6, teeth * 4, 2.5);
  for (let i = 0; i < teeth; i += 1) context.fillRect(x - teeth * 2 + i * 4 + 1, middle - 6, 2, 12);
}

function triangle(context: CanvasRenderingContext2D, x: number, middle: number, size: number): void {
  context.beginPath();
  context.moveTo(x - size, middle - size);
  context.lineTo(x + size, middle - size);
  context.lineTo(x, middle + size);
  context.fill();
}

function diamond(context: CanvasRenderingContext2D, x: number, middle: number, size: number, ink: string): void {
  context.fillStyle = ink;
  context.beginPath();
  context.moveTo(x, middle - size);
  context.lineTo(x + size, middle);
  context.lineTo(x, middle + size);
  context.lineTo(x - size, middle);
  context.fill();
}

function cross(context: CanvasRenderingContext2D, x: number, middle: number, ink: string): void {
  context.strokeStyle = ink;
  context.lineWidth = 2.5;
  context.beginPath();
  context.moveTo(x - 5, middle - 5);
  context.lineTo(x + 5, middle + 5);
  context.moveTo(x + 5, middle - 5);
  context.lineTo(x - 5, middle + 5);
  context.stroke();
}

function badgeText(count: number): string {
  if (count < 1_000) return `×${count}`;
  return count < 1e6 ? `×${Math.floor(count / 1e3)}k` : `×${Math.floor(count / 1e5) / 10}M`;
}

/** Room that the number of a shared pixel takes; none for one event. */
export function badgeWidth(count: number): number {
  return count < 2 ? 0 : 7 * badgeText(count).length + 4;
}

/** How many share the pixel, where there is room for the number. */
export function drawBadge(
  context: CanvasRenderingContext2D,
  from: number,
  box: GlyphBox,
  count: number,
  roomPx: number,
  colours: Colours,
): void {
  if (roomPx < badgeWidth(count)) return;
  const text = badgeText(count);
  context.fillStyle = colours.dim;
  context.fillText(text, from + 2, box.topPx + Math.round(box.heightPx / 2));
}
