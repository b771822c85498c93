/**
 * The stage: two canvases (static scene, moving overlay), the ruler and the overview, painted from a run, a view and
 * a playhead. It is plain code with `destroy`; React only gives it its elements.
 */
import { type Axis, blendAxes, makeAxis, type View } from '../../core/swimlane/axis.ts';
import { type Picked, pickIn } from '../../core/swimlane/pick.ts';
import { makeRows, type Row } from '../../core/swimlane/rows.ts';
import { type EventSeq, type Nanos, printNanos } from '../../core/trace/time.ts';
import { differencesOf } from '../store/differences.ts';
import type { Lab } from '../store/lab.ts';
import { NOTHING_FOUND, type Playhead } from '../store/playhead.ts';
import { problemsOf } from '../store/problems.ts';
import { keptOf } from '../store/selectors.ts';
import type { RunView } from '../store/state.ts';
import { type Colours, coloursOf } from './colours.ts';
import { paintDifferences } from './difference-painter.ts';
import type { Flag } from './flags.ts';
import { createFoundTicks } from './found-painter.ts';
import { createFrames } from './frame.ts';
import { createLooks } from './looks.ts';
import { paintOverlay, placeOf } from './overlay-painter.ts';
import { createPixels, type Pixels } from './pixels.ts';
import { flagAt, paintFlagLines, paintFlags, STRIP_PX, sceneFlags } from './problem-painter.ts';
import { paintOverview, paintRuler, paintWindow } from './ruler-painter.ts';
import { makeScene, resize, type Scene } from './scene.ts';
import { FONT, paintScene } from './scene-painter.ts';
import { type SlotPlace, slotPlaces } from './slots.ts';

export interface StageElements {
  readonly root: HTMLElement;
  readonly lanes: HTMLElement;
  readonly scene: HTMLCanvasElement;
  readonly overlay: HTMLCanvasElement;
  readonly ruler: HTMLCanvasElement;
  /** Missing where the picture follows another. */
  readonly overview: HTMLCanvasElement | null;
  /** The head of the cursor in the ruler, with its time. */
  readonly knob: HTMLElement;
}

export interface Stage {
  readonly axis: Axis;
  readonly scene: Scene;
  /** What the whole width of the overview stands for. */
  readonly overview: View;
  /** Where the pointer is on the lanes: zooming by keys is about it. */
  pointerPx: number | undefined;
  /** The event under a point of the lanes, in CSS pixels, and how many share its pixel. */
  pick(xPx: number, yPx: number): (Picked & { readonly row: Row }) | undefined;
  /** The problem whose flag is under a point of the ruler. */
  problemAt(xPx: number, yPx: number): EventSeq | undefined;
  /** The last event at or before a place. */
  eventAtPx(xPx: number): EventSeq;
  slots(list: string, steps: readonly string[]): readonly SlotPlace[];
  redraw(): void;
  destroy(): void;
  /** Frames drawn: whole scenes and overlays, for the tests that count. */
  readonly drawn: { scenes: number; overlays: number };
}

export const RULER_PX = 24;
export const OVERVIEW_PX = 50;

/** Height of the ruler with the strip of the problems, where there are any. */
export function rulerPx(run: RunView): number {
  return RULER_PX + (problemsOf(run).length > 0 ? STRIP_PX : 0);
}

/** A canvas is never taller than this; of a taller picture what is near the window is drawn. */
const TALLEST_PX = 2_400;
const MARGIN_PX = 240;
/** A switch of the axis takes that long. */
const SWITCH_MS = 200;

interface Switch {
  readonly from: Axis;
  readonly view: View;
  readonly began: number;
}

/** The run that a picture follows: its own clock is so much later than that one's. */
export interface Lead {
  readonly run: RunView;
  readonly laterNanos: Nanos;
}

