import { useEffect, useRef } from 'react';
import { printNanos } from '../../core/trace/time.ts';
import { useLab } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import type { RunView } from '../store/state.ts';
import styles from './timeline.module.css';

/** The cursor for keyboard and assistive technology; its value text tells time and step. Never renders while it moves. */
export function TimeSlider({ run }: { readonly run: RunView }) {
  const lab = useLab();
  const input = useRef<HTMLInputElement>(null);

  useEffect(() => {
    const show = () => {
      const element = input.current;
      if (element === null) return;
      const { cursor } = lab.playhead.get();
      element.value = String(cursor);
      element.setAttribute('aria-valuetext', valueText(run, cursor));
    };
    show();
    return lab.playhead.subscribe((now, before) => {
      if (now.cursor !== before.cursor) show();
    });
  }, [lab, run]);

  return (
    <input
      ref={input}
      type="range"
      className={styles['slider']}
      aria-label="Time"
      min={-1}
      max={run.trace.length - 1}
      defaultValue={-1}
      onInput={(event) => moveCursor(lab, Number(event.currentTarget.value))}
    />
  );
}

/** "497 ms, source/copy-last": the time of the cursor and the step under way. */
export function valueText(run: RunView, cursor: number): string {
  if (cursor < 0) return '0 ns, before the first event';
  const { trace } = run;
  let seq = cursor;
  while (seq >= 0 && (trace.step[seq] as number) < 0) seq -= 1;
  const step = seq < 0 ? undefined : trace.steps[trace.step[seq] as number];
  return `${printNanos(trace.at[cursor] as number)}, ${step === undefined || step === '' ? 'no step' : step}`;
}
