/** The ground state of the page: small, all else is derived (selectors.ts). */
import type { SlotOutcome } from '../../core/emulator/slots.ts';
import type { Ordering } from '../../core/scenario/ordering.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import type { AxisKind } from '../../core/swimlane/axis.ts';
import type { LaneChoice } from '../../core/swimlane/lane-choice.ts';
import type { LaneIndex } from '../../core/swimlane/lane-index.ts';
import type { Audit, LossWindow, Metrics, RuleAnswer } from '../../core/trace/audit.ts';
import type { StateAt } from '../../core/trace/state-at.ts';
import type { Trace } from '../../core/trace/trace.ts';
import type { Twin } from '../../core/twin/infer.ts';
import type { ImportAnswer } from '../emulator-port.ts';

/** Something on the timeline, with the indexes that drawing and scrubbing need. */
interface Seen {
  readonly trace: Trace;
  readonly index: LaneIndex;
  readonly states: StateAt;
  readonly windows: readonly LossWindow[];
  readonly metrics: Metrics;
  /** What was run; for imported logs what was on screen before. */
  readonly scenario: Scenario;
  /** Empty for imported logs: they have no steps. */
  readonly ordering: Ordering;
  readonly workMs: number;
}

/** A run of the emulator. */
export interface EmulatedRun extends Seen {
  readonly audit: Audit;
  readonly settled: string;
  readonly rules: readonly RuleAnswer[];
  readonly imported?: undefined;
  readonly growing?: undefined;
}

/** Logs of real processes: nothing audits them, the rules alone have an opinion. */
export interface ImportedRun extends Seen {
  readonly audit: null;
  readonly growing?: undefined;
  readonly imported: Omit<ImportAnswer, 'trace' | 'index' | 'states' | 'silences'> & {
    /** To be read again with another clock. */
    readonly files: readonly File[];
    /** Clocks that were set by hand: microseconds added, by host. */
    readonly byHand: ReadonlyMap<string, number>;
  };
}

/** A run that is still going on: drawn as far as it has come, and not judged. */
export interface GrowingRun extends Seen {
  readonly audit: null;
  readonly imported?: undefined;
  readonly growing: true;
}

export type RunView = EmulatedRun | ImportedRun | GrowingRun;

/** What undo goes back to: a scenario with an ordering of it. */
export interface Version {
  readonly scenario: Scenario;
  readonly ordering: Ordering;
}

export type Dialog = 'palette' | 'gallery' | 'editor';

/** An ordering with its run, kept for comparison. */
export interface Take {
  readonly id: number;
  readonly name: string;
  readonly run: EmulatedRun;
}

/** Steps of one list that move together: neighbours, in their order. `step` is the one that the others were added to. */
export interface Selection {
  readonly list: string;
  readonly step: string;
  readonly steps: readonly string[];
}

/** Steps in somebody's hand: what each slot of their list would do. */
export interface Lifted {
  readonly list: string;
  /** The step that was taken hold of. */
  readonly step: string;
  /** It, or the block that it is part of, in their order. */
  readonly steps: readonly string[];
  /** Slot it was lifted from, and the one it is over. */
  readonly from: number;
  readonly slot: number;
  /** A pointer on the picture, a pointer in a step list, or keys. */
  readonly by: 'pointer' | 'list' | 'keyboard';
  readonly outcomes: ReadonlyMap<number, SlotOutcome>;
  /** Pointer is outside the lanes: dropping leaves the step out. */
  readonly outside: boolean;
}

/** `LIST/STEP`, two of one list: every safe order has the one before the other. */
export interface KeptPair {
  readonly before: string;
  readonly after: string;
}

export interface Alert {
  readonly id: number;
  readonly severity: 'error' | 'info';
  readonly title: string;
  readonly lines: readonly string[];
  /** A way on, e.g. trying again. */
  readonly retry?: 'run';
  readonly action?: 'save-recording';
}

/** A drag whose outcome differs from the present one: found by running it. */
export interface Hint {
  /** `LIST/STEP`. */
  readonly step: string;
  readonly way: 'up' | 'down';
  readonly words: string;
}

export type Theme = 'system' | 'light' | 'dark';

/** Files that are being read: bytes of text so far, of about how many. */
export interface Opening {
  readonly names: readonly string[];
  readonly bytes: number;
  readonly of: number;
}

export interface TwinOnScreen extends Twin {
  readonly log: ImportedRun;
  /** The log's picture stands below that of the twin. */
  readonly beside: boolean;
}

export interface LabState {
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly past: readonly Version[];
  readonly future: readonly Version[];
  readonly run: RunView | undefined;
  readonly work: 'idle' | 'running';
  readonly happenings: number;
  readonly opening: Opening | undefined;
  readonly takes: readonly Take[];
  /** Take that the present run is compared with. */
  readonly compareWith: number | undefined;
  readonly lifted: Lifted | undefined;
  /** What every safe order of a scenario keeps, once all its orderings are decided. */
  readonly kept: { readonly of: Scenario; readonly pairs: readonly KeptPair[] } | undefined;
  /** Steps that a lift of one of them takes along. */
  readonly selection: Selection | undefined;
  readonly axis: AxisKind;
  readonly alerts: readonly Alert[];
  /** Spoken to assistive technology. */
  readonly spoken: string;
  readonly theme: Theme;
  readonly dialog: Dialog | undefined;
  readonly table: boolean;
  /** Lanes left out and lanes on top. */
  readonly lanes: LaneChoice;
  /** The twin of real logs that is on screen, and what it is held against. */
  readonly twin: TwinOnScreen | undefined;
  /** The drag to begin with, until the first edit. */
  readonly hint: Hint | undefined;
}
