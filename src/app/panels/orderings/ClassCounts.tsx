import { thousands } from '../../../core/base/thousands.ts';
import type { Exploration } from '../../../core/explore/report.ts';
import type { RunClass } from '../../../core/trace/audit.ts';
import { VerdictIcon } from '../../widgets/VerdictIcon.tsx';
import styles from './orderings.module.css';

const CLASSES: readonly RunClass[] = ['equivalent', 'sound', 'fails-cleanly', 'fails-badly', 'silent-corruption', 'impossible'];

/** Bars shorter than that could not be seen; a class that occurs is always seen. */
const LEAST_BAR = 1;

/** How many orderings end in which class, of so many; while a search goes on the counts grow. */
export function ClassCounts({ byClass }: { readonly byClass: Exploration['byClass'] }) {
  const total = Object.values(byClass).reduce((sum, count) => sum + Number(count), 0);
  return (
    <ul className={styles['counts']} aria-label="By class">
      {CLASSES.filter((one) => byClass[one] !== undefined).map((one) => {
        const count = Number(byClass[one]);
        return (
          <li key={one}>
            <VerdictIcon runClass={one} />
            <span className={styles['track']}>
              <span className={styles['bar']} data-class={one} style={{ width: `${Math.max(LEAST_BAR, (count / total) * 100)}%` }} />
            </span>
            <span className={styles['number']}>
              {thousands(byClass[one] ?? 0)} <i>({shareWords(count, total)})</i>
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function shareWords(count: number, total: number): string {
  const percent = (count / total) * 100;
  return percent >= 0.1 ? `${percent.toFixed(1)} %` : 'under 0.1 %';
}
