import { useEffect, useRef } from 'react';
import { useLab, useLabState } from '../store/context.ts';
import { differencesOf, differenceWords, stepDifference } from '../store/differences.ts';
import styles from './timeline.module.css';

/** While two runs are compared: how many differences there are, which one the cursor is at, and the way to the others. */
export function Differences() {
  const lab = useLab();
  const differences = useLabState(differencesOf);
  const words = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    void differences;
    const tell = () => {
      if (words.current !== null) words.current.textContent = differenceWords(lab);
    };
    tell();
    return lab.playhead.subscribe((now, before) => {
      if (now.cursor !== before.cursor || now.difference !== before.difference) tell();
    });
  }, [lab, differences]);
  if (differences === undefined) return null;
  return (
    <fieldset className={styles['differences']} aria-label="Differences">
      <button type="button" aria-label="Previous difference" title="P" onClick={() => stepDifference(lab, -1)}>
        ‹
      </button>
      <button type="button" aria-label="Next difference" title="N" onClick={() => stepDifference(lab, 1)}>
        ›
      </button>
      <span ref={words} className={styles['found']} />
    </fieldset>
  );
}
