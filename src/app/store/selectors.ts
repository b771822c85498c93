/**
 * What is derived from the ground state, as a numbered pipeline:
 *
 *     1. listsOf      step lists of the scenario with their titles
 *     2. stepsOf      steps of a list in the present order, with what the screen says of each; unreached: those that a run never came to
 *     3. takesOf      takes by name; the one compared with
 *     4. logOf        the log that the twin on screen stands above
 *     5. keptOf       the pairs that every safe order of the scenario on screen keeps, none before they are decided
 */
import type { StepSpec } from '../../core/scenario/scenario.ts';
import type { Nanos } from '../../core/trace/time.ts';
import { kindAt } from '../../core/trace/trace.ts';
import type { ImportedRun, KeptPair, LabState, RunView, Take } from './state.ts';

/** 1. `Source steps`, `Target steps`, and the lists of further hosts and attempts by their ids. */
export function listsOf(state: LabState): readonly { readonly id: string; readonly title: string }[] {
  return Object.keys(state.scenario.steps).map((id) => ({ id, title: `${id.charAt(0).toUpperCase()}${id.slice(1)} steps` }));
}

export interface StepRow {
  readonly spec: StepSpec;
  readonly index: number;
  readonly skipped: boolean;
  readonly delayNanos: number;
  /** `hang`, `cut`, `die`, `cancel`, an errno, or nothing. */
  readonly fault: string;
}

/** 2. The steps of a list as they stand. */
export function stepsOf(state: Pick<LabState, 'scenario' | 'ordering'>, list: string): readonly StepRow[] {
  const specs = state.scenario.steps[list] ?? [];
  return (state.ordering.lists[list] ?? []).flatMap((id, index): readonly StepRow[] => {
    const spec = specs.find((one) => one.id === id);
    if (spec === undefined) return [];
    const key = `${list}/${id}`;
    const fault = state.scenario.faults?.find((one) => one.step === key);
    return [
      {
        spec,
        index,
        skipped: state.ordering.skipped.includes(key),
        delayNanos: state.ordering.delays[key] ?? 0,
        fault: fault === undefined ? '' : fault.what === 'errno' ? (fault.errno ?? 'EIO') : fault.what,
      },
    ];
  });
}

/** By `LIST/STEP`: why the step cannot happen where it stands, or nothing where the run only never came to it. */
export type Unreached = ReadonlyMap<string, string>;

const unreachedOf = new WeakMap<RunView, Unreached>();

/** Steps that the run never began, and the one that physics refused: told from what happened, not from the order. */
export function unreached(run: RunView | undefined): Unreached {
  if (run === undefined || run.audit === null) return NOTHING;
  const known = unreachedOf.get(run);
  if (known !== undefined) return known;
  const { trace, ordering, audit } = run;
  const begun = new Set<number>();
  for (let seq = 0; seq < trace.length; seq += 1) if (kindAt(trace, seq) === 'step') begun.add(trace.step[seq] as number);
  const found = new Map<string, string>();
  for (const [list, ids] of Object.entries(ordering.lists))
    for (const id of ids) {
      const key = `${list}/${id}`;
      if (!ordering.skipped.includes(key) && !begun.has(trace.steps.indexOf(key))) found.set(key, '');
    }
  if (audit.class === 'impossible')
    for (const finding of audit.findings.filter((one) => one.sentence === audit.sentence))
      for (const event of finding.events.slice(0, 1)) found.set(trace.steps[trace.step[event] as number] ?? '', finding.sentence);
  unreachedOf.set(run, found);
  return found;
}

const NOTHING: Unreached = new Map();

/** 3. The take that the present run is compared with. */
export function comparedTake(state: LabState): Take | undefined {
  return state.takes.find((take) => take.id === state.compareWith);
}

/** 4. The log whose twin, in whatever order, is on screen above it. */
export function logOf({ run, twin, compareWith }: LabState): ImportedRun | undefined {
  const shown = twin?.beside === true && compareWith === undefined && run?.imported === undefined;
  return shown && run?.scenario.id === twin.scenario.id ? twin.log : undefined;
}

/** What is to be added to a time of the twin to come to that of its log: at the first round of RAM both are at the same place. */
export function laterInLog(twin: RunView, log: RunView): Nanos {
  return (firstRound(log) ?? 0) - (firstRound(twin) ?? 0);
}

function firstRound({ trace }: RunView): Nanos | undefined {
  for (let seq = 0; seq < trace.length; seq += 1) if (kindAt(trace, seq) === 'ram-round') return trace.at[seq];
  return undefined;
}

const NONE: readonly KeptPair[] = [];

/** 5. They belong to a scenario, in whatever order its steps stand. */
export function keptOf({ kept, scenario }: Pick<LabState, 'kept' | 'scenario'>): readonly KeptPair[] {
  return kept?.of === scenario ? kept.pairs : NONE;
}
