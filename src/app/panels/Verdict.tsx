import { useMemo } from 'react';
import { rules } from '../../core/rules/index.ts';
import { judgeTrace } from '../../core/rules/judge.ts';
import { isGrave } from '../../core/rules/rule.ts';
import { bytes, count } from '../../core/swimlane/labels.ts';
import type { Finding, RuleAnswer } from '../../core/trace/audit.ts';
import { printNanos } from '../../core/trace/time.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { moveCursor } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { ImportedRun } from '../store/state.ts';
import { classWord, VerdictIcon } from '../widgets/VerdictIcon.tsx';
import styles from './panels.module.css';

/** What came of the run: its class, one sentence, and the findings with their evidence. */
export function Verdict() {
  const run = useLabState((state) => state.run);
  const work = useLabState((state) => state.work);
  if (run === undefined) {
    return (
      <section aria-label="Verdict" className={styles['panel']}>
        <p className={styles['quiet']}>{work === 'running' ? 'The migration is running…' : 'No run yet.'}</p>
      </section>
    );
  }
  if (run.growing === true) {
    return (
      <section aria-label="Verdict" className={styles['panel']} aria-busy={work === 'running'}>
        <h2 className={styles['verdict']}>{work === 'running' ? 'Running…' : 'Cancelled'}</h2>
        <p className={styles['sentence']}>
          {run.trace.length.toLocaleString('en')} events so far, {printNanos(run.trace.endNanos)} of the guest’s time. A run is judged when
          it is over.
        </p>
      </section>
    );
  }
  if (run.imported !== undefined) return <ImportedVerdict run={run} />;
  const { audit, metrics } = run;
  return (
    <section aria-label="Verdict" className={styles['panel']} data-class={audit.class} aria-busy={work === 'running'}>
      <h2 className={styles['verdict']} data-class={audit.class}>
        {classWord(audit.class)}
      </h2>
      <p className={styles['sentence']}>{audit.sentence}</p>
      <dl className={styles['figures']}>
        <div>
          <dt>Downtime</dt>
          <dd>{printNanos(metrics.downtimeNanos)}</dd>
        </div>
        <div>
          <dt>Total</dt>
          <dd>{printNanos(metrics.totalNanos)}</dd>
        </div>
        <div>
          <dt>Sent</dt>
          <dd>{bytes(metrics.bytesSent)}</dd>
        </div>
        <div>
          <dt>Pages</dt>
          <dd>{count(metrics.pagesSent)}</dd>
        </div>
      </dl>
      <Findings findings={audit.findings} />
      <Rules trace={run.trace} />
    </section>
  );
}

const NAMES: { readonly [kind in Finding['kind']]: string } = {
  'lost-write': 'Lost write',
  'torn-state': 'Torn state',
  'hung-guest': 'Hung guest',
  'hung-migration': 'Hung migration',
  refused: 'Refused',
  'lost-signal': 'Lost signal',
  'doubled-request': 'Doubled request',
  'two-owners': 'Two owners',
  'no-owner': 'No owner',
  downtime: 'Downtime',
};

function Findings({ findings }: { readonly findings: readonly Finding[] }) {
  const lab = useLab();
  if (findings.length === 0) return <p className={styles['quiet']}>Every page, section, request and signal arrived exactly once.</p>;
  return (
    <ul aria-label="Findings" className={styles['findings']}>
      {findings.map((finding, i) => {
        const first = finding.events[0];
        const body = (
          <>
            <b>{NAMES[finding.kind]}</b> <span className={styles['by']}>found by the {finding.by}</span>
            <span className={styles['what']}>{finding.sentence}</span>
          </>
        );
        return (
          <li key={`${finding.kind}-${i}`}>
            {first === undefined ? (
              <div className={styles['finding']}>{body}</div>
            ) : (
              <button type="button" className={styles['finding']} onClick={() => moveCursor(lab, first, true)}>
                {body}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}

/** The rules, a second opinion that reads the trace alone: each holds, is broken, or cannot be told. */
function Guarantees({ answers, open = false }: { readonly answers: readonly RuleAnswer[]; readonly open?: boolean }) {
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

function Rules({ trace }: { readonly trace: Trace }) {
  const answers = useMemo(() => judgeTrace(trace), [trace]);
  return <Guarantees answers={answers} />;
}

/** What the rules say of real logs. */
function ImportedVerdict({ run }: { readonly run: ImportedRun }) {
  const lab = useLab();
  return (
    <section aria-label="Verdict" className={styles['panel']}>
      <h2 className={styles['verdict']}>{ruleWords(run.imported.rules)}</h2>
      <p className={styles['sentence']}>{run.trace.origin.kind === 'imported' ? run.trace.origin.files.join(', ') : ''}</p>
      <button type="button" onClick={() => void import('../store/twin.ts').then(({ makeTwin }) => makeTwin(lab))}>
        Twin it
      </button>
      <Guarantees answers={run.imported.rules} open />
    </section>
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

function ruleWords(answers: readonly RuleAnswer[]): string {
  const broken = answers.filter((answer) => answer.outcome === 'broken' && isGrave(answer)).length;
  if (broken > 0) return `${broken} ${broken === 1 ? 'rule' : 'rules'} broken`;
  return answers.some((answer) => answer.outcome === 'holds') ? 'No rule broken' : 'Cannot tell';
}

/** The chip in the top bar: always in the same place. */
export function VerdictChip() {
  const run = useLabState((state) => state.run);
  const work = useLabState((state) => state.work);
  return (
    <span className={styles['chip']} data-class={run?.audit?.class ?? ''} data-busy={work === 'running'}>
      {run === undefined || run.growing === true ? (
        work === 'running' ? (
          'Running…'
        ) : (
          'Cancelled'
        )
      ) : run.imported !== undefined ? (
        ruleWords(run.imported.rules)
      ) : (
        <VerdictIcon runClass={run.audit.class} />
      )}
    </span>
  );
}
