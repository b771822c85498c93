import { lazy } from 'react';
import { thousands } from '../../core/base/thousands.ts';
import { isGrave } from '../../core/rules/rule.ts';
import { bytes } from '../../core/swimlane/labels.ts';
import { classWord, type Finding, type RuleAnswer } from '../../core/trace/audit.ts';
import { printNanos } from '../../core/trace/time.ts';
import { useLab, useLabState } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import { Loaded } from '../store/Loaded.tsx';
import type { ImportedRun } from '../store/state.ts';
import { VerdictIcon } from '../widgets/VerdictIcon.tsx';
import { Guarantees } from './Guarantees.tsx';
import styles from './panels.module.css';

// What the rules are called and why they are: on a first visit nobody has opened the list yet.
const Course = lazy(() => import('./Course.tsx').then((module) => ({ default: module.Course })));
const Rules = lazy(() => import('./Rules.tsx').then((module) => ({ default: module.Rules })));

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
          {thousands(run.trace.length)} events so far, {printNanos(run.trace.endNanos)} of the guest’s time. A run is judged when it is
          over.
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
          <dd>{thousands(metrics.pagesSent)}</dd>
        </div>
      </dl>
      <Guarantees audit={audit} last={run.trace.length - 1} />
      <Findings findings={audit.findings} />
      <Loaded>
        <Rules answers={run.rules} />
      </Loaded>
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
  if (findings.length === 0) return null;
  return (
    <ul aria-label="Findings" className={styles['findings']} data-numbered="true">
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

/** What the rules say of real logs. */
function ImportedVerdict({ run }: { readonly run: ImportedRun }) {
  const lab = useLab();
  const { origin } = run.trace;
  const isMigration = origin.kind === 'imported' && origin.reader !== 'chrome';
  return (
    <section aria-label="Verdict" className={styles['panel']}>
      <h2 className={styles['verdict']}>{ruleWords(run.imported.rules)}</h2>
      {isMigration ? (
        <Loaded>
          <Course course={run.imported.course} trace={run.trace} />
        </Loaded>
      ) : null}
      <p className={styles['quiet']}>{origin.kind === 'imported' ? origin.files.join(', ') : ''}</p>
      {isMigration ? (
        <button type="button" onClick={() => void import('../store/twin.ts').then(({ makeTwin }) => makeTwin(lab))}>
          Twin it
        </button>
      ) : null}
      <Loaded>
        <Rules answers={run.imported.rules} open />
      </Loaded>
    </section>
  );
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
