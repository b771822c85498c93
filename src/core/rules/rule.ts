/**
 * A rule: a second, separate opinion on a trace, whoever made it. It never sees a scenario or a machine, so that its
 * answer on a QEMU log and on a run means the same (ordering-rules.md; severities as there).
 */
import type { RuleAnswer } from '../trace/audit.ts';
import type { EventSeq } from '../trace/time.ts';
import type { Ledger } from './ledger.ts';

/** L lost page, X torn state, E errno, H hang, B split brain, I lost signal, P only slower. */
export type Severity = 'L' | 'X' | 'E' | 'H' | 'B' | 'I' | 'P';

export interface Broken {
  readonly sentence: string;
  readonly events: readonly EventSeq[];
}

export interface Rule {
  readonly id: string;
  readonly title: string;
  readonly severity: Severity;
  /** Why it is a rule, and where that is said. */
  readonly why: string;
  /** `undefined`: the trace holds nothing to tell it by; an empty list: it holds. */
  check(ledger: Ledger): readonly Broken[] | undefined;
}

/** Whether a broken rule is worse than a price. */
export function isGrave(answer: RuleAnswer): boolean {
  return answer.severity !== 'P';
}
