/** Colours of the canvas, read from the theme's custom properties, so that both themes and forced colours apply. */
import type { LaneKind } from '../../core/trace/vocabulary.ts';

export interface Colours {
  readonly background: string;
  readonly band: string;
  readonly line: string;
  readonly ink: string;
  readonly dim: string;
  readonly bad: string;
  readonly accent: string;
  readonly wire: string;
  readonly hue: { readonly [kind in LaneKind]: string };
  readonly onHue: string;
}

/** Hue = subsystem (Okabe-Ito, DESIGN.md section 3). */
const HUES: { readonly [kind in LaneKind]: string } = {
  migration: '--ink-2',
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

export function coloursOf(element: HTMLElement): Colours {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim() || '#888';
  return {
    background: read('--surface'),
    band: read('--band'),
    line: read('--line'),
    ink: read('--ink'),
    dim: read('--ink-3'),
    bad: read('--bad'),
    accent: read('--accent'),
    wire: read('--wire'),
    onHue: read('--on-hue'),
    hue: Object.fromEntries(Object.entries(HUES).map(([kind, name]) => [kind, read(name)])) as Colours['hue'],
  };
}
