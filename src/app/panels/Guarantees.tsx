import { useEffect, useRef } from 'react';
import type { Audit } from '../../core/trace/audit.ts';
import { type Guarantee, guaranteesOf } from '../../core/trace/guarantees.ts';
import { useLab } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import styles from './panels.module.css';

/** What the guest is owed: each holds up to the event that breaks it. Turned without React while the cursor moves. */
export function Guarantees({ audit, last }: { readonly audit: Audit /** Number of the last event. */; readonly last: number }) {
  const lab = useLab();
  const list = useRef<HTMLUListElement>(null);
  const guarantees = guaranteesOf(audit.findings);

  useEffect(() => {
    const turn = () => {
      const { cursor } = lab.playhead.get();
      for (const [i, item] of [...(list.current?.children ?? [])].entries()) {
        const one = guarantees[i] as Guarantee;
        (item as HTMLElement).dataset['now'] = one.findings.length === 0 || cursor < (one.brokenAt ?? last) ? 'holds' : 'broken';
      }
    };
    turn();
    return lab.playhead.subscribe((now, before) => {
      if (now.cursor !== before.cursor) turn();
    });
  });

  return (
    <ul aria-label="Guarantees" ref={list} className={styles['guarantees']}>
      {guarantees.map((one) => {
        const broken = one.findings.length > 0;
        const place = one.brokenAt ?? last;
        const words = broken ? `Broken at #${place}: ${one.findings[0]?.sentence}` : `Holds: ${one.sentence}`;
        return (
          <li key={one.name} data-end={broken ? 'broken' : 'holds'} title={words}>
            {broken ? (
              <button type="button" aria-label={`${one.name}. ${words}`} onClick={() => moveCursor(lab, place, true)}>
                {one.name}
              </button>
            ) : (
              <span>
                {one.name}
                <span className="unseen">. {words}</span>
              </span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
