/**
 * What moves with the pointer: cursor, hover, view, selection. It lives outside the store, so that scrubbing never
 * renders React; whoever draws subscribes.
 */
import type { View } from '../../core/swimlane/axis.ts';
import type { EventSeq } from '../../core/trace/time.ts';

export interface Playhead {
  /** Last event that has happened at the cursor; -1 is before all. */
  readonly cursor: EventSeq;
  readonly hover: EventSeq | undefined;
  readonly selected: EventSeq | undefined;
  readonly view: View;
  /** Markers A and B: events between which time is measured. */
  readonly markers: { readonly a: EventSeq | undefined; readonly b: EventSeq | undefined };
  /** Events found by the search, in the order of the trace. */
  readonly found: readonly EventSeq[];
  readonly playing: number;
}

export interface PlayheadStore {
  get(): Playhead;
  set(change: Partial<Playhead>): void;
  /** Called after every change; answers how to stop. */
  subscribe(listener: (now: Playhead, before: Playhead) => void): () => void;
}

export function createPlayhead(): PlayheadStore {
  let now: Playhead = {
    cursor: -1,
    hover: undefined,
    selected: undefined,
    view: { from: 0, to: 1 },
    markers: { a: undefined, b: undefined },
    found: [],
    playing: 0,
  };
  const listeners = new Set<(now: Playhead, before: Playhead) => void>();
  return {
    get: () => now,
    set(change) {
      const before = now;
      now = { ...now, ...change };
      for (const listener of listeners) listener(now, before);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
