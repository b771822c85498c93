/** Moving about: wheel, pinch, WASD by key code. Always anchored under the pointer. */
import { pan, wholeView, zoom } from '../../../core/swimlane/axis.ts';
import type { Lab } from '../../store/lab.ts';
import type { Stage } from '../stage.ts';

const WHEEL_ZOOM = 1.0016;
const KEY_ZOOM = 1.3;
const KEY_PAN = 0.15;

export interface Behaviour {
  destroy(): void;
}

/** `onPlainWheel`: a wheel that was left to the page. */
export function createPanZoom(lanes: HTMLElement, lab: Lab, stage: () => Stage | undefined, onPlainWheel: () => void): Behaviour {
  const { playhead } = lab;
  const onWheel = (event: WheelEvent) => {
    const at = stage();
    if (at === undefined) return;
    const { view } = playhead.get();
    // What shares the pixel under the pointer is another number after this.
    if (playhead.get().hover !== undefined && (event.ctrlKey || event.metaKey || event.shiftKey)) playhead.set({ hover: undefined });
    const box = lanes.getBoundingClientRect();
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      const anchor = view.from + ((event.clientX - box.left) / box.width) * (view.to - view.from);
      playhead.set({
        view: zoom(at.axis, view, anchor, WHEEL_ZOOM ** Math.max(-300, Math.min(300, event.deltaY * (event.deltaMode === 1 ? 16 : 1)))),
      });
    } else if (event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY)) {
      event.preventDefault();
      const by = (event.deltaX !== 0 ? event.deltaX : event.deltaY) / box.width;
      playhead.set({ view: pan(at.axis, view, by * (view.to - view.from)) });
    } else onPlainWheel();
  };
  const onMove = (event: PointerEvent) => {
    const at = stage();
    if (at !== undefined) at.pointerPx = event.clientX - lanes.getBoundingClientRect().left;
  };
  const onLeave = () => {
    const at = stage();
    if (at !== undefined) at.pointerPx = undefined;
  };
  const life = new AbortController();
  const { signal } = life;
  lanes.addEventListener('wheel', onWheel, { passive: false, signal });
  lanes.addEventListener('pointermove', onMove, { passive: true, signal });
  lanes.addEventListener('pointerleave', onLeave, { signal });
  return { destroy: () => life.abort() };
}

/** One press of W, S, A or D; true when the key was one of them. */
export function moveByKey(code: string, lab: Lab, stage: Stage): boolean {
  const { view, cursor } = lab.playhead.get();
  const span = view.to - view.from;
  const { run } = lab.store.getState();
  // Under the pointer; where there is none, about the cursor.
  const at =
    stage.pointerPx !== undefined
      ? view.from + (stage.pointerPx / stage.scene.widthPx) * span
      : run === undefined || cursor < 0
        ? view.from + span / 2
        : stage.axis.at(run.trace.at[cursor] as number, cursor);
  const anchor = at >= view.from && at <= view.to ? at : view.from + span / 2;
  switch (code) {
    case 'KeyW':
      lab.playhead.set({ view: zoom(stage.axis, view, anchor, 1 / KEY_ZOOM) });
      return true;
    case 'KeyS':
      lab.playhead.set({ view: zoom(stage.axis, view, anchor, KEY_ZOOM) });
      return true;
    case 'KeyA':
      lab.playhead.set({ view: pan(stage.axis, view, -KEY_PAN * span) });
      return true;
    case 'KeyD':
      lab.playhead.set({ view: pan(stage.axis, view, KEY_PAN * span) });
      return true;
    case 'Digit0':
      lab.playhead.set({ view: wholeView(stage.axis), crumbs: [] });
      return true;
    default:
      return false;
  }
}
