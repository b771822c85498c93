/**
 * Glyphs: shape says kind, and never changes with zoom. Bar = takes time; flag = callback; square = ioctl; open
 * bracket = region read, filled = write; comb = bitmap sync, teeth by log2 of its pages.
 */
import type { Mark } from '../../core/swimlane/marks.ts';
import type { EventArgs } from '../../core/trace/trace.ts';
import type { Colours } from './colours.ts';

export interface GlyphBox {
  readonly topPx: number;
  readonly heightPx: number;
  /** Space to the next mark. */
  readonly roomPx: number;
}

/** Widest picture of an instant. */
const GLYPH_PX = 8;

export function drawGlyph(
  context: CanvasRenderingContext2D,
  mark: Mark,
  args: EventArgs,
  box: GlyphBox,
  hue: string,
  colours: Colours,
): void {
  const x = Math.round(mark.fromPx);
  const middle = box.topPx + box.heightPx / 2;
  context.fillStyle = hue;
  context.strokeStyle = hue;
  context.lineWidth = 1.5;
  switch (mark.kind) {
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
      comb(context, x, middle, mark.kind === 'bitmap-sync' ? Math.log2(1 + Number(args['count'] ?? 0)) : 1);
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
  if (mark.count > 1 && mark.kind !== 'write' && box.roomPx > 22) badge(context, x, box, mark.count, colours);
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

function comb(context: CanvasRenderingContext2D, x: number, middle: number, size: number): void {
  const teeth = Math.max(1, Math.min(6, Math.round(size / 3)));
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

function badge(context: CanvasRenderingContext2D, x: number, box: GlyphBox, count: number, colours: Colours): void {
  context.fillStyle = colours.dim;
  context.font = '9px system-ui, sans-serif';
  context.fillText(count > 99 ? '99+' : String(count), x + 7, box.topPx + 9);
}
