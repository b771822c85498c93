import { useEffect, useRef } from 'react';
import { NANOS_PER_MILLI } from '../../core/trace/time.ts';
import { useLab } from '../store/context.ts';
import styles from './panels.module.css';

/** An hour: longer than any limit of a wait. */
const MOST_MS = 3_600_000;

interface DelayFieldProps {
  readonly list: string;
  readonly step: string;
  readonly label: string;
  readonly delayNanos: number;
}

/**
 * Milliseconds that a step waits before it begins; empty is none. Enter or leaving the field runs it. A pinned step has one
 * too: pinned is its place and not its time, and a race between two hosts is often seen only when the other one is late.
 */
export function DelayField({ list, step, label, delayNanos }: DelayFieldProps) {
  const lab = useLab();
  const input = useRef<HTMLInputElement>(null);
  const shown = delayNanos === 0 ? '' : String(delayNanos / NANOS_PER_MILLI);
  // Undo and links change it, too; between those the field is the writer's own.
  useEffect(() => {
    if (input.current !== null) input.current.value = shown;
  }, [shown]);

  const commit = () => {
    const field = input.current;
    if (field === null) return;
    if (!field.validity.valid) {
      lab.say(`The delay before ${label} is a number of milliseconds from 0 to ${MOST_MS}; it was not changed.`);
      field.value = shown;
      return;
    }
    const nanos = Math.round(Number(field.value) * NANOS_PER_MILLI);
    if (nanos !== delayNanos) lab.edit({ kind: 'delay', list, step, nanos });
  };

  return (
    <span className={styles['delayField']} data-set={delayNanos > 0} title="Milliseconds to wait before this step">
      <input
        ref={input}
        type="number"
        aria-label={`Delay before ${label} in ms`}
        placeholder="delay"
        min={0}
        max={MOST_MS}
        step="any"
        defaultValue={shown}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          if (event.key !== 'Escape' || input.current === null) return;
          input.current.value = shown;
        }}
      />
      <i aria-hidden="true">ms</i>
    </span>
  );
}
