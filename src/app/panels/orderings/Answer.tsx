import { thousands } from '../../../core/base/thousands.ts';
import type { Exploration } from '../../../core/explore/report.ts';
import { printNanos } from '../../../core/trace/time.ts';
import { useLab, useLabState } from '../../store/context.ts';
import { ClassCounts } from './ClassCounts.tsx';
import styles from './orderings.module.css';
import { labelOf } from './show-pair.ts';

/** How many orderings end in which class, of which kind are the findings, and the safe orderings that nobody beats. */
export function Answer({ exploration }: { readonly exploration: Exploration }) {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const put = (lists: { readonly [list: string]: readonly string[] }) => lab.setOrdering({ ...lab.store.getState().ordering, lists });
  const findings = Object.entries(exploration.byFinding).sort(([, a], [, b]) => Number(b) - Number(a));
  return (
    <div className={styles['answer']}>
      <section>
        <h2>{endWords(exploration)}</h2>
        <ClassCounts byClass={exploration.byClass} />
        {findings.length === 0 ? null : (
          <>
            <h2>What goes wrong (one ordering can have several)</h2>
            <ul className={styles['findings']} aria-label="By finding">
              {findings.map(([kind, count]) => (
                <li key={kind}>
                  {kind.replace('-', ' ')} <b>{thousands(count)}</b>
                </li>
              ))}
            </ul>
          </>
        )}
      </section>
      <section>
        <h2>{bestWords(exploration)}</h2>
        {exploration.best.length === 0 ? <p className={styles['quiet']}>{noneSafeWords(exploration)}</p> : null}
        <ul className={styles['best']} aria-label="Best orderings">
          {exploration.best.map((best) => (
            <li key={`${best.downtimeNanos} ${best.bytesSent}`}>
              <button type="button" onClick={() => put(best.ordering)}>
                <b>
                  {printNanos(best.downtimeNanos)} down, {(best.bytesSent / 2 ** 20).toFixed(1)} MiB sent
                </b>
                {Object.entries(best.ordering).map(([list, ids]) => (
                  <span key={list}>
                    <i>{list}</i> {ids.map((id) => labelOf(scenario, `${list}/${id}`)).join(' · ')}
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

function endWords({ orderings, complete, sampled }: Exploration): string {
  const count = thousands(orderings);
  if (sampled !== undefined) return `How the ${count} sampled orderings end`;
  return complete ? `How all ${count} orderings end` : `How the ${count} orderings end that were decided so far`;
}

function bestWords({ complete, sampled }: Exploration): string {
  if (sampled !== undefined) return 'Safe, and beaten by none of the sample in downtime and bytes';
  return complete ? 'Safe, and beaten by nobody in downtime and bytes' : 'Safe, and beaten by none so far in downtime and bytes';
}

function noneSafeWords({ orderings, complete, sampled }: Exploration): string {
  if (complete) return 'No order of these steps is safe.';
  const tried = thousands(orderings);
  return sampled === undefined
    ? `None of the ${tried} decided so far is safe. That does not say that there is none.`
    : `None of the ${tried} that were drawn is safe. That does not say that there is none.`;
}
