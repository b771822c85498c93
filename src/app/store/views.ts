/** Where somebody has looked: back and forth between views that rested, as in a browser. */
import type { View } from '../../core/swimlane/axis.ts';
import type { PlayheadStore } from './playhead.ts';

/** A view that stands still for that long is one to come back to. */
const REST_MS = 350;
const MOST_VIEWS = 100;

interface History {
  past: View[];
  future: View[];
  /** The view that is being left or was gone back to. */
  at: View | undefined;
}

const histories = new WeakMap<PlayheadStore, History>();

export function keepViews(playhead: PlayheadStore): void {
  const history: History = { past: [], future: [], at: undefined };
  histories.set(playhead, history);
  let timer: ReturnType<typeof setTimeout> | undefined;
  playhead.subscribe((now, before) => {
    if (now.view === before.view || now.view === history.at) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (history.at !== undefined) history.past = [...history.past, history.at].slice(-MOST_VIEWS);
      history.at = playhead.get().view;
      history.future = [];
    }, REST_MS);
  });
}

export function viewBack(playhead: PlayheadStore): void {
  const history = histories.get(playhead);
  const before = history?.past.pop();
  if (history === undefined || before === undefined) return;
  if (history.at !== undefined) history.future.push(history.at);
  history.at = before;
  playhead.set({ view: before });
}

export function viewForth(playhead: PlayheadStore): void {
  const history = histories.get(playhead);
  const next = history?.future.pop();
  if (history === undefined || next === undefined) return;
  if (history.at !== undefined) history.past.push(history.at);
  history.at = next;
  playhead.set({ view: next });
}
