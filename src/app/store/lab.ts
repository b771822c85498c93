/** What a lab offers: the page, its panels and its commands rely on this alone; `createLab` makes one. */
import type { StoreApi } from 'zustand/vanilla';
import type { OrderingEdit } from '../../core/scenario/edits.ts';
import type { Ordering } from '../../core/scenario/ordering.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import type { EmulatorPort, RecordingAnswer } from '../emulator-port.ts';
import type { PlayheadStore } from './playhead.ts';
import type { Alert, LabState, Lifted } from './state.ts';

export interface Lab {
  readonly store: StoreApi<LabState>;
  readonly playhead: PlayheadStore;
  readonly port: EmulatorPort;
  readonly lifting: Lifting;
  /** `again`: it is the run of the recording that was read last; told is the first event that differs, undefined for none. */
  open(scenario: Scenario, ordering?: Ordering, again?: (differsAt: number | undefined, events: number) => void): void;
  /** A recording of a run is read by the worker; undefined: it was not, and the user knows. */
  readRecording(file: File): Promise<RecordingAnswer | undefined>;
  /** Another version of the scenario under study: undo goes back to the present one. */
  change(scenario: Scenario, ordering?: Ordering): void;
  /** `byHand`: microseconds to add to the clocks of hosts, whatever their logs say. */
  importLogs(files: readonly File[], byHand?: ReadonlyMap<string, number>): void;
  edit(edit: OrderingEdit): void;
  setOrdering(ordering: Ordering): void;
  undo(): void;
  redo(): void;
  reset(): void;
  rerun(): void;
  cancel(): void;
  alert(alert: Omit<Alert, 'id'>): void;
  dismiss(id: number): void;
  say(text: string): void;
  /** The same promise; `idle` waits for it. */
  during<Value>(work: Promise<Value>): Promise<Value>;
  /** Resolves when no request is pending and the last frame is drawn. `own`: how much of what is under way is the caller's. */
  idle(own?: number): Promise<void>;
}

/** A step, or a block of them, in somebody's hand. */
export interface Lifting {
  /** With a step of the selection the whole selection is lifted. */
  lift(list: string, step: string, by: Lifted['by']): void;
  /** Neighbours from the step that was selected first up to this one; `to` undefined: nothing is selected any more. */
  select(list: string, to: string | undefined): void;
  over(slot: number, outside?: boolean): void;
  move(by: number): void;
  /** To the next slot with another outcome than the present one, skipping all that are alike. */
  leap(direction: 1 | -1): void;
  drop(): void;
  cancel(): void;
  skip(list: string, step: string): void;
}
