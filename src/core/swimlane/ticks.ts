/** Ticks of the ruler: round times for the proportional axes, step beginnings for the Steps axis. Never closer than their labels are wide. */
import { tickStep } from 'd3';
import { type Nanos, printNanos } from '../trace/time.ts';
import type { Axis, View } from './axis.ts';

export interface Tick {
  readonly px: number;
  readonly nanos: Nanos;
  readonly label: string;
}

/** Room that one label needs. */
const LABEL_PX = 72;

/** More would not fit the room: `496.1234 ms`. */
const MOST_DECIMALS = 4;

const UNITS = [
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'µs'],
  [1, 'ns'],
] as const;

/** With as many decimals as tell two ticks `step` apart from one another. */
function labelAt(nanos: number, step: number): string {
  const [unit, name] = unitOf(nanos);
  const decimals = decimalsFor(step, unit);
  return decimals > 2 ? `${(nanos / unit).toFixed(decimals)} ${name}` : printNanos(nanos);
}

function unitOf(nanos: number) {
  return UNITS.find(([size]) => nanos >= size) ?? UNITS[3];
}

function decimalsFor(step: number, unit: number): number {
  return Math.max(0, Math.ceil(-Math.log10(step / unit) - 1e-9));
}

/** On the axis of steps two columns may begin within microseconds: a label that would be a neighbour's, too, gets more decimals. */
function toldApart(tick: Tick, neighbours: readonly (Tick | undefined)[]): Tick {
  const alike = neighbours.filter((one) => one !== undefined && one.label === tick.label && one.nanos !== tick.nanos);
  if (alike.length === 0) return tick;
  const [unit, name] = unitOf(tick.nanos);
  const apart = Math.min(...alike.map((one) => Math.abs((one as Tick).nanos - tick.nanos)));
  const decimals = Math.min(MOST_DECIMALS, decimalsFor(apart, unit));
  return { ...tick, label: `${(tick.nanos / unit).toFixed(decimals)} ${name}` };
}

export function ticksOf(axis: Axis, view: View, widthPx: number): readonly Tick[] {
  const scale = widthPx / (view.to - view.from);
  const ticks: Tick[] = [];
  let free = Number.NEGATIVE_INFINITY;
  let finest = Number.POSITIVE_INFINITY;
  const add = (u: number) => {
    const px = (u - view.from) * scale;
    if (px < free || px < 0 || px > widthPx - 4) return;
    const nanos = axis.nanosAt(u);
    ticks.push({ px, nanos, label: labelAt(nanos, finest) });
    free = px + LABEL_PX;
  };
  if (axis.kind === 'steps') {
    for (const edge of axis.edges) add(edge);
    return ticks.map((tick, i) => toldApart(tick, [ticks[i - 1], ticks[i + 1]]));
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
