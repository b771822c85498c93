import type { Exploration } from '../../../core/explore/report.ts';
import type { RunClass } from '../../../core/trace/audit.ts';
import { printNanos } from '../../../core/trace/time.ts';
import { useLab } from '../../store/context.ts';
import { VerdictIcon } from '../../widgets/VerdictIcon.tsx';
import styles from './orderings.module.css';

const CLASSES: readonly RunClass[] = ['equivalent', 'sound', 'fails-cleanly', 'fails-badly', 'silent-corruption', 'impossible'];

/** Bars shorter than that could not be seen; a class that occurs is always seen. */
const LEAST_BAR = 1;

/** How many orderings end in which class, of which kind are the findings, and the safe orderings that nobody beats. */
export function Answer({ exploration }: { readonly exploration: Exploration }) {
  const lab = useLab();
  const total = Number(exploration.orderings);
  const put = (lists: { readonly [list: string]: readonly string[] }) => lab.setOrdering({ ...lab.store.getState().ordering, lists });
  return (
    <div className={styles['answer']}>
      <section>
        <h3>How they end</h3>
        <ul className={styles['counts']} aria-label="By class">
          {CLASSES.filter((one) => exploration.byClass[one] !== undefined).map((one) => {
            const count = Number(exploration.byClass[one]);
            return (
              <li key={one}>
                <VerdictIcon runClass={one} />
                <span className={styles['bar']} data-class={one} style={{ width: `${Math.max(LEAST_BAR, (count / total) * 100)}%` }} />
                <span className={styles['number']}>
                  {count.toLocaleString('en')} <i>({share(count, total)})</i>
                </span>
              </li>
            );
          })}
        </ul>
        {Object.keys(exploration.byFinding).length === 0 ? null : (
          <>
            <h3>What goes wrong (one ordering can have several)</h3>
            <ul className={styles['findings']} aria-label="By finding">
              {Object.entries(exploration.byFinding).map(([kind, count]) => (
                <li key={kind}>
                  {kind.replace('-', ' ')} <b>{Number(count).toLocaleString('en')}</b>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section>
        <h3>Safe, and beaten by nobody in downtime and bytes</h3>
        {exploration.best.length === 0 ? <p className={styles['quiet']}>No order of these steps is safe.</p> : null}
        <ul className={styles['best']} aria-label="Best orderings">
          {exploration.best.map((best) => (
            <li key={`${best.downtimeNanos} ${best.bytesSent}`}>
              <button type="button" onClick={() => put(best.ordering)}>
                <b>
                  {printNanos(best.downtimeNanos)} down, {(best.bytesSent / 2 ** 20).toFixed(1)} MiB
                </b>
                {Object.entries(best.ordering).map(([list, ids]) => (
                  <span key={list}>
                    {list}: {ids.join(', ')}
                  </span>
                ))}
              </button>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function share(count: number, total: number): string {
  const percent = (count / total) * 100;
  return percent >= 0.1 ? `${percent.toFixed(1)} %` : 'under 0.1 %';
}
