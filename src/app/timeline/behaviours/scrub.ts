/** Dragging on the ruler moves the cursor, a press on a flag leads to its problem; dragging on the overview moves or resizes the window in view. */
import { clampView } from '../../../core/swimlane/axis.ts';
import type { Lab } from '../../store/lab.ts';
import type { Stage } from '../stage.ts';
import type { Behaviour } from './pan-zoom.ts';

export function createScrub(ruler: HTMLElement, lab: Lab, stage: () => Stage | undefined): Behaviour {
  const move = (event: PointerEvent) => {
    const at = stage();
    if (at === undefined) return;
    lab.playhead.set({ cursor: at.eventAtPx(event.clientX - ruler.getBoundingClientRect().left), selected: undefined });
  };
  const down = (event: PointerEvent) => {
    const box = ruler.getBoundingClientRect();
    const problem = stage()?.problemAt(event.clientX - box.left, event.clientY - box.top);
    if (problem === undefined) move(event);
    else lab.playhead.set({ cursor: problem, selected: problem });
  };
  return dragging(ruler, down, move);
}

const HANDLE_PX = 8;

export function createOverviewDrag(overview: HTMLElement, lab: Lab, stage: () => Stage | undefined): Behaviour {
  let grip: { readonly part: 'from' | 'to' | 'body'; readonly offset: number } | undefined;
  const placeOf = (event: PointerEvent, at: Stage) => {
    const box = overview.getBoundingClientRect();
    const { from, to } = at.overview;
    return from + ((event.clientX - box.left) / box.width) * (to - from);
  };
  const down = (event: PointerEvent) => {
    const at = stage();
    if (at === undefined) return;
    const { view } = lab.playhead.get();
    const u = placeOf(event, at);
    const slack = (HANDLE_PX / overview.clientWidth) * (at.overview.to - at.overview.from);
    if (Math.abs(u - view.from) < slack) grip = { part: 'from', offset: 0 };
    else if (Math.abs(u - view.to) < slack) grip = { part: 'to', offset: 0 };
    else if (u > view.from && u < view.to) grip = { part: 'body', offset: u - view.from };
    else {
      grip = { part: 'body', offset: (view.to - view.from) / 2 };
      move(event);
    }
  };
  const move = (event: PointerEvent) => {
    const at = stage();
    if (at === undefined || grip === undefined) return;
    const { view } = lab.playhead.get();
    const u = placeOf(event, at);
    const least = (at.overview.to - at.overview.from) / 5_000;
    if (grip.part === 'from') lab.playhead.set({ view: clampView(at.axis, { from: Math.min(u, view.to - least), to: view.to }) });
    else if (grip.part === 'to') lab.playhead.set({ view: clampView(at.axis, { from: view.from, to: Math.max(u, view.from + least) }) });
    else lab.playhead.set({ view: clampView(at.axis, { from: u - grip.offset, to: u - grip.offset + view.to - view.from }) });
  };
  return dragging(overview, down, move);
}

function dragging(element: HTMLElement, down: (event: PointerEvent) => void, move: (event: PointerEvent) => void): Behaviour {
  let held = false;
  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    held = true;
    element.setPointerCapture(event.pointerId);
    down(event);
  };
  const onMove = (event: PointerEvent) => {
    if (held) move(event);
  };
  const onUp = () => {
    held = false;
  };
  const life = new AbortController();
  const { signal } = life;
  element.addEventListener('pointerdown', onDown, { signal });
  element.addEventListener('pointermove', onMove, { signal });
  element.addEventListener('pointerup', onUp, { signal });
  element.addEventListener('pointercancel', onUp, { signal });
  return { destroy: () => life.abort() };
}
