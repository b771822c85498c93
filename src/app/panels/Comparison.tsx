import { lazy } from 'react';
import { thousands } from '../../core/base/thousands.ts';
import { editsBetween, type OrderingEdit } from '../../core/scenario/edits.ts';
import { bytes, sentenceOf } from '../../core/swimlane/labels.ts';
import { compareTraces } from '../../core/trace/compare.ts';
import { printNanos } from '../../core/trace/time.ts';
import { eventAt } from '../../core/trace/trace.ts';
import { useLab, useLabState } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import { Loaded } from '../store/Loaded.tsx';
import { comparedTake } from '../store/selectors.ts';
import type { EmulatedRun } from '../store/state.ts';
import { VerdictIcon } from '../widgets/VerdictIcon.tsx';
import styles from './panels.module.css';

const Orders = lazy(() => import('./Orders.tsx').then((module) => ({ default: module.Orders })));

/** The present run (A) beside a take (B): what was moved, where they part, what it costs. */
export function Comparison() {
  const lab = useLab();
  const a = useLabState((state) => state.run);
  const take = useLabState(comparedTake);
  if (a === undefined || a.audit === null || take === undefined) return null;
  const b = take.run;
  const edits = editsBetween(b.ordering, a.ordering);
  const difference = compareTraces(a.trace, b.trace);
  const at = difference.divergence?.a;
  return (
    <section aria-label="Comparison" className={styles['comparison']}>
      <div className={styles['row']}>
        <p className={styles['headline']}>
          <b>{headline(a, b, edits)}</b> <span>A is the present run, B: {take.name}</span>
        </p>
        <button type="button" onClick={() => lab.store.setState({ compareWith: undefined })}>
          Close
        </button>
      </div>
      <div className={styles['compareGrid']}>
        <Loaded>
          <Orders a={a} b={b} />
        </Loaded>
        <table className={styles['compareTable']}>
          <thead>
            <tr>
              <th scope="col">
                <span className="unseen">Figure</span>
              </th>
              <th scope="col">A</th>
              <th scope="col">B</th>
              <th scope="col">A − B</th>
            </tr>
          </thead>
          <tbody>
            <tr>
              <th scope="row">Verdict</th>
              <td>
                <VerdictIcon runClass={a.audit.class} />
              </td>
              <td>
                <VerdictIcon runClass={b.audit.class} />
              </td>
              <td />
            </tr>
            {figures(a, b).map(([name, left, right, change]) => (
              <tr key={name} data-changed={left !== right}>
                <th scope="row">{name}</th>
                <td>{left}</td>
                <td>{right}</td>
                <td>{change}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div>
          <h2>First divergence</h2>
          {difference.divergence === undefined ? (
            <p>None: the two courses are equal in all {thousands(difference.both)} events.</p>
          ) : (
            <>
              <p>
                {at === undefined ? 'A ends here.' : `A: #${at} ${sentenceOf(eventAt(a.trace, at))}`}
                <br />
                {difference.divergence.b === undefined
                  ? 'B ends here.'
                  : `B: #${difference.divergence.b} ${sentenceOf(eventAt(b.trace, difference.divergence.b))}`}
              </p>
              <p className={styles['quiet']}>
                {thousands(difference.both)} events in both, {thousands(difference.onlyA)} in A alone, {thousands(difference.onlyB)} in B
                alone.
              </p>
              {at === undefined ? null : (
                <button type="button" onClick={() => moveCursor(lab, at, true)}>
                  Go there
                </button>
              )}
            </>
          )}
        </div>
      </div>
    </section>
  );
}

function headline(a: EmulatedRun, b: EmulatedRun, edits: readonly OrderingEdit[]): string {
  if (edits.length === 0)
    return a.settled === b.settled ? 'The same order, and equal in the final state.' : 'The same order in another world.';
  const moves = edits.filter((edit) => edit.kind === 'move').length;
  const others = edits.length - moves;
  const parts = [
    moves > 0 ? `${moves} ${moves === 1 ? 'move' : 'moves'}` : '',
    others > 0 ? `${others} other ${others === 1 ? 'edit' : 'edits'}` : '',
  ].filter((part) => part !== '');
  const same = a.settled === b.settled ? ' The final state and the price are equal.' : '';
  return `A is B with ${parts.join(' and ')}.${same}`;
}

type Figure = readonly [name: string, a: string, b: string, change: string];

function figures(a: EmulatedRun, b: EmulatedRun): readonly Figure[] {
  const causes = [...new Set([...a.metrics.downtimeBy, ...b.metrics.downtimeBy].map((one) => one.cause))];
  const nanosOf = (run: EmulatedRun, cause: string) => run.metrics.downtimeBy.find((one) => one.cause === cause)?.nanos ?? 0;
  return [
    timeFigure('Downtime', a.metrics.downtimeNanos, b.metrics.downtimeNanos),
    ...causes.map((cause) => timeFigure(`· ${cause === 'wire' ? 'on the wire' : cause}`, nanosOf(a, cause), nanosOf(b, cause))),
    timeFigure('Total', a.metrics.totalNanos, b.metrics.totalNanos),
    ['Bytes sent', bytes(a.metrics.bytesSent), bytes(b.metrics.bytesSent), sign(a.metrics.bytesSent - b.metrics.bytesSent, bytes)],
    ['Findings', String(a.audit.findings.length), String(b.audit.findings.length), ''],
  ];
}

function timeFigure(name: string, a: number, b: number): Figure {
  return [name, printNanos(a), printNanos(b), sign(a - b, printNanos)];
}

function sign(difference: number, print: (value: number) => string): string {
  if (difference === 0) return '';
  return `${difference > 0 ? '+' : '−'}${print(Math.abs(difference))}`;
}
