import { magnitude, thousands } from '../../../core/base/thousands.ts';
import type { Exploration } from '../../../core/explore/report.ts';
import { percent } from './lattice-words.ts';
import styles from './orderings.module.css';

/** What was decided, in a sentence; what is only a part of all says so first. */
export function Sum({ exploration }: { readonly exploration: Exploration }) {
  const { orderings, of, safe, states, complete, stopped, sampled } = exploration;
  const [count, all, safeCount] = [orderings, of, safe].map((one) => magnitude(one));
  const seconds = (exploration.elapsedMs / 1_000).toFixed(1);
  if (sampled !== undefined)
    return (
      <p className={styles['sum']}>
        <strong data-part="sampled">Sampled</strong> <b>{count}</b> of {all} orderings with seed {sampled.seed}
        {sampled.distinct < sampled.tried ? ` (${thousands(sampled.distinct)} different ones)` : ''}, <b>{safeCount}</b> safe: between{' '}
        {percent(sampled.safeBetween[0])} and {percent(sampled.safeBetween[1])} of all are, with 95 % confidence. Nothing is said of the
        others.
      </p>
    );
  return (
    <p className={styles['sum']}>
      {complete ? null : <strong data-part="partial">Partial</strong>} <b>{count}</b>
      {complete ? '' : ` of ${all}`} orderings, <b>{safeCount}</b> safe; decided by {thousands(states)} distinct states in {seconds} s
      {complete ? '.' : stopped === 'memory' ? ': more would take more memory than a tab has.' : ': so far, the search was stopped.'}
    </p>
  );
}
