/**
 * Rows: which lane lies where. The hosts are mirrored about the wire, so that save and load of one thing are
 * equally far from it (DESIGN.md section 1): the first host from its steps down to the stream, the others from the
 * stream down to their steps.
 */
import type { Lane, Trace } from '../trace/trace.ts';
import type { LaneKind } from '../trace/vocabulary.ts';
import { ALL_LANES, type LaneChoice } from './lane-choice.ts';

/** Height of the lane of a value. */
const VALUE_PX = 24;

export interface Row {
  /** Index into `trace.lanes`; -1 for the lane of a value. */
  readonly lane: number;
  readonly id: string;
  readonly title: string;
  /** The title where there is room for a dozen letters. */
  readonly shortTitle: string;
  readonly host: string;
  readonly kind: LaneKind;
  readonly topPx: number;
  readonly heightPx: number;
  /** First row of its host: the host's name stands here. */
  readonly first: boolean;
  /** Key of the value that the lane shows; missing for lanes of events. */
  readonly value?: string;
}

/** From the outside to the wire. */
const OUTWARD: readonly LaneKind[] = [
  'migration',
  'guest',
  'cpu',
  'dma',
  'device',
  'ioctl',
  'region',
  'bitmap',
  'ram',
  'stream',
  'text',
  'track',
];

const HEIGHTS_PX: { readonly [kind in LaneKind]: number } = {
  migration: 34,
  guest: 20,
  cpu: 24,
  dma: 20,
  device: 24,
  ioctl: 20,
  region: 20,
  bitmap: 20,
  ram: 22,
  stream: 24,
  text: 20,
  track: 20,
};

/** What a lane of a kind is called where room is scarce; a kind with one lane for each thing is called after the thing. */
const SHORT: { readonly [kind in LaneKind]?: string } = {
  cpu: 'CPU state',
  dma: 'Writes',
  region: 'Regions',
  bitmap: 'Syncs',
  ram: 'RAM',
  stream: 'Stream',
  text: 'Other lines',
};

function shortTitle(lane: Lane): string {
  return SHORT[lane.kind] ?? lane.title.slice(lane.title.lastIndexOf(': ') + 1).trim();
}

/** Space between the hosts: the wire. */
export const WIRE_PX = 18;

/** How far lanes may shrink (a bar of ten pixels still holds its word) and grow. */
const SCALES = [0.78, 1.35] as const;

/** The rows from top to bottom, fitted to `roomPx` where they can be; what is still too much has to be scrolled. */
export function makeRows(
  trace: Trace,
  choice: LaneChoice = ALL_LANES,
  roomPx?: number,
): { readonly rows: readonly Row[]; readonly heightPx: number; readonly wirePx: number } {
  const whole = layRows(trace, choice, 1);
  if (roomPx === undefined || whole.heightPx === 0) return whole;
  return layRows(trace, choice, Math.min(SCALES[1], Math.max(SCALES[0], roomPx / whole.heightPx)));
}

function layRows(trace: Trace, choice: LaneChoice, scale: number): ReturnType<typeof makeRows> {
  const wireHeightPx = Math.floor(WIRE_PX * scale);
  const heightOf = (kind: LaneKind) => Math.floor(HEIGHTS_PX[kind] * scale);
  const hosts = [...new Set(trace.lanes.map((lane) => lane.host))];
  const rows: Row[] = [];
  const hidden = new Set([...choice.hidden, ...choice.pinned]);
  let top = 0;
  // One host alone has no wire.
  let wire = -WIRE_PX;
  for (const value of choice.values ?? []) {
    const heightPx = Math.floor(VALUE_PX * scale);
    rows.push({
      lane: -1,
      id: `value:${value}`,
      value,
      title: value,
      shortTitle: value,
      host: '',
      kind: 'guest',
      topPx: top,
      heightPx,
      first: false,
    });
    top += heightPx;
  }
  for (const id of choice.pinned) {
    const at = trace.lanes.findIndex((lane) => lane.id === id);
    const lane = trace.lanes[at];
    if (lane === undefined) continue;
    const heightPx = heightOf(lane.kind);
    rows.push({
      lane: at,
      id,
      title: `${lane.host}: ${lane.title}`,
      shortTitle: shortTitle(lane),
      host: lane.host,
      kind: lane.kind,
      topPx: top,
      heightPx,
      first: false,
    });
    top += heightPx;
  }
  hosts.forEach((host, index) => {
    const lanes = inOrder(lanesOf(trace, host, hidden), index > 0, choice.order);
    lanes.forEach(([lane, at], i) => {
      const heightPx = heightOf(lane.kind);
      rows.push({
        lane: at,
        id: lane.id,
        title: lane.title,
        shortTitle: shortTitle(lane),
        host,
        kind: lane.kind,
        topPx: top,
        heightPx,
        first: i === 0,
      });
      top += heightPx;
    });
    if (index === 0 && hosts.length > 1) wire = top + wireHeightPx / 2;
    if (index < hosts.length - 1) top += wireHeightPx;
  });
  return { rows, heightPx: top, wirePx: wire };
}

/** Mirrored below the wire; then as somebody has put them. */
function inOrder(lanes: (readonly [Lane, number])[], mirrored: boolean, order: readonly string[] = []): (readonly [Lane, number])[] {
  if (mirrored) lanes.reverse();
  if (order.length === 0) return lanes;
  const place = new Map(order.map((id, at) => [id, at]));
  const known = lanes.filter(([lane]) => place.has(lane.id)).sort(([a], [b]) => (place.get(a.id) ?? 0) - (place.get(b.id) ?? 0));
  return [...known, ...lanes.filter(([lane]) => !place.has(lane.id))];
}

function lanesOf(trace: Trace, host: string, hidden: ReadonlySet<string>): (readonly [Lane, number])[] {
  return trace.lanes
    .map((lane, at) => [lane, at] as const)
    .filter(([lane]) => lane.host === host && !hidden.has(lane.id))
    .sort(([a], [b]) => OUTWARD.indexOf(a.kind) - OUTWARD.indexOf(b.kind));
}
