/**
 * A rule: a second, separate opinion on a trace, whoever made it. It never sees a scenario or a machine, so that its
 * answer on a QEMU log and on a run means the same (ordering-rules.md; severities as there).
 *
 * A rule answers for one migration at a time; a log may hold several (`history.ts`).
 */
import type { RuleAnswer } from '../trace/audit.ts';
import type { EventSeq } from '../trace/time.ts';
import type { Migration } from './migration.ts';
import type { Moment } from './moment.ts';

/** L lost page, X torn state, E errno, H hang, B split brain, I lost signal, P only slower. */
export type Severity = 'L' | 'X' | 'E' | 'H' | 'B' | 'I' | 'P';

/** R = 2017 RFC, 1 = migration region v1, 2 = feature v2, iommufd = its dirty tracking, emulated = devices that the VMM itself emulates. */
export type Speech = 'R' | '1' | '2' | 'iommufd' | 'emulated';

export interface Rule {
  /** Row of ordering-rules.md. */
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** What else it can come to: the table's second letter, or what its cell says (`-EFAULT at T, or torn`). */
  readonly also?: readonly Severity[];
  /** Whom it binds; a rule of another protocol is not asked. */
  readonly binds: readonly Speech[];
  /** It speaks of what the source did last, or never: where the source's log breaks off, it cannot tell. */
  readonly ofTheEnd?: true;
  /** Why it is a rule, and where that is said. */
  readonly why: string;
  check(migration: Migration): Opinion;
}

/** What one rule says of one migration. Each but `cannot tell` names the events that were compared. */
export interface Opinion {
  readonly outcome: 'holds' | 'broken' | 'cannot tell';
  readonly sentence: string;
  readonly events: readonly EventSeq[];
}

export const EVERY: readonly Speech[] = ['R', '1', '2', 'emulated'];
export const REGION_AND_FEATURE: readonly Speech[] = ['1', '2'];

export function holds(sentence: string, ...events: readonly Moment[]): Opinion {
  return { outcome: 'holds', sentence, events: numbersOf(events) };
}

export function broken(sentence: string, ...events: readonly Moment[]): Opinion {
  return { outcome: 'broken', sentence, events: numbersOf(events) };
}

/** `missing`: what no event of the trace tells, or why the rule was not put to the test. */
export function cannotTell(missing: string): Opinion {
  return { outcome: 'cannot tell', sentence: `${CANNOT}${missing}.`, events: [] };
}

/** Opinions on several subjects (devices, writers, migrations) as one: the worst counts, and all of that kind are told. */
export function together(opinions: readonly Opinion[], missing: string): Opinion {
  for (const outcome of ['broken', 'holds', 'cannot tell'] as const) {
    const said = opinions.filter((one) => one.outcome === outcome);
    if (said.length === 0) continue;
    return {
      outcome,
      sentence: joined([...new Set(said.map((one) => one.sentence))]),
      events: [...new Set(said.flatMap((one) => one.events))].sort((a, b) => a - b),
    };
  }
  return cannotTell(missing);
}

const CANNOT = 'Cannot tell: ';

/** Sentences one after the other; what cannot be told is told once that it cannot. */
function joined(sentences: readonly string[]): string {
  if (sentences[0]?.startsWith(CANNOT) !== true) return sentences.join(' ');
  return `${CANNOT}${sentences.map((one) => one.slice(CANNOT.length, -1)).join('; ')}.`;
}

function numbersOf(moments: readonly Moment[]): readonly EventSeq[] {
  return [...new Set(moments.map((moment) => moment.seq))].sort((a, b) => a - b);
}

/** Whether a broken rule is worse than a price. */
export function isGrave(answer: RuleAnswer): boolean {
  return answer.severity !== 'P';
}
