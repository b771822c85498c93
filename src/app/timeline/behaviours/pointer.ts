/**
 * The pointer on the lanes: hover, click to move the cursor and select, press and move four pixels on a step to lift
 * it, with Alt on the axis Time to set its delay; drag anywhere else to pan. Two fingers pinch. One state at a time, as a tagged union.
 */
import { pan, zoom } from '../../../core/swimlane/axis.ts';
import type { Nanos } from '../../../core/trace/time.ts';
import { kindAt } from '../../../core/trace/trace.ts';
import { runCommand } from '../../store/commands.ts';
import type { Lab } from '../../store/lab.ts';
import type { Lifted } from '../../store/state.ts';
import type { Stage } from '../stage.ts';
import type { Behaviour } from './pan-zoom.ts';

type State =
  | { readonly mode: 'idle' }
  | { readonly mode: 'pressed'; readonly x: number; readonly y: number; readonly list: string; readonly step: string }
  | { readonly mode: 'panning'; x: number; readonly startX: number; moved: boolean }
  | { readonly mode: 'lifting' }
  | { readonly mode: 'delaying'; readonly x: number }
  | { readonly mode: 'pinching'; distance: number };

const LIFT_PX = 4;

export function createPointer(
  lanes: HTMLElement,
  lab: Lab,
  stage: () => Stage | undefined,
  onChip: (x: number, y: number) => void,
): Behaviour {
  const { playhead, lifting, store } = lab;
  const fingers = new Map<number, { x: number; y: number }>();
  let state: State = { mode: 'idle' };
  const local = (event: PointerEvent) => {
    const box = lanes.getBoundingClientRect();
    return {
      x: event.clientX - box.left,
      y: event.clientY - box.top,
      inside: event.clientY > box.top - 40 && event.clientY < box.bottom + 40,
    };
  };

  function stepUnder(x: number, y: number): { readonly list: string; readonly step: string } | undefined {
    const run = store.getState().run;
    const hit = stage()?.pick(x, y);
    if (run === undefined || hit === undefined || kindAt(run.trace, hit.seq) !== 'step') return undefined;
    const key = run.trace.steps[run.trace.step[hit.seq] as number] ?? '';
    const at = key.indexOf('/');
    const list = key.slice(0, at);
    const step = key.slice(at + 1);
    return run.ordering.lists[list]?.includes(step) === true ? { list, step } : undefined;
  }

  function nearestSlot(x: number, { list, steps }: Lifted): number {
    const places = stage()?.slots(list, steps) ?? [];
    let best = 0;
    places.forEach((place, i) => {
      if (Math.abs(place.px - x) < Math.abs((places[best]?.px ?? 0) - x)) best = i;
    });
    return places[best]?.slot ?? 0;
  }

  const onDown = (event: PointerEvent) => {
    if (event.button !== 0) return;
    const { x, y } = local(event);
    fingers.set(event.pointerId, { x, y });
    lanes.setPointerCapture(event.pointerId);
    if (fingers.size === 2) {
      state = { mode: 'pinching', distance: spread(fingers) };
      return;
    }
    const step = stepUnder(x, y);
    state = step === undefined ? { mode: 'panning', x, startX: x, moved: false } : { mode: 'pressed', x, y, ...step };
  };

  const onMove = (event: PointerEvent) => {
    const { x, y, inside } = local(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, { x, y });
    const at = stage();
    if (at === undefined) return;
    switch (state.mode) {
      case 'idle': {
        const hit = at.pick(x, y);
        if (hit?.seq !== playhead.get().hover) playhead.set({ hover: hit?.seq, crowd: hit?.count ?? 0 });
        lanes.style.cursor = stepUnder(x, y) !== undefined ? 'grab' : hit !== undefined ? 'pointer' : 'default';
        onChip(x, y);
        return;
      }
      case 'pressed':
        if (Math.hypot(x - state.x, y - state.y) < LIFT_PX) return;
        playhead.set({ hover: undefined });
        if (event.altKey && at.axis.kind === 'time') {
          const { list, step } = state;
          const was = store.getState().ordering.delays[`${list}/${step}`] ?? 0;
          playhead.set({ delaying: { list, step, was, nanos: was } });
          state = { mode: 'delaying', x: state.x };
          lanes.style.cursor = 'ew-resize';
          return;
        }
        lifting.lift(state.list, state.step, 'pointer');
        state = { mode: 'lifting' };
        lanes.style.cursor = 'grabbing';
        return;
      case 'delaying': {
        const { delaying, view } = playhead.get();
        if (delaying === undefined) return;
        const pixel = (view.to - view.from) / lanes.clientWidth;
        // Not finer than a pixel tells apart.
        const grain = 10 ** Math.max(0, Math.floor(Math.log10(pixel)));
        const nanos = Math.max(0, Math.round((delaying.was + (x - state.x) * pixel) / grain) * grain);
        if (nanos !== delaying.nanos) playhead.set({ delaying: { ...delaying, nanos } });
        return;
      }
      case 'lifting': {
        const { lifted } = store.getState();
        if (lifted === undefined) return;
        lifting.over(nearestSlot(x, lifted), !inside);
        onChip(x, y);
        return;
      }
      case 'panning': {
        const { view } = playhead.get();
        if (Math.abs(x - state.startX) > 3) state.moved = true;
        if (!state.moved) return;
        playhead.set({ view: pan(at.axis, view, ((state.x - x) / lanes.clientWidth) * (view.to - view.from)) });
        state.x = x;
        return;
      }
      case 'pinching': {
        const { view } = playhead.get();
        const distance = spread(fingers);
        const middle = [...fingers.values()].reduce((sum, one) => sum + one.x, 0) / Math.max(1, fingers.size);
        const anchor = view.from + (middle / lanes.clientWidth) * (view.to - view.from);
        if (distance > 0) playhead.set({ view: zoom(at.axis, view, anchor, state.distance / distance) });
        state.distance = distance;
      }
    }
  };

  const onUp = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    const { x, y } = local(event);
    if (state.mode === 'lifting') lifting.drop();
    else if (state.mode === 'delaying') delay();
    else if (state.mode === 'pressed' && event.shiftKey) lifting.select(state.list, state.step);
    else if (state.mode === 'pressed' || (state.mode === 'panning' && !state.moved)) select(x, y);
    if (fingers.size === 0) state = { mode: 'idle' };
  };

  function delay(): void {
    const { delaying } = playhead.get();
    playhead.set({ delaying: undefined });
    if (delaying === undefined || delaying.nanos === delaying.was) return;
    lab.edit({ kind: 'delay', list: delaying.list, step: delaying.step, nanos: delaying.nanos as Nanos });
  }

  function select(x: number, y: number): void {
    const at = stage();
    if (at === undefined) return;
    const hit = at.pick(x, y);
    playhead.set(hit === undefined ? { cursor: at.eventAtPx(x), selected: undefined } : { cursor: hit.seq, selected: hit.seq });
  }

  const onCancel = () => {
    fingers.clear();
    if (state.mode === 'lifting') lifting.cancel();
    playhead.set({ delaying: undefined });
    state = { mode: 'idle' };
  };
  const onLeave = () => {
    if (state.mode === 'idle') playhead.set({ hover: undefined });
  };
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'Escape' && (state.mode === 'lifting' || state.mode === 'delaying')) onCancel();
  };
  const onDouble = (event: MouseEvent) => {
    const box = lanes.getBoundingClientRect();
    const hit = stage()?.pick(event.clientX - box.left, event.clientY - box.top);
    if (hit !== undefined) runCommand(lab, 'zoom-selection');
  };
  const life = new AbortController();
  const { signal } = life;
  lanes.addEventListener('dblclick', onDouble, { signal });
  lanes.addEventListener('pointerdown', onDown, { signal });
  lanes.addEventListener('pointermove', onMove, { signal });
  lanes.addEventListener('pointerup', onUp, { signal });
  lanes.addEventListener('pointercancel', onCancel, { signal });
  lanes.addEventListener('pointerleave', onLeave, { signal });
  window.addEventListener('keydown', onKey, { signal });
  return { destroy: () => life.abort() };
}

function spread(fingers: ReadonlyMap<number, { readonly x: number; readonly y: number }>): number {
  const [a, b] = [...fingers.values()];
  return a === undefined || b === undefined ? 0 : Math.hypot(a.x - b.x, a.y - b.y);
}
