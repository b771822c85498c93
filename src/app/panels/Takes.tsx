import { useEffect, useRef } from 'react';
import { printNanos } from '../../core/trace/time.ts';
import { useLab, useLabState } from '../store/context.ts';
import { VerdictIcon } from '../widgets/VerdictIcon.tsx';
import styles from './panels.module.css';

/** Every ordering that was run is kept: load it again, or compare the present one with it. */
export function Takes() {
  const lab = useLab();
  const takes = useLabState((state) => state.takes);
  const run = useLabState((state) => state.run);
  const compareWith = useLabState((state) => state.compareWith);
  const hint = useLabState((state) => (state.lifted === undefined ? state.hint : undefined));
  return (
    <div className={styles['listBox']}>
      <h2 id="takes">Takes</h2>
      {hint === undefined ? null : <p className={styles['hint']}>{hint.words}</p>}
      <ul aria-labelledby="takes" className={styles['takes']}>
        {takes.toReversed().map((take) => {
          const present = take.run === run;
          return (
            <li key={take.id} data-present={present}>
              <button
                type="button"
                className={styles['take']}
                aria-current={present ? 'true' : undefined}
                onClick={() => lab.open(take.run.scenario, take.run.ordering)}
              >
                <span>{take.name}</span>
                <span className={styles['takeFigures']}>
                  <VerdictIcon runClass={take.run.audit.class} /> {printNanos(take.run.metrics.downtimeNanos)}
                </span>
              </button>
              {present ? null : (
                <button
                  type="button"
                  aria-pressed={compareWith === take.id}
                  aria-label={`Compare with ${take.name}`}
                  onClick={() => lab.store.setState({ compareWith: compareWith === take.id ? undefined : take.id })}
                >
                  vs
                </button>
              )}
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** The present run beside the take before it; once more, and it stands alone again. */
export function CompareButton() {
  const lab = useLab();
  const last = useLabState((state) => state.takes.findLast((take) => take.run !== state.run)?.id);
  const compareWith = useLabState((state) => state.compareWith);
  const button = useRef<HTMLButtonElement>(null);
  const before = useRef(compareWith);
  // A comparison that was closed took the focus with it.
  useEffect(() => {
    if (before.current !== undefined && compareWith === undefined && document.activeElement === document.body) button.current?.focus();
    before.current = compareWith;
  }, [compareWith]);
  return (
    <button
      ref={button}
      type="button"
      aria-pressed={compareWith !== undefined}
      disabled={last === undefined}
      title={last === undefined ? 'Move a step first: then there are two orderings to compare' : 'The present run beside an earlier one'}
      onClick={() => lab.store.setState({ compareWith: compareWith === undefined ? last : undefined })}
    >
      Compare
    </button>
  );
}
