/**
 * What moves with the pointer: cursor, hover, view, selection. It lives outside the store, so that scrubbing never
 * renders React; whoever draws subscribes.
 */
import type { SlotOutcome } from '../../core/emulator/slots.ts';
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
  /** Events that share the pixel under the pointer. */
  readonly crowd: number;
  /** Nested stretches that the overview was narrowed to, widest first; none: the whole run. */
  readonly crumbs: readonly View[];
  readonly found: Found;
  readonly playing: number;
  /** Which difference of the comparison the cursor was taken to; -1 for none. */
  readonly difference: number;
  /** A step of the present run at another slot, as somebody looks at what it would do there. */
  readonly ghost: Ghost | undefined;
  /** A step that is pulled to another delay. */
  readonly delaying: Delaying | undefined;
}

/** Nanoseconds that a step waits before it begins: those it has, and those it would have if it were let go now. */
export interface Delaying {
  readonly list: string;
  readonly step: string;
  readonly was: number;
  readonly nanos: number;
}

export interface Ghost {
  readonly list: string;
  readonly step: string;
  readonly slot: number;
  /** Undefined while it is still to be run. */
  readonly outcome: SlotOutcome | undefined;
  /** What it would do, in a sentence or two. */
  readonly words: string;
}

/** Events found by the search, in the order of the trace: the first `length` of a buffer that grows. */
export interface Found {
  readonly seqs: Int32Array;
  readonly length: number;
}

export const NOTHING_FOUND: Found = { seqs: new Int32Array(0), length: 0 };

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
    crowd: 0,
    crumbs: [],
    found: NOTHING_FOUND,
    playing: 0,
    difference: -1,
    ghost: undefined,
    delaying: undefined,
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
