import { useEffect, useState } from 'react';
import { sentenceOf } from '../../core/swimlane/labels.ts';
import { printNanos } from '../../core/trace/time.ts';
import { eventAt, kindAt } from '../../core/trace/trace.ts';
import { useLab } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import type { RunView } from '../store/state.ts';
import styles from './timeline.module.css';

/** Events shown before and after the cursor. */
const AROUND = 12;

/** The text twin of the picture: what is around the cursor, the steady workload left out. */
export function EventTable({ run, shown }: { readonly run: RunView; readonly shown: boolean }) {
  const lab = useLab();
  const [cursor, setCursor] = useState(lab.playhead.get().cursor);

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = lab.playhead.subscribe((now, before) => {
      if (now.cursor === before.cursor) return;
      clearTimeout(timer);
      // The table follows when the hand rests: while it moves, the picture is what is looked at.
      timer = setTimeout(() => setCursor(lab.playhead.get().cursor), 120);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [lab]);

  return (
    <div
      className={shown ? styles['tableBox'] : 'unseen'}
      // What is scrolled is scrolled by keys, too.
      {...(shown ? { tabIndex: 0, role: 'group', 'aria-label': 'Events near the cursor' } : {})}
    >
      <table aria-label="Events" className={styles['table']}>
        <thead>
          <tr>
            <th scope="col">#</th>
            <th scope="col">Time</th>
            <th scope="col">Host</th>
            <th scope="col">Event</th>
            <th scope="col">Step</th>
          </tr>
        </thead>
        <tbody>
          {around(run, cursor).map((seq) => {
            const event = eventAt(run.trace, seq);
            return (
              <tr key={seq} aria-current={seq === cursor ? 'true' : undefined} onClick={() => moveCursor(lab, seq, true)}>
                <td>{seq}</td>
                <td>{printNanos(event.atNanos)}</td>
                <td>{run.trace.lanes[event.lane]?.host}</td>
                <td>{sentenceOf(event)}</td>
                <td>{event.step ?? ''}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function around(run: RunView, cursor: number): readonly number[] {
  const { trace } = run;
  const list: number[] = [];
  for (let seq = Math.min(cursor, trace.length - 1); seq >= 0 && list.length < AROUND; seq -= 1)
    if (kindAt(trace, seq) !== 'write') list.unshift(seq);
  for (let seq = Math.max(0, cursor + 1), n = 0; seq < trace.length && n < AROUND; seq += 1) {
    if (kindAt(trace, seq) === 'write') continue;
    list.push(seq);
    n += 1;
  }
  return list;
}
