/** A counter-example on the timeline: the order without the pair is run, and its two steps carry the markers A and B. */
import type { Exploration } from '../../../core/explore/report.ts';
import type { Required } from '../../../core/explore/required.ts';
import type { Scenario } from '../../../core/scenario/scenario.ts';
import { kindAt, type Trace } from '../../../core/trace/trace.ts';
import type { Lab } from '../../store/lab.ts';

/** `LIST/STEP` in two parts. */
export function partsOf(key: string): { readonly list: string; readonly step: string } {
  const at = key.indexOf('/');
  return { list: key.slice(0, at), step: key.slice(at + 1) };
}

export function labelOf(scenario: Scenario, key: string): string {
  const { list, step } = partsOf(key);
  return scenario.steps[list]?.find((one) => one.id === step)?.label ?? step;
}

export async function showCounterexample(lab: Lab, exploration: Exploration, pair: Required): Promise<void> {
  const { list } = partsOf(pair.before);
  const { ordering } = lab.store.getState();
  // The counter-example is a safe order with the two swapped: the other lists are those of that safe order.
  const others = exploration.best[0]?.ordering ?? ordering.lists;
  lab.setOrdering({ ...ordering, lists: { ...others, [list]: pair.counterexample } });
  await lab.idle();
  const { run } = lab.store.getState();
  if (run === undefined) return;
  const a = beginOf(run.trace, pair.after);
  const b = beginOf(run.trace, pair.before);
  lab.playhead.set({ markers: { a, b }, ...(a === undefined ? {} : { cursor: a, selected: a }) });
  lab.say(`Without the pair: ${pair.because} Marker A stands at ${partsOf(pair.after).step}, marker B at ${partsOf(pair.before).step}.`);
}

/** The event with which a step begins; undefined where the run did not come to it. */
function beginOf(trace: Trace, key: string): number | undefined {
  for (let seq = 0; seq < trace.length; seq += 1)
    if (kindAt(trace, seq) === 'step' && trace.steps[trace.step[seq] as number] === key) return seq;
  return undefined;
}