export function createStage(elements: StageElements, lab: Lab, run: RunView, roomPx: number | undefined, follows?: Lead): Stage {
  const { store, playhead } = lab;
  let colours: Colours = coloursOf(elements.root);
  let axis = makeAxis(run.trace, store.getState().axis);
  const { rows, heightPx, wirePx } = makeRows(run.trace, store.getState().lanes, roomPx);
  const scene = makeScene(run, axis, seen(), rows, wirePx, heightPx);
  const context = elements.scene.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  const overlay = elements.overlay.getContext('2d') as CanvasRenderingContext2D;
  const ruler = elements.ruler.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  const overview = elements.overview?.getContext('2d', { alpha: false }) ?? undefined;
  const pixels: Pixels = createPixels(context);
  context.font = FONT;
  const looks = createLooks(run.trace, (label) => context.measureText(label).width);
  const ticks = createFoundTicks();
  const backdrop = createBackdrop(scene);
  let switching: Switch | undefined;
  let laidOut = false;
  let flags: readonly Flag[] = [];
  const rulerHeightPx = rulerPx(run);
  const drawn = { scenes: 0, overlays: 0 };

  /** What is in view on the own axis. */
  function seen(): View {
    const { view } = playhead.get();
    if (follows === undefined || follows.laterNanos === 0) return view;
    const lead = makeAxis(follows.run.trace, axis.kind);
    const there = (u: number) => axis.at(lead.nanosAt(u) + follows.laterNanos, -1);
    return { from: there(view.from), to: there(view.to) };
  }

  function draw(whole: boolean): void {
    if (!laidOut) return;
    const { crumbs } = playhead.get();
    const view = seen();
    if (whole) {
      fit();
      setAxisOf(scene, view);
      context.font = FONT;
      paintScene(context, scene, pixels, looks, colours);
      flags = rulerHeightPx > RULER_PX && switching === undefined ? sceneFlags(scene, follows === undefined) : [];
      paintFlagLines(context, scene, flags, colours);
      const differences = differencesOf(store.getState());
      if (differences !== undefined) paintDifferences(context, scene, differences, follows === undefined ? 'a' : 'b', colours);
      if (switching === undefined) paintRuler(ruler, scene, playhead.get().markers, RULER_PX, colours);
      if (rulerHeightPx > RULER_PX && switching === undefined) paintFlags(ruler, scene, flags, RULER_PX, colours);
      if (overview !== undefined) {
        const span = crumbs.at(-1) ?? { from: 0, to: axis.length };
        overview.drawImage(backdrop(axis, span, colours), 0, 0, scene.widthPx, OVERVIEW_PX);
        paintWindow(overview, view, span, scene.widthPx, OVERVIEW_PX, colours);
      }
      drawn.scenes += 1;
    }
    const lifted = follows === undefined ? store.getState().lifted : undefined;
    paintOverlay(
      overlay,
      scene,
      follows === undefined ? playhead.get() : following(playhead.get(), follows, run),
      {
        selection: follows === undefined ? store.getState().selection : undefined,
        lifted,
        slots: lifted === undefined ? [] : slotPlaces(scene, lifted.list, lifted.steps),
        kept: keptOf(store.getState()),
      },
      ticks,
      colours,
    );
    showKnob();
    drawn.overlays += 1;
  }

  /** The head of the cursor: on the ruler, inside of the picture, with the time there. */
  function showKnob(): void {
    const { knob } = elements;
    const cursor = follows === undefined ? playhead.get().cursor : sameTime(follows.run, run, playhead.get().cursor, follows.laterNanos);
    const px = placeOf(scene, cursor);
    knob.hidden = px < -1 || px > scene.widthPx + 1;
    if (knob.hidden) return;
    knob.style.transform = `translateX(${Math.round(px)}px)`;
    const words = knob.firstElementChild as HTMLElement;
    words.textContent = printNanos(cursor < 0 ? 0 : (run.trace.at[cursor] as number));
    // Percent of its own width: at the ends it leans inwards, and nothing has to be measured.
    words.style.transform = `translateX(-${Math.min(100, Math.max(0, Math.round((100 * px) / scene.widthPx)))}%)`;
  }

  /** The present axis and view, or those between two for the time of a switch. */
  function setAxisOf(on: Scene, view: View): void {
    on.axis = axis;
    on.view = view;
    if (switching === undefined) return;
    const share = (performance.now() - switching.began) / SWITCH_MS;
    if (share >= 1) {
      switching = undefined;
      return;
    }
    // Slow at both ends.
    const eased = share * share * (3 - 2 * share);
    on.axis = blendAxes(run.trace, switching.from, switching.view, axis, view, eased);
    on.view = WHOLE;
    requestAnimationFrame(() => frames.ask('scene'));
  }

  function fit(): void {
    const widthPx = Math.max(50, elements.lanes.clientWidth);
    const ratio = Math.min(3, window.devicePixelRatio || 1);
    const box = heightPx <= TALLEST_PX ? undefined : elements.lanes.getBoundingClientRect();
    const topPx = box === undefined ? 0 : Math.max(0, Math.min(heightPx - 1, Math.round(-box.top - MARGIN_PX)));
    const shownPx = box === undefined ? heightPx : Math.min(heightPx - topPx, window.innerHeight + 2 * MARGIN_PX);
    resize(scene, widthPx, topPx, shownPx, ratio);
    size(elements.scene, context, widthPx, shownPx, ratio);
    size(elements.overlay, overlay, widthPx, shownPx, ratio);
    size(elements.ruler, ruler, widthPx, rulerHeightPx, ratio);
    if (elements.overview !== null && overview !== undefined) size(elements.overview, overview, widthPx, OVERVIEW_PX, ratio);
    if (box === undefined) return;
    for (const canvas of [elements.scene, elements.overlay]) canvas.style.transform = `translateY(${topPx}px)`;
  }

  const frames = createFrames(draw);
  // It speaks once at the beginning, too: one frame lays out what was put in place, the next one draws the first picture.
  const observer = new ResizeObserver(() => {
    laidOut = true;
    frames.ask('scene');
  });
  observer.observe(elements.lanes);
  const recolour = () => {
    colours = coloursOf(elements.root);
    frames.ask('scene');
  };
  const medias = ['(prefers-color-scheme: dark)', '(forced-colors: active)', '(prefers-contrast: more)'].map((query) => matchMedia(query));
  const life = new AbortController();
  const { signal } = life;
  for (const media of medias) media.addEventListener('change', recolour, { signal });
  const onScroll = () => {
    if (heightPx > TALLEST_PX) frames.ask('scene');
  };
  window.addEventListener('scroll', onScroll, { capture: true, passive: true, signal });
  const stops = [
    playhead.subscribe((now, before) =>
      frames.ask(now.view === before.view && now.markers === before.markers && now.crumbs === before.crumbs ? 'overlay' : 'scene'),
    ),
    store.subscribe((now, before) => {
      if (now.axis !== before.axis) {
        const still = matchMedia('(prefers-reduced-motion: reduce)').matches || !run.trace.ordered || run.trace.length === 0;
        switching = still || scene.widthPx === 0 ? undefined : { from: axis, view: scene.view, began: performance.now() };
        axis = makeAxis(run.trace, now.axis);
        frames.ask('scene');
      }
      if (now.theme !== before.theme) requestAnimationFrame(recolour);
      if (now.compareWith !== before.compareWith) frames.ask('scene');
      if (now.lifted !== before.lifted || now.selection !== before.selection) frames.ask('overlay');
    }),
  ];

  return {
    get axis() {
      return axis;
    },
    scene,
    pointerPx: undefined,
    get overview() {
      return playhead.get().crumbs.at(-1) ?? { from: 0, to: axis.length };
    },
    drawn,
    pick(xPx, yPx) {
      const row = rows.find((one) => yPx >= one.topPx && yPx < one.topPx + one.heightPx);
      const picked = row === undefined || row.lane < 0 ? undefined : pickIn(scene, row.lane, xPx);
      return row === undefined || picked === undefined ? undefined : { ...picked, row };
    },
    problemAt: (xPx, yPx) => (yPx < RULER_PX || follows !== undefined ? undefined : flagAt(flags, xPx, scene.widthPx)?.seq),
    eventAtPx(xPx) {
      const view = seen();
      const u = view.from + (xPx / scene.widthPx) * (view.to - view.from);
      const seq = lastEventAt(run, axis, u);
      return follows === undefined ? seq : sameTime(run, follows.run, seq, -follows.laterNanos);
    },
    slots: (list, steps) => slotPlaces(scene, list, steps),
    redraw: recolour,
    destroy() {
      for (const stop of stops) stop();
      observer.disconnect();
      life.abort();
      frames.destroy();
    },
  };
}

