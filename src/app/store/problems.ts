/** Where a run goes wrong: what the flags of the picture, the overview and the first place of the cursor are made from. */
import { isGrave } from '../../core/rules/rule.ts';
import type { EventSeq } from '../../core/trace/time.ts';
import type { ImportedRun, RunView } from './state.ts';

export interface Problem {
  readonly seq: EventSeq;
  /** Its place in the list "Findings", from 1 on; 0 for what no list numbers: errors and broken rules of a log. */
  readonly number: number;
}

/** More say no more than that the log is full of them. */
const MOST_PROBLEMS = 400;

const known = new WeakMap<RunView, readonly Problem[]>();

/** In the order of time; the same array for the same run. */
export function problemsOf(run: RunView): readonly Problem[] {
  const before = known.get(run);
  if (before !== undefined) return before;
  const found = (run.imported === undefined ? foundIn(run) : toldIn(run)).toSorted((a, b) => a.seq - b.seq || a.number - b.number);
  known.set(run, found);
  return found;
}

/** Each finding at the first event of its evidence: where its button leads. */
function foundIn(run: RunView): readonly Problem[] {
  const findings = run.audit?.findings ?? [];
  return findings.flatMap(({ events: [seq] }, i) => (seq === undefined ? [] : [{ seq, number: i + 1 }]));
}

function toldIn({ imported }: ImportedRun): readonly Problem[] {
  const broken = imported.rules.filter((rule) => rule.outcome === 'broken' && isGrave(rule)).flatMap(({ events: [seq] }) => seq ?? []);
  return [...new Set([...broken, ...imported.course.errors])].slice(0, MOST_PROBLEMS).map((seq) => ({ seq, number: 0 }));
}
