import { useLab, useLabState } from '../store/context.ts';
import styles from './shell.module.css';

/** Files while they are read: how far, and a way to give up. What is on screen stays until they are there. */
export function Opening() {
  const lab = useLab();
  const opening = useLabState((state) => state.opening);
  if (opening === undefined) return null;
  const { names, bytes, of } = opening;
  const share = of > 0 ? Math.min(1, bytes / of) : 0;
  const what = names.length <= 3 ? names.join(', ') : `${names.length} files`;
  return (
    <section aria-label="Opening" className={styles['opening']}>
      <label className={styles['openingName']} htmlFor="opening-progress">
        Reading {what}
      </label>
      <progress id="opening-progress" max={1} value={share} />
      <span className={styles['openingShare']}>{share < 1 ? `${Math.floor(share * 100)} %` : 'putting it in order…'}</span>
      <button type="button" onClick={() => lab.cancel()}>
        Stop reading
      </button>
    </section>
  );
}
