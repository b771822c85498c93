import { rules } from '../../core/rules/index.ts';
import { isGrave } from '../../core/rules/rule.ts';
import type { RuleAnswer } from '../../core/trace/audit.ts';
import { useLab } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import styles from './panels.module.css';

/** The rules, a second opinion that reads the trace alone: each holds, is broken, or cannot be told. */
export function Rules({ answers, open = false }: { readonly answers: readonly RuleAnswer[]; readonly open?: boolean }) {
  const lab = useLab();
  return (
    <details className={styles['rules']} open={open}>
      <summary>
        Rules: {answers.filter((answer) => answer.outcome === 'holds').length} hold,{' '}
        {answers.filter((answer) => answer.outcome === 'broken' && isGrave(answer)).length} broken
      </summary>
      <ul aria-label="Rules">
        {byOutcome(answers).map((answer) => {
          const rule = rules.find((one) => one.id === answer.rule);
          const [first] = answer.events;
          return (
            <li key={answer.rule} data-outcome={outcomeWords(answer)} title={rule?.why}>
              <b>{answer.rule}</b> <span>{rule?.title}</span> <i>{outcomeWords(answer)}</i>
              {first === undefined ? (
                <small>{answer.sentence}</small>
              ) : (
                <button type="button" className={styles['finding']} onClick={() => moveCursor(lab, first, true)}>
                  {answer.sentence}
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </details>
  );
}

/** What is broken first, then what holds, then what no event tells; each in the order of the table. */
const OUTCOMES: readonly RuleAnswer['outcome'][] = ['crashed', 'broken', 'holds', 'cannot tell'];

function byOutcome(answers: readonly RuleAnswer[]): readonly RuleAnswer[] {
  const place = (answer: RuleAnswer) => OUTCOMES.indexOf(answer.outcome) + (isGrave(answer) ? 0 : 0.5);
  return answers.toSorted((a, b) => place(a) - place(b));
}

/** A broken rule of price alone costs time, and is none of those that the head counts. */
function outcomeWords(answer: RuleAnswer): string {
  return answer.outcome === 'broken' && !isGrave(answer) ? 'only slower' : answer.outcome;
}