const WHOLE: View = { from: 0, to: 1 };

/** The overview without its window, painted again only when axis, stretch, width or colours are others. */
function createBackdrop(scene: Scene): (axis: Axis, span: View, colours: Colours) => HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { alpha: false }) as CanvasRenderingContext2D;
  let known: readonly unknown[] = [];
  return (axis, span, colours) => {
    const now = [axis, span.from, span.to, scene.widthPx, scene.ratio, colours];
    if (now.every((one, i) => one === known[i])) return canvas;
    known = now;
    size(canvas, context, scene.widthPx, OVERVIEW_PX, scene.ratio);
    const whole = makeScene(scene.run, axis, span, scene.rows, scene.wirePx, OVERVIEW_PX);
    resize(whole, scene.widthPx, 0, OVERVIEW_PX, scene.ratio);
    axis.cut(span, whole.edges);
    paintOverview(context, whole, OVERVIEW_PX, colours);
    return canvas;
  };
}

/** The playhead of one run as another shows it: the same time, and nothing that is named by number. */
function following(playhead: Playhead, { run: from, laterNanos }: Lead, to: RunView): Playhead {
  return {
    ...playhead,
    cursor: sameTime(from, to, playhead.cursor, laterNanos),
    hover: undefined,
    selected: undefined,
    markers: { a: undefined, b: undefined },
    found: NOTHING_FOUND,
    ghost: undefined,
    delaying: undefined,
  };
}

/** The last event of `to` that is not later than event `seq` of `from`, whose clock is so much earlier. */
function sameTime(from: RunView, to: RunView, seq: EventSeq, laterNanos: Nanos): EventSeq {
  if (seq < 0) return -1;
  const nanos = (from.trace.at[seq] as number) + laterNanos;
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
function size(canvas: HTMLCanvasElement, context: CanvasRenderingContext2D, widthPx: number, heightPx: number, ratio: number): void {
  const width = Math.round(widthPx * ratio);
  const height = Math.round(heightPx * ratio);
  if (canvas.width === width && canvas.height === height) return;
  canvas.width = width;
  canvas.height = height;
  canvas.style.width = `${widthPx}px`;
  canvas.style.height = `${heightPx}px`;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
}
