/** Ticks of the ruler: round times for the proportional axes, step beginnings for the Steps axis. Never closer than their labels are wide. */
import { tickStep } from 'd3';
import { printNanos } from '../trace/time.ts';
import type { Axis, View } from './axis.ts';

export interface Tick {
  readonly px: number;
  readonly label: string;
}

/** Room that one label needs. */
const LABEL_PX = 72;

const UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
] as const;

/** With as many decimals as tell two ticks `step` apart from one another. */
function labelAt(nanos: number, step: number): string {
  const [unit, name] = UNITS.find(([size]) => nanos >= size) ?? UNITS[3];
  const decimals = Math.ceil(-Math.log10(step / unit) - 1e-9);
  return decimals > 2 ? `${(nanos / unit).toFixed(decimals)} ${name}` : printNanos(nanos);
}

export function ticksOf(axis: Axis, view: View, widthPx: number): readonly Tick[] {
  const scale = widthPx / (view.to - view.from);
  const ticks: Tick[] = [];
  let free = Number.NEGATIVE_INFINITY;
  let finest = Number.POSITIVE_INFINITY;
  const add = (u: number) => {
    const px = (u - view.from) * scale;
    if (px < free || px < 0 || px > widthPx - 4) return;
    ticks.push({ px, label: labelAt(axis.nanosAt(u), finest) });
    free = px + LABEL_PX;
  };
  if (axis.kind === 'steps') {
    for (const edge of axis.edges) add(edge);
    return ticks;
  }
  const span = view.to - view.from;
  // Virtual time has no fractions of a nanosecond.
  const step = Math.max(1, tickStep(0, span, widthPx / (LABEL_PX * 1.2)));
  finest = step;
  const first = Math.ceil(axis.nanosAt(view.from) / step) * step;
  const last = axis.nanosAt(view.to);
  for (let nanos = first, i = 0; nanos <= last && i < 400; nanos += step, i += 1) {
    const u = axis.at(nanos, 0);
    if (!axis.gaps.some(([from, to]) => u > from && u < to)) add(u);
  }
  return ticks;
}
