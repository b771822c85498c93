/**
 * What page and worker say to each other. Every request is answered exactly once: `done`, `failed` or
 * `superseded`; a newer request of the same topic supersedes the older one. `progress` and `slot` come before the
 * answer, never after it, since all of it goes through the worker's own channel.
 */

import type { SlotOutcome } from '../core/emulator/slots.ts';
import type { Forecast } from '../core/explore/forecast.ts';
import type { Each, Lattice } from '../core/explore/lattice.ts';
import type { Nearest, NoneNear } from '../core/explore/nearest.ts';
import type { Exploration } from '../core/explore/report.ts';
import type { Sample } from '../core/explore/sample.ts';
import type { Lines } from '../core/formats/qemu-log/merge.ts';
import type { OrderingEdit } from '../core/scenario/edits.ts';
import type { Ordering } from '../core/scenario/ordering.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import type { Silence } from '../core/swimlane/axis.ts';
import type { LaneIndex } from '../core/swimlane/lane-index.ts';
import type { Audit, LossWindow, Metrics, RuleAnswer, RunClass } from '../core/trace/audit.ts';
import type { PackedTrace } from '../core/trace/packed.ts';
import type { StateIndex } from '../core/trace/state-index.ts';
import type { Course } from '../core/twin/course.ts';

export interface RunRequest {
  readonly type: 'run';
  readonly id: number;
  /** `main` for the run on screen, `take`, `import`. */
  readonly topic: string;
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly probes: boolean;
  readonly workload: boolean;
  readonly seed: number;
  /** It is the run of the recording that was read last: where do they differ? */
  readonly again?: boolean;
}

/** Outcome of every slot of the lifted steps, nearest first. */
export interface SlotsRequest {
  readonly type: 'slots';
  readonly id: number;
  readonly topic: string;
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly list: string;
  readonly steps: readonly string[];
  readonly seed: number;
}

/** Logs of any number of processes, read in chunks. */
export interface ImportRequest {
  readonly type: 'import';
  readonly id: number;
  readonly topic: string;
  readonly files: readonly File[];
  /** Microseconds to add to the clocks of hosts, whatever their logs say. */
  readonly byHand: ReadonlyMap<string, number>;
}

/** A recording of a run. */
export interface RecordingRequest {
  readonly type: 'recording';
  readonly id: number;
  readonly topic: string;
  readonly file: File;
}

/** What a recording is of, and its events until the run that is made again can be held against them. */
export interface RecordingAnswer {
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly events: number;
}

/** All orderings of a scenario. */
export interface ExploreRequest {
  readonly type: 'explore';
  readonly id: number;
  readonly topic: string;
  readonly scenario: Scenario;
  /** So many drawn at random instead of all. */
  readonly sample?: Sample | undefined;
}

/** What deciding all orderings will cost; each better answer comes as a `progress`. */
export interface ForecastRequest {
  readonly type: 'forecast';
  readonly id: number;
  readonly topic: string;
  readonly scenario: Scenario;
}

/** The nearest safe or bad ordering, or the fewest edits that still fail. */
export interface NearestRequest {
  readonly type: 'nearest';
  readonly id: number;
  readonly topic: string;
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly goal: 'safe' | 'bad' | 'shrink';
}

/** Joint states about an ordering. */
export interface LatticeRequest {
  readonly type: 'lattice';
  readonly id: number;
  readonly topic: string;
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly each: Each;
}

export interface CancelRequest {
  readonly type: 'cancel';
  readonly topic: string;
}

/** For tests of the page: the worker dies as it would of an error of its own. */
export interface CrashRequest {
  readonly type: 'crash';
}

export type Request =
  | RunRequest
  | SlotsRequest
  | ImportRequest
  | RecordingRequest
  | ExploreRequest
  | ForecastRequest
  | NearestRequest
  | LatticeRequest
  | CancelRequest
  | CrashRequest;

export interface RunAnswer {
  readonly trace: PackedTrace;
  readonly index: LaneIndex;
  readonly states: StateIndex;
  readonly audit: Audit;
  readonly windows: readonly LossWindow[];
  readonly metrics: Metrics;
  readonly settled: string;
  /** The second opinion. */
  readonly rules: readonly RuleAnswer[];
  /** Of a run of a recording: the first event that differs from it, null for none. */
  readonly differsAt?: number | null;
  /** Milliseconds of work in the worker. */
  readonly workMs: number;
}

/** A run as far as it has come: to be drawn, and not judged. */
export interface PartialRun {
  readonly trace: PackedTrace;
  readonly index: LaneIndex;
  readonly states: StateIndex;
}

export interface ImportAnswer {
  readonly trace: PackedTrace;
  /** Made here, so that the page need not go through all events. */
  readonly index: LaneIndex;
  /** Found here for the same reason. */
  readonly silences: readonly Silence[];
  readonly states: StateIndex;
  readonly lines: Lines;
  readonly rules: readonly RuleAnswer[];
  /** What was left out of line text, by kind: the most frequent first. */
  readonly texts: readonly (readonly [kind: string, lines: number])[];
  /** How the migration in it went. */
  readonly course: Course;
  readonly workMs: number;
}

/** Of a search: orderings decided so far, of how many; decimal strings. */
export interface DecidedSoFar {
  readonly orderings: string;
  readonly of: string;
  /** Looked at now and then: of those that were decided by then, how many are of which class. */
  readonly byClass?: { readonly [one in RunClass]?: string } | undefined;
  /** How many searchers have taken part so far, and why one was lost. */
  readonly searchers: number;
  readonly lost: string;
}

/** A forecast with what the worker's clock makes of it. */
export interface ForecastAnswer extends Forecast {
  /** Seconds that the search should take at the pace of the measurement; with the steps of `pin` pinned. */
  readonly seconds: number;
  readonly secondsThen: number;
  readonly mostStates: number;
}

export type Answer =
  | { readonly type: 'ready' }
  /** `of`: how many there will be, if that is known. `edits`: of a shrinking, those that are left and still fail. */
  | {
      readonly type: 'progress';
      readonly id: number;
      readonly happenings: number;
      readonly of?: number;
      readonly decided?: DecidedSoFar;
      readonly edits?: readonly OrderingEdit[];
      readonly forecast?: ForecastAnswer;
    }
  | { readonly type: 'partial'; readonly id: number; readonly partial: PartialRun }
  | { readonly type: 'slot'; readonly id: number; readonly slot: SlotOutcome }
  | {
      readonly type: 'done';
      readonly id: number;
      readonly run?: RunAnswer;
      readonly imported?: ImportAnswer;
      readonly recording?: RecordingAnswer;
      readonly exploration?: Exploration;
      readonly lattice?: Lattice;
      /** Null: nothing was found out before it was stopped. */
      readonly forecast?: ForecastAnswer | null;
      /** Null: there is nothing to shrink. */
      readonly nearest?: Nearest | NoneNear | null;
    }
  | { readonly type: 'failed'; readonly id: number; readonly message: string }
  | { readonly type: 'superseded'; readonly id: number };
