/** Colours of the canvas, read from the theme's custom properties, so that both themes and forced colours apply. */
import type { LaneKind } from '../../core/trace/vocabulary.ts';

export interface Colours {
  readonly background: string;
  readonly band: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly ink: string;
  readonly dim: string;
  readonly bad: string;
  /** Words about what is bad, on the ground; and words on its colour. */
  readonly badInk: string;
  readonly onBad: string;
  readonly accent: string;
  readonly wire: string;
  /** What only one of two compared runs has. */
  readonly onlyA: string;
  readonly onlyB: string;
  readonly hue: { readonly [kind in LaneKind]: string };
  /** Words on a bar: the one of two inks that stands out more. */
  readonly onHue: { readonly [kind in LaneKind]: string };
}

/** Hue = subsystem (Okabe-Ito, DESIGN.md section 3). */
const HUES: { readonly [kind in LaneKind]: string } = {
  migration: '--hue-migration',
  guest: '--hue-cpu',
  cpu: '--hue-cpu',
  dma: '--hue-ram',
  device: '--hue-region',
  ioctl: '--hue-ioctl',
  region: '--hue-region',
  bitmap: '--hue-bitmap',
  ram: '--hue-ram',
  stream: '--hue-stream',
  text: '--hue-stream',
  track: '--hue-stream',
};

/** The user's own colours: shapes, words and hatching say what hues say elsewhere. */
const FORCED: Omit<Colours, 'hue' | 'onHue'> = {
  background: 'Canvas',
  band: 'Canvas',
  line: 'GrayText',
  lineStrong: 'GrayText',
  ink: 'CanvasText',
  dim: 'CanvasText',
  bad: 'LinkText',
  badInk: 'CanvasText',
  onBad: 'Canvas',
  accent: 'Highlight',
  wire: 'CanvasText',
  onlyA: 'CanvasText',
  onlyB: 'CanvasText',
};

function huesOf(read: (name: string) => string): Colours['hue'] {
  return Object.fromEntries(Object.entries(HUES).map(([kind, name]) => [kind, read(name)])) as Colours['hue'];
}

/** Relative luminance of `#rrggbb` (WCAG 2.2); of other forms that of a middle grey. */
function luminance(ink: string): number {
  const parts = /^#(..)(..)(..)$/.exec(ink);
  if (parts === null) return 0.2;
  const [red, green, blue] = parts.slice(1).map((part) => {
    const share = Number.parseInt(part, 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0);
}

function contrast(a: string, b: string): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
}

/** Dark or light words on each hue. */
function onHues(hue: Colours['hue'], inks: readonly [string, string]): Colours['onHue'] {
  const better = (ground: string) => (contrast(ground, inks[0]) >= contrast(ground, inks[1]) ? inks[0] : inks[1]);
  return Object.fromEntries(Object.entries(hue).map(([kind, ink]) => [kind, better(ink)])) as Colours['onHue'];
}

export function coloursOf(element: HTMLElement): Colours {
  if (matchMedia('(forced-colors: active)').matches) return { ...FORCED, hue: huesOf(() => 'CanvasText'), onHue: huesOf(() => 'Canvas') };
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim() || '#888';
  const hue = huesOf(read);
  return {
    background: read('--surface'),
    band: read('--band'),
    line: read('--line'),
    lineStrong: read('--line-strong'),
    ink: read('--ink'),
    dim: read('--ink-3'),
    bad: read('--bad'),
    badInk: read('--bad-ink'),
    onBad: read('--on-hue'),
    accent: read('--accent'),
    wire: read('--wire'),
    onlyA: read('--hue-cpu'),
    onlyB: read('--hue-ioctl'),
    hue,
    onHue: onHues(hue, [read('--on-hue'), '#ffffff']),
  };
}
