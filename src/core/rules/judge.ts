/** Every rule on one trace. A rule that throws is `crashed`, and says so; the others still answer. */
import type { RuleAnswer } from '../trace/audit.ts';
import type { Trace } from '../trace/trace.ts';
import { rules } from './index.ts';
import { type Ledger, ledgerOf } from './ledger.ts';
import type { Rule } from './rule.ts';

export function judgeTrace(trace: Trace, asked: readonly Rule[] = rules): readonly RuleAnswer[] {
  const ledger = ledgerOf(trace);
  return asked.map((rule) => answerOf(rule, ledger));
}

function answerOf(rule: Rule, ledger: Ledger): RuleAnswer {
  const head = { rule: rule.id, severity: rule.severity };
  try {
    const broken = rule.check(ledger);
    if (broken === undefined) return { ...head, outcome: 'cannot tell', sentence: 'The trace holds nothing to tell it by.', events: [] };
    if (broken.length === 0) return { ...head, outcome: 'holds', events: [] };
    return {
      ...head,
      outcome: 'broken',
      sentence: broken.map((one) => one.sentence).join(' '),
      events: broken.flatMap((one) => one.events),
    };
  } catch (error) {
    return { ...head, outcome: 'crashed', sentence: String(error), events: [] };
  }
}
