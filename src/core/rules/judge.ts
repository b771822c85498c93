/**
 * Every rule on one trace: those that bind its protocol, each on every migration in it. A rule that throws is `crashed`, and
 * says so; the others still answer.
 */
import type { RuleAnswer } from '../trace/audit.ts';
import type { Trace } from '../trace/trace.ts';
import { withFinerTimes } from './finer.ts';
import { rules } from './index.ts';
import { type Migration, migrationsOf } from './migration.ts';
import { cannotTell, type Opinion, type Rule, together } from './rule.ts';

export function judgeTrace(trace: Trace, asked: readonly Rule[] = rules): readonly RuleAnswer[] {
  const migrations = migrationsOf(trace);
  return asked.filter((rule) => isBound(rule, migrations)).map((rule) => answerOf(rule, migrations, trace));
}

/** Whether any migration speaks the rule's protocol; where none tells its protocol all rules are asked. */
function isBound(rule: Rule, migrations: readonly Migration[]): boolean {
  return migrations.every(({ speech }) => speech.size === 0) || migrations.some(({ speech }) => rule.binds.some((one) => speech.has(one)));
}

function opinionOn(rule: Rule, migration: Migration): Opinion {
  if (rule.ofTheEnd === true && migration.sourceBreaksOff)
    return cannotTell('the source’s log breaks off, and what it did then is not known');
  return rule.check(migration);
}

function answerOf(rule: Rule, migrations: readonly Migration[], trace: Trace): RuleAnswer {
  const { id, severity } = rule;
  try {
    const opinions = migrations.map((migration) => opinionOn(rule, migration));
    const { outcome, sentence, events } = together(opinions, 'this trace holds no migration');
    return { rule: id, outcome, sentence: withFinerTimes(sentence, trace), severity, events };
  } catch (error) {
    return { rule: id, outcome: 'crashed', sentence: String(error), severity, events: [] };
  }
}
