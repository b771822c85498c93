import { useEffect, useRef, useState } from 'react';
import { type SlotOutcome, withStepAt } from '../../../core/emulator/slots.ts';
import type { Ordering } from '../../../core/scenario/ordering.ts';
import type { Scenario } from '../../../core/scenario/scenario.ts';
import { classWord } from '../../../core/trace/audit.ts';
import { printNanos } from '../../../core/trace/time.ts';
import { useLab, useLabState } from '../../store/context.ts';
import type { Lab } from '../../store/create-lab.ts';
import { classSign, VerdictIcon } from '../../widgets/VerdictIcon.tsx';
import styles from './orderings.module.css';
import { useVisible } from './visible.ts';

/** A step, and what each slot of its list would do. */
interface Row {
  readonly list: string;
  readonly step: string;
  readonly label: string;
  readonly from: number;
  readonly count: number;
  readonly pinned: boolean;
  readonly slots: ReadonlyMap<number, SlotOutcome>;
}

interface Filled {
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly rows: readonly Row[];
}

interface Place {
  readonly row: number;
  readonly slot: number;
}

/** Rows are steps, columns the slots of their list; each cell was run. Blocks of equal outcome are one block. */
export function Matrix() {
  const lab = useLab();
  const place = useRef<HTMLDivElement>(null);
  const filled = useMatrix(lab, useVisible(place));
  const [at, setAt] = useState<Place>();
  const [focus, setFocus] = useState<Place>({ row: 0, slot: 0 });
  const rows = filled?.rows ?? [];
  const most = Math.max(0, ...rows.map((row) => row.count));

  const put = (row: Row, slot: number) => {
    if (slot === row.from) return;
    lab.setOrdering(withStepAt(lab.store.getState().ordering, row.list, row.step, slot));
  };
  const move = (event: React.KeyboardEvent, { row, slot }: Place) => {
    const by: { readonly [key: string]: readonly [number, number] } = {
      ArrowUp: [-1, 0],
      ArrowDown: [1, 0],
      ArrowLeft: [0, -1],
      ArrowRight: [0, 1],
      Home: [0, -slot],
      End: [0, most],
    };
    const step = by[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const next = Math.max(0, Math.min(rows.length - 1, row + step[0]));
    const to = Math.max(0, Math.min((rows[next]?.count ?? 1) - 1, slot + step[1]));
    setFocus({ row: next, slot: to });
    place.current?.querySelector<HTMLElement>(`[data-cell="${next}/${to}"]`)?.focus();
  };

  return (
    <div ref={place} className={styles['matrixPlace']}>
      <div className={styles['matrixBox']}>
        <table className={styles['matrix']} aria-label="Swap matrix">
          <thead>
            <tr>
              <th scope="col">Step, moved to place</th>
              {Array.from({ length: most }, (_, slot) => (
                <th key={`place ${slot + 1}`} scope="col">
                  {slot + 1}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, i) => (
              <tr key={`${row.list}/${row.step}`} data-list={rows[i - 1]?.list === row.list ? undefined : row.list}>
                <th scope="row" title={row.label}>
                  {row.label}
                </th>
                {Array.from({ length: row.count }, (_, slot) => (
                  <Cell
                    key={`place ${slot + 1}`}
                    row={row}
                    slot={slot}
                    cell={`${i}/${slot}`}
                    tabbable={focus.row === i && focus.slot === slot}
                    onShow={() => setAt({ row: i, slot })}
                    onFocus={() => setFocus({ row: i, slot })}
                    onKeyDown={(event) => move(event, { row: i, slot })}
                    onPut={() => put(row, slot)}
                  />
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <Detail rows={rows} at={at} />
    </div>
  );
}

function Cell(props: {
  readonly row: Row;
  readonly slot: number;
  readonly cell: string;
  readonly tabbable: boolean;
  readonly onShow: () => void;
  readonly onFocus: () => void;
  readonly onKeyDown: (event: React.KeyboardEvent) => void;
  readonly onPut: () => void;
}) {
  const { row, slot } = props;
  const outcome = row.slots.get(slot);
  const here = slot === row.from;
  const joins = (other: SlotOutcome | undefined) => outcome !== undefined && other !== undefined && blockOf(other) === blockOf(outcome);
  const word = here
    ? 'where it is'
    : outcome === undefined
      ? 'to be run'
      : outcome.outcome === 'commutes'
        ? 'No effect'
        : classWord(outcome.class);
  return (
    <td>
      <button
        type="button"
        className={styles['cell']}
        data-cell={props.cell}
        data-class={outcome === undefined ? 'unknown' : outcome.outcome === 'commutes' ? 'commutes' : outcome.class}
        data-here={here}
        data-left={joins(row.slots.get(slot - 1))}
        data-right={joins(row.slots.get(slot + 1))}
        tabIndex={props.tabbable ? 0 : -1}
        aria-label={`${row.label} at place ${slot + 1}: ${word}${here || outcome === undefined ? '' : `. ${outcome.sentence}`}`}
        aria-disabled={row.pinned || here}
        onMouseEnter={props.onShow}
        onFocus={() => {
          props.onFocus();
          props.onShow();
        }}
        onKeyDown={props.onKeyDown}
        onClick={() => !row.pinned && props.onPut()}
      >
        <span aria-hidden="true">
          {here ? '●' : outcome === undefined ? '·' : outcome.outcome === 'commutes' ? '=' : classSign(outcome.class)}
        </span>
      </button>
    </td>
  );
}

/** What touches and looks alike is alike: same class, same price, same sentence. */
function blockOf(outcome: SlotOutcome): string {
  return outcome.outcome === 'commutes' ? 'commutes' : `${outcome.class}/${outcome.sentence}`;
}

/** The verdict of the cell under the pointer or the focus, and what the move would cost. */
function Detail({ rows, at }: { readonly rows: readonly Row[]; readonly at: Place | undefined }) {
  const row = at === undefined ? undefined : rows[at.row];
  const outcome = at === undefined ? undefined : row?.slots.get(at.slot);
  const now = row?.slots.get(row.from);
  if (at === undefined || row === undefined)
    return (
      <p className={styles['detail']}>
        Every cell is a run: rows are steps, columns the places of their list. Point at one to read what it does; click or Enter puts it on
        the timeline.
      </p>
    );
  return (
    <div className={styles['detail']} data-class={outcome?.class}>
      <b>
        {row.label}, place {at.slot + 1} of {row.count}
      </b>{' '}
      {at.slot === row.from ? (
        <span>{row.pinned ? 'It is pinned.' : 'It stands here now.'}</span>
      ) : outcome === undefined ? (
        <span>To be run…</span>
      ) : (
        <>
          <VerdictIcon runClass={outcome.class} commutes={outcome.outcome === 'commutes'} /> <span>{outcome.sentence}</span>{' '}
          {now === undefined || outcome.outcome === 'forbidden' ? null : <i>{priceWords(outcome, now)}</i>}
        </>
      )}
    </div>
  );
}

function priceWords(there: SlotOutcome, now: SlotOutcome): string {
  const nanos = there.downtimeNanos - now.downtimeNanos;
  const bytes = there.bytesSent - now.bytesSent;
  const sign = (value: number) => (value < 0 ? '−' : '+');
  if (nanos === 0 && bytes === 0) return 'Same price.';
  const parts = [
    ...(nanos === 0 ? [] : [`downtime ${sign(nanos)}${printNanos(Math.abs(nanos))}`]),
    ...(bytes === 0 ? [] : [`${sign(bytes)}${(Math.abs(bytes) / 2 ** 20).toFixed(1)} MiB sent`]),
  ];
  return `${parts.join(', ')}.`;
}

/** The matrix of the present order, filled while it is looked at; a newer order begins it anew. */
function useMatrix(lab: Lab, visible: boolean): Filled | undefined {
  const scenario = useLabState((state) => state.scenario);
  const ordering = useLabState((state) => state.ordering);
  const [filled, setFilled] = useState<Filled>();
  const done = useRef<Ordering>(undefined);
  useEffect(() => {
    if (!visible || done.current === ordering) return;
    const key = {};
    const turn = { current: key as object | undefined };
    const rows = emptyRows(scenario, ordering);
    setFilled({ scenario, ordering, rows });
    void (async () => {
      for (const [i, row] of rows.entries()) {
        if (row.pinned) continue;
        const slots = new Map<number, SlotOutcome>();
        const wish = { topic: 'matrix', scenario, ordering, list: row.list, step: row.step, seed: scenario.seed ?? 1 };
        const outcome = await lab.port.slots(wish, (slot) => slots.set(slot.slot, slot));
        if (turn.current !== key || outcome.kind !== 'slots') return;
        setFilled((now) => (now?.ordering === ordering ? { ...now, rows: now.rows.with(i, { ...row, slots }) } : now));
      }
      done.current = ordering;
    })();
    return () => {
      turn.current = undefined;
      lab.port.cancel('matrix');
    };
  }, [lab, scenario, ordering, visible]);
  return filled;
}

function emptyRows(scenario: Scenario, ordering: Ordering): readonly Row[] {
  return Object.entries(ordering.lists).flatMap(([list, ids]) =>
    ids.map((step, from): Row => {
      const spec = scenario.steps[list]?.find((one) => one.id === step);
      return { list, step, label: spec?.label ?? step, from, count: ids.length, pinned: spec?.pinned === true, slots: new Map() };
    }),
  );
}
