/**
 * Lanes too dense for shapes, written as pixels: one row of colours for each lane, copied down its height, all in one image that is
 * put on the canvas at once. The grounds of the other lanes are in it, too, since an image covers what lies below.
 */
import { type Columns, cutGaps } from '../../core/swimlane/columns.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import type { Colours } from './colours.ts';
import type { Scene } from './scene.ts';

/** Shades by the logarithm of how many events share a pixel: 1, 2, 4 … and 2^15 and more. */
const SHADES = 16;

export interface Pixels {
  /** The grounds of the picture; call before the lanes. */
  begin(scene: Scene, colours: Colours): void;
  lane(scene: Scene, row: Row, columns: Columns, colours: Colours): void;
  put(context: CanvasRenderingContext2D): void;
}

/** Resolves any CSS colour to the bytes of an image, as the machine orders them in a word. */
function wordOf(context: CanvasRenderingContext2D, ink: string): number {
  context.fillStyle = '#000';
  context.fillStyle = ink;
  const hex = /^#(..)(..)(..)$/.exec(String(context.fillStyle));
  const [red, green, blue] =
    hex === null ? (String(context.fillStyle).match(/[\d.]+/g) ?? []).map(Number) : hex.slice(1).map((part) => Number.parseInt(part, 16));
  return wordFrom(red ?? 0, green ?? 0, blue ?? 0);
}

const BYTES = new Uint8Array(4);
const WORD = new Uint32Array(BYTES.buffer);

function wordFrom(red: number, green: number, blue: number): number {
  BYTES.set([red, green, blue, 255]);
  return WORD[0] as number;
}

/** `share` of `b` in `a`. */
function mix(a: number, b: number, share: number): number {
  const part = (from: number, to: number) => Math.round(from + (to - from) * share);
  WORD[0] = a;
  const [red, green, blue] = BYTES;
  WORD[0] = b;
  return wordFrom(part(red ?? 0, BYTES[0] ?? 0), part(green ?? 0, BYTES[1] ?? 0), part(blue ?? 0, BYTES[2] ?? 0));
}

export function createPixels(context: CanvasRenderingContext2D): Pixels {
  let image: ImageData | undefined;
  let words = new Uint32Array(0);
  let line = new Uint32Array(0);
  /** By colour: the shades. Thrown away with the colours that they were made of. */
  let inks = new Map<string, Uint32Array>();
  let madeOf: Colours | undefined;
  let ground = 0;
  let band = 0;
  let rule = 0;
  let bad = 0;

  function recolour(colours: Colours): void {
    if (madeOf === colours) return;
    madeOf = colours;
    inks = new Map();
    ground = wordOf(context, colours.background);
    band = wordOf(context, colours.band);
    rule = wordOf(context, colours.line);
    bad = wordOf(context, colours.bad);
  }

  function shadesOf(hue: string, colours: Colours): Uint32Array {
    const known = inks.get(hue);
    if (known !== undefined) return known;
    const base = wordOf(context, hue);
    const dark = wordOf(context, colours.ink);
    const made = Uint32Array.from({ length: SHADES }, (_, i) =>
      i === 0 ? mix(ground, base, 0.8) : mix(base, dark, Math.min(0.55, (i - 1) / 14)),
    );
    inks.set(hue, made);
    return made;
  }

  return {
    begin(scene, colours) {
      recolour(colours);
      const width = Math.round(scene.widthPx * scene.ratio);
      const height = Math.round(scene.shownPx * scene.ratio);
      if (image === undefined || image.width !== width || image.height !== height) {
        image = context.createImageData(width, height);
        words = new Uint32Array(image.data.buffer);
        line = new Uint32Array(width);
      }
      words.fill(ground);
      for (const row of scene.rows) {
        const from = Math.round((row.topPx - scene.topPx) * scene.ratio);
        const to = Math.round((row.topPx - scene.topPx + row.heightPx) * scene.ratio);
        if (to <= 0 || from >= height) continue;
        if (row.kind === 'migration') words.fill(band, Math.max(0, from) * width, Math.min(height, to) * width);
        const under = Math.round((row.topPx - scene.topPx + row.heightPx - 1) * scene.ratio);
        if (under >= 0) words.fill(rule, under * width, Math.min(height, to) * width);
      }
    },
    lane(scene, row, columns, colours) {
      if (image === undefined) return;
      cutGaps(scene.index, scene.edges, columns);
      const shades = shadesOf(colours.hue[row.kind], colours);
      const back = row.kind === 'migration' ? band : ground;
      const width = line.length;
      for (let column = 0; column < width; column += 1) {
        if (columns.covered[column] === 0) line[column] = back;
        else if ((columns.weight[column] as number) > 1) line[column] = bad;
        else {
          const count = columns.count[column] as number;
          line[column] = shades[count < 2 ? 0 : Math.min(SHADES - 1, 32 - Math.clz32(count))] as number;
        }
      }
      const from = Math.max(0, Math.round((row.topPx - scene.topPx + 3) * scene.ratio));
      const to = Math.min(image.height, Math.round((row.topPx - scene.topPx + row.heightPx - 4) * scene.ratio));
      for (let y = from; y < to; y += 1) words.set(line, y * width);
    },
    put(on) {
      if (image !== undefined) on.putImageData(image, 0, 0);
    },
  };
}
