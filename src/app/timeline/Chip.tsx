import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { thousands } from '../../core/base/thousands.ts';
import { sentenceOf } from '../../core/swimlane/labels.ts';
import { printNanos } from '../../core/trace/time.ts';
import { eventAt } from '../../core/trace/trace.ts';
import { useLab } from '../store/context.ts';
import { describeSlot } from '../store/lifting.ts';
import type { RunView } from '../store/state.ts';
import styles from './timeline.module.css';

export interface ChipHandle {
  at(xPx: number, yPx: number): void;
}

/** What is under the pointer, in one line; while a step is lifted, what the slot under it would do. */
export function Chip({ run, ref }: { readonly run: RunView; readonly ref: Ref<ChipHandle> }) {
  const lab = useLab();
  const element = useRef<HTMLDivElement>(null);
  const place = useRef({ x: 0, y: 0 });

  useImperativeHandle(ref, () => ({
    at(x, y) {
      place.current = { x, y };
      move();
    },
  }));

  function move(): void {
    const chip = element.current;
    if (chip === null || chip.hidden) return;
    const width = chip.parentElement?.clientWidth ?? 0;
    const { x, y } = place.current;
    const left = Math.max(4, Math.min(x + 14, width - chip.offsetWidth - 4));
    chip.style.transform = `translate(${left}px, ${y + 18}px)`;
  }

  useEffect(() => {
    const show = () => {
      const chip = element.current;
      if (chip === null) return;
      const { lifted } = lab.store.getState();
      const { hover } = lab.playhead.get();
      if (lifted !== undefined && lifted.by === 'pointer') {
        const outcome = lifted.outcomes.get(lifted.slot);
        chip.textContent = describeSlot(lab, lifted);
        chip.dataset['class'] = lifted.outside ? '' : (outcome?.class ?? '');
      } else if (hover !== undefined && hover < run.trace.length) {
        const { crowd } = lab.playhead.get();
        const others = crowd > 1 ? `${thousands(crowd)} events here; ` : '';
        chip.textContent = `${others}${printNanos(run.trace.at[hover] as number)}  ${sentenceOf(eventAt(run.trace, hover))}`;
        chip.dataset['class'] = '';
      } else chip.textContent = '';
      chip.hidden = chip.textContent === '';
      move();
    };
    const stops = [
      lab.playhead.subscribe((now, before) => now.hover !== before.hover && show()),
      lab.store.subscribe((now, before) => now.lifted !== before.lifted && show()),
    ];
    return () => stops.forEach((stop) => stop());
  });

  return <div ref={element} className={styles['chip']} aria-hidden="true" hidden />;
}
