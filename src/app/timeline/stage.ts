/**
 * The stage: two canvases (static scene, moving overlay), the ruler and the overview, painted from a run, a view and
 * a playhead. It is plain code with `destroy`; React only gives it its elements.
 */
import { type Axis, makeAxis } from '../../core/swimlane/axis.ts';
import { hitTest, type Mark } from '../../core/swimlane/marks.ts';
import { makeRows, type Row } from '../../core/swimlane/rows.ts';
import type { EventSeq } from '../../core/trace/time.ts';
import type { Lab } from '../store/create-lab.ts';
import type { Playhead } from '../store/playhead.ts';
import type { RunView } from '../store/state.ts';
import { type Colours, coloursOf } from './colours.ts';
import { createFrames } from './frame.ts';
import { paintOverlay, type SlotPlace, slotPlaces } from './overlay-painter.ts';
import { paintOverview, paintRuler } from './ruler-painter.ts';
import { type PaintedRow, paintScene, type Scene } from './scene-painter.ts';

export interface StageElements {
  readonly root: HTMLElement;
  readonly lanes: HTMLElement;
  readonly scene: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
  readonly ruler: HTMLCanvasElement;
  /** Missing where the picture follows another. */
  readonly overview: HTMLCanvasElement | null;
}

export interface Stage {
  readonly axis: Axis;
  readonly scene: Scene | undefined;
  /** The event under a point of the lanes, in CSS pixels. */
  pick(xPx: number, yPx: number): { readonly mark: Mark; readonly row: Row } | undefined;
  /** The last event at or before a place. */
  eventAtPx(xPx: number): EventSeq;
  slots(list: string): readonly SlotPlace[];
  redraw(): void;
  destroy(): void;
  /** Frames drawn: whole scenes and overlays, for the tests that count. */
  readonly drawn: { scenes: number; overlays: number };
}

export const RULER_PX = 22;
export const OVERVIEW_PX = 44;

export function createStage(elements: StageElements, lab: Lab, run: RunView, roomPx: number | undefined, follows?: RunView): Stage {
  const { store, playhead } = lab;
  let colours: Colours = coloursOf(elements.root);
  let axis = makeAxis(run.trace, store.getState().axis);
  const { rows, heightPx, wirePx } = makeRows(run.trace, store.getState().lanes, roomPx);
  let widthPx = 1;
  let scene: Scene | undefined;
  let painted: readonly PaintedRow[] = [];
  const drawn = { scenes: 0, overlays: 0 };

  function draw(whole: boolean): void {
    if (whole) {
      fit();
      const context = elements.scene.getContext('2d', { alpha: false });
      const ruler = elements.ruler.getContext('2d');
      const overview = elements.overview?.getContext('2d') ?? null;
      if (context === null || ruler === null) return;
      scene = { run, axis, view: playhead.get().view, rows, wirePx, widthPx, heightPx };
      painted = paintScene(context, scene, colours);
      paintRuler(ruler, scene, RULER_PX, colours);
      if (overview !== null) paintOverview(overview, scene, OVERVIEW_PX, colours);
      drawn.scenes += 1;
    }
    const overlay = elements.overlay.getContext('2d');
    if (overlay === null || scene === undefined) return;
    const lifted = follows === undefined ? store.getState().lifted : undefined;
    paintOverlay(
      overlay,
      scene,
      follows === undefined ? playhead.get() : following(playhead.get(), follows, run),
      lifted,
      lifted === undefined ? [] : slotPlaces(scene, lifted.list),
      colours,
    );
    drawn.overlays += 1;
  }

  function fit(): void {
    widthPx = Math.max(50, elements.lanes.clientWidth);
    size(elements.scene, widthPx, heightPx);
    size(elements.overlay, widthPx, heightPx);
    size(elements.ruler, widthPx, RULER_PX);
    if (elements.overview !== null) size(elements.overview, widthPx, OVERVIEW_PX);
  }

  const frames = createFrames(draw);
  const observer = new ResizeObserver(() => frames.ask('scene'));
  observer.observe(elements.lanes);
  const theme = matchMedia('(prefers-color-scheme: dark)');
  const recolour = () => {
    colours = coloursOf(elements.root);
    frames.ask('scene');
  };
  theme.addEventListener('change', recolour);
  const stops = [
    playhead.subscribe((now, before) => frames.ask(now.view === before.view ? 'overlay' : 'scene')),
    store.subscribe((now, before) => {
      if (now.axis !== before.axis) {
        axis = makeAxis(run.trace, now.axis);
        frames.ask('scene');
      }
      if (now.theme !== before.theme) requestAnimationFrame(recolour);
      if (now.lifted !== before.lifted) frames.ask('overlay');
    }),
  ];
  frames.ask('scene');

  return {
    get axis() {
      return axis;
    },
    get scene() {
      return scene;
    },
    drawn,
    pick(xPx, yPx) {
      const row = painted.find((one) => yPx >= one.row.topPx && yPx < one.row.topPx + one.row.heightPx);
      const mark = row === undefined ? undefined : hitTest(row.marks, xPx);
      return row === undefined || mark === undefined ? undefined : { mark, row: row.row };
    },
    eventAtPx(xPx) {
      const { view } = playhead.get();
      const u = view.from + (xPx / widthPx) * (view.to - view.from);
      const seq = lastEventAt(run, axis, u);
      return follows === undefined ? seq : sameTime(run, follows, seq);
    },
    slots: (list) => (scene === undefined ? [] : slotPlaces(scene, list)),
    redraw: recolour,
    destroy() {
      for (const stop of stops) stop();
      observer.disconnect();
      theme.removeEventListener('change', recolour);
      frames.destroy();
    },
  };
}

/** The playhead of one run as another shows it: the same time, and nothing that is named by number. */
function following(playhead: Playhead, from: RunView, to: RunView): Playhead {
  return {
    ...playhead,
    cursor: sameTime(from, to, playhead.cursor),
    hover: undefined,
    selected: undefined,
    markers: { a: undefined, b: undefined },
    found: [],
  };
}

/** The last event of `to` that is not later than event `seq` of `from`. */
function sameTime(from: RunView, to: RunView, seq: EventSeq): EventSeq {
  if (seq < 0) return -1;
  const nanos = from.trace.at[seq] as number;
  let low = -1;
  let high = to.trace.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((to.trace.at[middle] as number) <= nanos) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** By bisection: places never fall along the events of an ordered trace. */
function lastEventAt(run: RunView, axis: Axis, u: number): EventSeq {
  let low = -1;
  let high = run.trace.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (axis.at(run.trace.at[middle] as number, middle) <= u + 1e-9) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Sets a canvas to device pixels and lets its context draw in CSS pixels. */
function size(canvas: HTMLCanvasElement, widthPx: number, heightPx: number): void {
  const ratio = Math.min(3, window.devicePixelRatio || 1);
  const width = Math.round(widthPx * ratio);
  const height = Math.round(heightPx * ratio);
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
    canvas.style.width = `${widthPx}px`;
    canvas.style.height = `${heightPx}px`;
  }
  canvas.getContext('2d', canvas.dataset['opaque'] === 'true' ? { alpha: false } : {})?.setTransform(ratio, 0, 0, ratio, 0, 0);
}
