import { useEffect, useRef, useState } from 'react';
import { printNanos } from '../../core/trace/time.ts';
import { useLabState } from '../store/context.ts';
import { outcomeWords } from '../store/lifting.ts';
import { stepsOf, unreached } from '../store/selectors.ts';
import type { Lifted } from '../store/state.ts';
import { useGlide } from './orderings/glide.ts';
import { LiftChip } from './orderings/LiftChip.tsx';
import styles from './panels.module.css';
import { StepRow } from './StepRow.tsx';

/** The steps of one list, in order, each with its handle. While one is lifted every row shows what dropping it there would do. */
export function StepList({ list, title }: { readonly list: string; readonly title: string }) {
  const scenario = useLabState((state) => state.scenario);
  const ordering = useLabState((state) => state.ordering);
  const hint = useLabState((state) => state.hint);
  const lifted = useLabState((state) => (state.lifted?.list === list ? state.lifted : undefined));
  const selected = useLabState((state) => (state.selection?.list === list ? state.selection.steps : NONE));
  const never = useLabState((state) => unreached(state.run?.ordering === state.ordering ? state.run : undefined));
  const rows = stepsOf({ scenario, ordering }, list);
  const items = useRef<HTMLUListElement>(null);
  /** Where the pointer took a step of this list. */
  const [holding, setHolding] = useState<{ readonly x: number; readonly y: number }>();
  const order = lifted === undefined ? rows : preview(rows, lifted);
  const shown = useGrowing(scenario.id, order.length);
  useGlide(items, lifted === undefined, order.map((row) => row.spec.id).join('\n'));

  return (
    <div className={styles['listBox']}>
      <h2 id={`steps-${list}`}>{title}</h2>
      <ul ref={items} className={styles['steps']} aria-labelledby={`steps-${list}`}>
        {order.slice(0, shown).map((row, slot) => {
          const held = lifted?.steps.includes(row.spec.id) === true;
          const outcome = lifted?.outcomes.get(slotOfRow(slot, lifted));
          return (
            <StepRow
              key={row.spec.id}
              list={list}
              spec={row.spec}
              skipped={row.skipped}
              delayNanos={row.delayNanos}
              fault={row.fault}
              held={held}
              lifting={lifted !== undefined}
              selected={selected.includes(row.spec.id)}
              outcome={outcome}
              hintWay={hint?.step === `${list}/${row.spec.id}` ? hint.way : undefined}
              never={never.get(`${list}/${row.spec.id}`)}
              onTake={setHolding}
            />
          );
        })}
      </ul>
      {lifted === undefined ? null : <Preview lifted={lifted} />}
      {lifted?.by === 'list' && holding !== undefined ? <LiftChip lifted={lifted} from={holding} /> : null}
    </div>
  );
}

const NONE: readonly string[] = [];

/** The slot that a row stands for while a block is held: the block's own rows are one. */
function slotOfRow(row: number, lifted: Lifted | undefined): number {
  if (lifted === undefined || row <= lifted.slot) return row;
  return Math.max(lifted.slot, row - lifted.steps.length + 1);
}

/** The order as it would be, with the lifted steps where they are held. */
function preview<Row extends { readonly spec: { readonly id: string } }>(rows: readonly Row[], lifted: Lifted): readonly Row[] {
  const held = rows.filter((row) => lifted.steps.includes(row.spec.id));
  const others = rows.filter((row) => !lifted.steps.includes(row.spec.id));
  return [...others.slice(0, lifted.slot), ...held, ...others.slice(lifted.slot)];
}

function Preview({ lifted }: { readonly lifted: Lifted }) {
  const outcome = lifted.outcomes.get(lifted.slot);
  return (
    <p className={styles['preview']} data-class={outcome?.class}>
      {outcome === undefined
        ? 'Running this slot…'
        : `${outcomeWords(outcome)} ${outcome.sentence} Downtime ${printNanos(outcome.downtimeNanos)}.`}
    </p>
  );
}

/** Rows that one task of the page makes at most: what is more comes in pieces, so that the page answers between them. */
const ROWS_AT_ONCE = 100;

/** How many of the rows are there by now. */
function useGrowing(of: string, count: number): number {
  const [grown, setGrown] = useState({ of, shown: ROWS_AT_ONCE });
  const shown = grown.of === of ? grown.shown : ROWS_AT_ONCE;
  useEffect(() => {
    if (shown >= count) return;
    const more = setTimeout(() => setGrown({ of, shown: shown + ROWS_AT_ONCE }));
    return () => clearTimeout(more);
  }, [of, shown, count]);
  return shown;
}
