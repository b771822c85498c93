/**
 * The page's side of the worker: numbered requests, one answer each. A worker that dies or falls silent is replaced,
 * and what it owed is answered with a failure, so that nobody waits for ever.
 */
import type { SlotOutcome } from '../core/emulator/slots.ts';
import type { Each, Lattice } from '../core/explore/lattice.ts';
import type { Nearest, NoneNear } from '../core/explore/nearest.ts';
import type { Exploration } from '../core/explore/report.ts';
import type { Sample } from '../core/explore/sample.ts';
import type { OrderingEdit } from '../core/scenario/edits.ts';
import type { Ordering } from '../core/scenario/ordering.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import type {
  Answer,
  DecidedSoFar,
  ForecastAnswer,
  ImportAnswer,
  PartialRun,
  RecordingAnswer,
  Request,
  RunAnswer,
} from '../worker/messages.ts';

export type { DecidedSoFar, ForecastAnswer, ImportAnswer, PartialRun, RecordingAnswer, RunAnswer } from '../worker/messages.ts';

export interface RunWish {
  readonly topic: string;
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly probes: boolean;
  readonly workload: boolean;
  readonly seed: number;
}

export type RunOutcome =
  | { readonly kind: 'done'; readonly run: RunAnswer }
  | { readonly kind: 'failed'; readonly message: string; readonly crashed: boolean }
  | { readonly kind: 'superseded' };

export type ImportOutcome = { readonly kind: 'imported'; readonly imported: ImportAnswer } | Exclude<RunOutcome, { readonly kind: 'done' }>;

export type RecordingOutcome =
  | { readonly kind: 'recording'; readonly recording: RecordingAnswer }
  | Exclude<RunOutcome, { readonly kind: 'done' }>;

export type ExploreOutcome =
  | { readonly kind: 'explored'; readonly exploration: Exploration }
  | Exclude<RunOutcome, { readonly kind: 'done' }>;

export type NearestOutcome =
  | { readonly kind: 'nearest'; readonly nearest: Nearest | NoneNear | undefined }
  | Exclude<RunOutcome, { readonly kind: 'done' }>;

export type LatticeOutcome = { readonly kind: 'lattice'; readonly lattice: Lattice } | Exclude<RunOutcome, { readonly kind: 'done' }>;

export type ForecastOutcome =
  | { readonly kind: 'forecast'; readonly forecast: ForecastAnswer | undefined }
  | Exclude<RunOutcome, { readonly kind: 'done' }>;

export interface EmulatorPort {
  /** Logs of any number of processes; progress in bytes. `byHand`: microseconds to add to the clocks of hosts. */
  importLogs(
    files: readonly File[],
    byHand: ReadonlyMap<string, number>,
    onProgress: (bytes: number, of: number) => void,
  ): Promise<ImportOutcome>;
  /** A recording of a run; progress in bytes. */
  readRecording(file: File, onProgress: (bytes: number, of: number) => void): Promise<RecordingOutcome>;
  /** `onPartial`: what a run that takes long has come to so far. */
  run(wish: RunWish, onProgress?: (happenings: number) => void, onPartial?: (partial: PartialRun) => void): Promise<RunOutcome>;
  /** Runs all slots of the steps, which move as a block; `onSlot` as each is known. Ends early when superseded or cancelled. */
  slots(
    wish: Omit<RunWish, 'probes' | 'workload'> & { readonly list: string; readonly steps: readonly string[] },
    onSlot: (slot: SlotOutcome) => void,
    /** Nobody waits for it: it does not count as pending. */
    quiet?: boolean,
  ): Promise<RunOutcome | { readonly kind: 'slots' }>;
  /** All orderings, or a sample of them; progress in distinct states and orderings. Cancelled (topic `explore`), it answers with what is decided so far. */
  explore(
    scenario: Scenario,
    onProgress: (states: number, decided: DecidedSoFar | undefined) => void,
    sample?: Sample,
  ): Promise<ExploreOutcome>;
  /** What `explore` will cost, better from word to word. Topic `forecast`; nobody waits for it: it does not count as pending. */
  forecast(scenario: Scenario, onBetter: (forecast: ForecastAnswer) => void): Promise<ForecastOutcome>;
  /** The nearest safe or bad ordering, or the fewest edits that still fail; progress in runs. Topic `nearest`. */
  nearest(
    scenario: Scenario,
    ordering: Ordering,
    goal: 'safe' | 'bad' | 'shrink',
    onProgress: (runs: number, of: number, edits: readonly OrderingEdit[] | undefined) => void,
  ): Promise<NearestOutcome>;
  /** Joint states about the ordering, those of `each` for themselves; progress in distinct states. Topic `lattice`. */
  lattice(scenario: Scenario, ordering: Ordering, each: Each, onProgress: (states: number) => void): Promise<LatticeOutcome>;
  cancel(topic: string): void;
  /** Requests without an answer. */
  readonly pending: number;
  /** Makes the worker die, for tests of what the page does then. */
  crash(): void;
}

