import { useEffect, useRef, useState } from 'react';
import { useLab } from '../../store/context.ts';
import { describeSlot } from '../../store/lifting.ts';
import type { Lifted } from '../../store/state.ts';
import styles from './orderings.module.css';

/** Resting that long on a slot asks what it does. */
const REST_MS = 80;
const GAP_PX = 14;

/** What the slot under the pointer would do, at the pointer; Escape lets go, whatever has the focus. */
export function LiftChip({ lifted, from }: { readonly lifted: Lifted; readonly from: { readonly x: number; readonly y: number } }) {
  const lab = useLab();
  const chip = useRef<HTMLDivElement>(null);
  const place = useRef(from);
  const [rested, setRested] = useState(-1);

  useEffect(() => {
    const timer = setTimeout(() => setRested(lifted.slot), REST_MS);
    return () => clearTimeout(timer);
  }, [lifted.slot]);

  const put = () => {
    const element = chip.current;
    if (element === null) return;
    const { x, y } = place.current;
    const left = Math.max(4, Math.min(x + GAP_PX, innerWidth - element.offsetWidth - 4));
    // Over the pointer where there is no room below it: a finger hides what is under it anyway.
    const below = y + GAP_PX + element.offsetHeight < innerHeight;
    element.style.transform = `translate(${left}px, ${below ? y + GAP_PX : y - GAP_PX - element.offsetHeight}px)`;
  };

  useEffect(() => {
    const move = (event: PointerEvent) => {
      place.current = { x: event.clientX, y: event.clientY };
      put();
    };
    const key = (event: KeyboardEvent) => event.key === 'Escape' && lab.lifting.cancel();
    const life = new AbortController();
    const { signal } = life;
    window.addEventListener('pointermove', move, { signal });
    window.addEventListener('keydown', key, { signal });
    return () => life.abort();
  }, [lab]);
  useEffect(put);

  return (
    <div
      ref={chip}
      className={styles['liftChip']}
      data-class={lifted.outcomes.get(lifted.slot)?.class}
      hidden={rested !== lifted.slot}
      aria-hidden="true"
    >
      {describeSlot(lab, lifted)}
    </div>
  );
}
