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
  const { id, severity } = rule;
  try {
    const broken = rule.check(ledger);
    if (broken === undefined)
      return { rule: id, outcome: 'cannot tell', sentence: 'The trace holds nothing to tell it by.', severity, events: [] };
    if (broken.length === 0) return { rule: id, outcome: 'holds', severity, events: [] };
    const events = broken.flatMap((one) => one.events);
    return { rule: id, outcome: 'broken', sentence: broken.map((one) => one.sentence).join(' '), severity, events };
  } catch (error) {
    return { rule: id, outcome: 'crashed', sentence: String(error), severity, events: [] };
  }
}