type Outcome =
  | RunOutcome
  | ImportOutcome
  | RecordingOutcome
  | ExploreOutcome
  | ForecastOutcome
  | NearestOutcome
  | LatticeOutcome
  | { readonly kind: 'slots' };

interface Waiting {
  readonly onProgress: ((happenings: number, of: number, edits: readonly OrderingEdit[] | undefined) => void) | undefined;
  readonly onSlot: ((slot: SlotOutcome) => void) | undefined;
  readonly onPartial?: ((partial: PartialRun) => void) | undefined;
  readonly onDecided?: (states: number, decided: DecidedSoFar | undefined) => void;
  readonly onForecast?: (forecast: ForecastAnswer) => void;
  readonly quiet?: boolean;
  readonly settle: (outcome: Outcome) => void;
}

const GIVEN_UP = { kind: 'superseded' } as const;

/** How any request can end without its answer. */
function isEnd(outcome: Outcome): outcome is Exclude<RunOutcome, { readonly kind: 'done' }> {
  return outcome.kind === 'failed' || outcome.kind === 'superseded';
}

/** A worker that says nothing for that long while it owes answers is taken for dead. */
const SILENCE_MS = 20_000;

export function viaWorker(): EmulatorPort {
  const waiting = new Map<number, Waiting>();
  let next = 1;
  let worker: Worker | undefined;
  let lastWord = 0;
  let watched = false;

  function lose(message: string): void {
    worker?.terminate();
    worker = undefined;
    const owed = [...waiting.values()];
    waiting.clear();
    for (const one of owed) one.settle({ kind: 'failed', message, crashed: true });
  }

  /** After a long file: what reading it took is given back at once, and not when the worker's collector comes to it. */
  function retire(): void {
    if (waiting.size > 0) return;
    worker?.terminate();
    worker = undefined;
  }

  function hear(answer: Answer): void {
    lastWord = performance.now();
    if (answer.type === 'ready') return;
    const one = waiting.get(answer.id);
    if (one === undefined) return;
    if (answer.type === 'progress') {
      one.onProgress?.(answer.happenings, answer.of ?? 0, answer.edits);
      one.onDecided?.(answer.happenings, answer.decided);
      if (answer.forecast !== undefined) one.onForecast?.(answer.forecast);
      return;
    }
    if (answer.type === 'partial') {
      one.onPartial?.(answer.partial);
      return;
    }
    if (answer.type === 'slot') {
      one.onSlot?.(answer.slot);
      return;
    }
    waiting.delete(answer.id);
    if (answer.type === 'superseded') one.settle({ kind: 'superseded' });
    else if (answer.type === 'failed') one.settle({ kind: 'failed', message: answer.message, crashed: false });
    else if (answer.exploration !== undefined) one.settle({ kind: 'explored', exploration: answer.exploration });
    else if (answer.forecast !== undefined) one.settle({ kind: 'forecast', forecast: answer.forecast ?? undefined });
    else if (answer.lattice !== undefined) one.settle({ kind: 'lattice', lattice: answer.lattice });
    else if (answer.nearest !== undefined) one.settle({ kind: 'nearest', nearest: answer.nearest ?? undefined });
    else if (answer.recording !== undefined) one.settle({ kind: 'recording', recording: answer.recording });
    else if (answer.imported !== undefined) {
      one.settle({ kind: 'imported', imported: answer.imported });
      retire();
    } else one.settle(answer.run === undefined ? { kind: 'slots' } : { kind: 'done', run: answer.run });
  }

  function alive(): Worker {
    if (worker !== undefined) return worker;
    worker = new Worker(new URL('../worker/emulator.worker.ts', import.meta.url), { type: 'module' });
    worker.onmessage = (event: MessageEvent<Answer>) => hear(event.data);
    worker.onerror = (event) => {
      event.preventDefault();
      lose(`The emulator stopped: ${event.message || 'its worker could not be loaded'}.`);
    };
    lastWord = performance.now();
    if (watched) return worker;
    watched = true;
    setInterval(() => {
      if (waiting.size > 0 && worker !== undefined && performance.now() - lastWord > SILENCE_MS)
        lose('The emulator has not answered for 20 seconds.');
    }, 1_000);
    return worker;
  }

  function ask(request: Request, one: Omit<Waiting, 'settle'>): Promise<Outcome> {
    return new Promise((settle) => {
      if ('id' in request) waiting.set(request.id, { ...one, settle });
      lastWord = performance.now();
      alive().postMessage(request);
    });
  }

  return {
    async run(wish, onProgress, onPartial) {
      const outcome = await ask({ type: 'run', id: next++, ...wish }, { onProgress, onSlot: undefined, onPartial });
      return isEnd(outcome) || outcome.kind === 'done' ? outcome : GIVEN_UP;
    },
    async slots(wish, onSlot, quiet = false) {
      const outcome = await ask({ type: 'slots', id: next++, ...wish }, { onProgress: undefined, onSlot, quiet });
      return isEnd(outcome) || outcome.kind === 'slots' ? outcome : GIVEN_UP;
    },
    async importLogs(files, byHand, onProgress) {
      const outcome = await ask({ type: 'import', id: next++, topic: 'main', files, byHand }, { onProgress, onSlot: undefined });
      return isEnd(outcome) || outcome.kind === 'imported' ? outcome : GIVEN_UP;
    },
    async readRecording(file, onProgress) {
      const outcome = await ask({ type: 'recording', id: next++, topic: 'main', file }, { onProgress, onSlot: undefined });
      return isEnd(outcome) || outcome.kind === 'recording' ? outcome : GIVEN_UP;
    },
    async explore(scenario, onProgress, sample) {
      const outcome = await ask(
        { type: 'explore', id: next++, topic: 'explore', scenario, sample },
        { onProgress: undefined, onSlot: undefined, onDecided: onProgress },
      );
      return isEnd(outcome) || outcome.kind === 'explored' ? outcome : GIVEN_UP;
    },
    async forecast(scenario, onBetter) {
      const outcome = await ask(
        { type: 'forecast', id: next++, topic: 'forecast', scenario },
        { onProgress: undefined, onSlot: undefined, onForecast: onBetter, quiet: true },
      );
      return isEnd(outcome) || outcome.kind === 'forecast' ? outcome : GIVEN_UP;
    },
    async nearest(scenario, ordering, goal, onProgress) {
      const outcome = await ask(
        { type: 'nearest', id: next++, topic: 'nearest', scenario, ordering, goal },
        { onProgress, onSlot: undefined },
      );
      return isEnd(outcome) || outcome.kind === 'nearest' ? outcome : GIVEN_UP;
    },
    async lattice(scenario, ordering, each, onProgress) {
      const outcome = await ask(
        { type: 'lattice', id: next++, topic: 'lattice', scenario, ordering, each },
        { onProgress, onSlot: undefined },
      );
      return isEnd(outcome) || outcome.kind === 'lattice' ? outcome : GIVEN_UP;
    },
    cancel: (topic) => worker?.postMessage({ type: 'cancel', topic } satisfies Request),
    get pending() {
      return [...waiting.values()].filter((one) => one.quiet !== true).length;
    },
    crash: () => alive().postMessage({ type: 'crash' } satisfies Request),
  };
}
