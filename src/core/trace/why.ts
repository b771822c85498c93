/**
 * Why a value is what it is: the chain of events that made it, newest first. What set it; what caused that, and what caused the cause;
 * the step in which it happened; and what had set it before. Read backwards from histories and causes, never from a list of rules.
 */
import { ARRIVED, READ, SYNCED, WRITTEN, WRITTEN_THERE } from './page-blocks.ts';
import { indexIn, type StateAt } from './state-at.ts';
import type { History } from './state-index.ts';
import type { EventSeq } from './time.ts';
import { kindAt, type Trace } from './trace.ts';

export interface Link {
  readonly seq: EventSeq;
  /** `sets`, `causes`, `step`, `before`; of pages `written`, `read`, … */
  readonly role: string;
  /** Links of the same role in a row that stand for one: copies folded. */
  readonly times: number;
}

const MOST_LINKS = 40;

/** `host field name`: how a value is named on the screen and in a lane that it is pinned to. */
export function keyOf({ host, field, name }: Pick<History, 'host' | 'field' | 'name'>): string {
  return [host, field, name].filter((part) => part !== '').join(' ');
}

/** The value at a moment as text; undefined before it was ever set. */
export function valueAt(history: History, seq: EventSeq): string | undefined {
  const found = indexIn(history.seqs, seq);
  if (found < 0) return undefined;
  const number = history.numbers[found] as number;
  return history.words === undefined ? String(number) : history.words[number];
}

export function whyValue(trace: Trace, history: History, seq: EventSeq): readonly Link[] {
  const found = indexIn(history.seqs, seq);
  if (found < 0) return [];
  const setter = history.seqs[found] as number;
  const links: Link[] = [{ seq: setter, role: 'sets it', times: 1 }, ...causesOf(trace, setter)];
  const step = stepOf(trace, setter);
  if (step !== undefined && step !== setter) links.push({ seq: step, role: 'in the step', times: 1 });
  for (let i = found - 1; i >= 0 && links.length < MOST_LINKS; i -= 1)
    links.push({ seq: history.seqs[i] as number, role: 'before that', times: 1 });
  return links;
}

const PAGE_ROLES = new Map([
  [WRITTEN, 'written on the source'],
  [WRITTEN_THERE, 'written on the target'],
  [SYNCED, 'found dirty'],
  [READ, 'read for sending'],
  [ARRIVED, 'loaded on the target'],
]);

/** What happened to one guest page up to a moment; the same thing again and again is one link. */
export function whyPage(trace: Trace, states: StateAt, page: number, seq: EventSeq): readonly Link[] {
  const { seqs, ops, by, firsts, runs } = states.index.pageOps;
  const links: { seq: EventSeq; role: string; times: number }[] = [];
  for (let i = indexIn(seqs, seq); i >= 0 && links.length < MOST_LINKS; i -= 1) {
    if (!touches(runs, firsts[i] as number, firsts[i + 1] as number, page)) continue;
    const role = PAGE_ROLES.get(ops[i] as number) ?? '';
    const last = links.at(-1);
    if (last?.role === role) last.times += 1;
    else links.push({ seq: by[i] as number, role, times: 1 });
    if (last?.role !== role && ops[i] === ARRIVED) links.push(...causesOf(trace, by[i] as number));
  }
  return links;
}

function touches(runs: Int32Array, from: number, to: number, page: number): boolean {
  for (let i = from; i < to; i += 2) if (page >= (runs[i] as number) && page < (runs[i] as number) + (runs[i + 1] as number)) return true;
  return false;
}

function causesOf(trace: Trace, seq: EventSeq): Link[] {
  const links: Link[] = [];
  for (let cause = trace.cause[seq] as number; cause >= 0 && links.length < MOST_LINKS; cause = trace.cause[cause] as number)
    links.push({ seq: cause, role: 'caused by', times: 1 });
  return links;
}

/** The event of the step that an event belongs to. */
function stepOf(trace: Trace, seq: EventSeq): EventSeq | undefined {
  const step = trace.step[seq] as number;
  if (step < 0) return undefined;
  for (let before = seq; before >= 0; before -= 1) if (trace.step[before] === step && kindAt(trace, before) === 'step') return before;
  return undefined;
}
