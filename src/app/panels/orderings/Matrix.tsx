import { useEffect, useRef, useState } from 'react';
import { thousands } from '../../../core/base/thousands.ts';
import { type SlotOutcome, withStepsAt } from '../../../core/emulator/slots.ts';
import type { Ordering } from '../../../core/scenario/ordering.ts';
import type { Scenario } from '../../../core/scenario/scenario.ts';
import { classWord } from '../../../core/trace/audit.ts';
import { printNanos } from '../../../core/trace/time.ts';
import { useLab, useLabState } from '../../store/context.ts';
import type { Lab } from '../../store/lab.ts';
import { outcomeWords } from '../../store/lifting.ts';
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
  /** Why it is not run elsewhere: it keeps its place, or the order leaves it out. */
  readonly fixed: 'pinned' | 'left out' | undefined;
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

/**
 * Rows are steps, columns the slots of their list; each cell was run. Blocks of equal outcome are one block. The cell that is
 * pointed at stands as a ghost on the timeline.
 */
export function Matrix() {
  const lab = useLab();
  const place = useRef<HTMLDivElement>(null);
  const filled = useMatrix(lab, useVisible(place));
  const ordering = useLabState((state) => state.ordering);
  const [at, setAt] = useState<Place>();
  const [focus, setFocus] = useState<Place>({ row: 0, slot: 0 });
  const rows = filled?.rows ?? NO_ROWS;
  const lists = [...new Set(rows.map((row) => row.list))];
  useGhost(lab, rows, at);

  const put = (row: Row, slot: number) => {
    if (slot === row.from) return;
    setAt(undefined);
    lab.setOrdering(withStepsAt(lab.store.getState().ordering, row.list, [row.step], slot));
  };
  const move = (event: React.KeyboardEvent, from: Place) => {
    const to = placeAfter(event.key, from, rows);
    if (to === undefined) return;
    event.preventDefault();
    setFocus(to);
    place.current?.querySelector<HTMLElement>(`[data-cell="${to.row}/${to.slot}"]`)?.focus();
  };
  const leave = () => setAt(undefined);

  return (
    <div ref={place} className={styles['matrixPlace']}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: leaving the cells only takes the ghost away; the cells are buttons */}
      <div className={styles['matrixBox']} onMouseLeave={leave} onBlur={leave}>
        <table className={styles['matrix']} aria-label="Swap matrix">
          {lists.map((list) => (
            <tbody key={list}>
              <Places list={list} most={Math.max(...rows.filter((row) => row.list === list).map((row) => row.count))} />
              {rows.map((row, i) =>
                row.list !== list ? null : (
                  <tr key={row.step}>
                    <th scope="row" title={row.label}>
                      {row.label}
                      {row.fixed === undefined ? null : <i> {row.fixed}</i>}
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
                ),
              )}
            </tbody>
          ))}
        </table>
        <TooLarge ordering={ordering} />
      </div>
      {rows.length === 0 ? null : <Detail rows={rows} at={at} />}
    </div>
  );
}

const NO_ROWS: readonly Row[] = [];

/** What the columns of a list are. */
function Places({ list, most }: { readonly list: string; readonly most: number }) {
  return (
    <tr>
      <th scope="col">{list.charAt(0).toUpperCase() + list.slice(1)} step, moved to place</th>
      {Array.from({ length: most }, (_, slot) => (
        <th key={`place ${slot + 1}`} scope="col">
          {slot + 1}
        </th>
      ))}
    </tr>
  );
}

/** Where a key leads to from a cell; undefined for other keys. */
function placeAfter(key: string, { row, slot }: Place, rows: readonly Row[]): Place | undefined {
  const by: { readonly [key: string]: readonly [number, number] } = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    Home: [0, -slot],
    End: [0, Number.POSITIVE_INFINITY],
  };
  const step = by[key];
  if (step === undefined) return undefined;
  const next = Math.max(0, Math.min(rows.length - 1, row + step[0]));
  return { row: next, slot: Math.max(0, Math.min((rows[next]?.count ?? 1) - 1, slot + step[1])) };
}

/** The step of the cell that is looked at, on the timeline where it would be. */
function useGhost(lab: Lab, rows: readonly Row[], at: Place | undefined): void {
  const row = at === undefined ? undefined : rows[at.row];
  const slot = at?.slot ?? -1;
  useEffect(() => {
    if (row === undefined || row.fixed !== undefined || slot === row.from) return;
    const outcome = row.slots.get(slot);
    const words = `${row.label}, place ${slot + 1}: ${outcome === undefined ? 'to be run…' : `${outcomeWords(outcome)} ${outcome.sentence}`}`;
    lab.playhead.set({ ghost: { list: row.list, step: row.step, slot, outcome, words } });
    return () => lab.playhead.set({ ghost: undefined });
  }, [lab, row, slot]);
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
    ? row.fixed === undefined
      ? 'where it is'
      : `${row.fixed} where it is`
    : row.fixed !== undefined
      ? `not run, it is ${row.fixed}`
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
        data-class={
          row.fixed !== undefined
            ? 'pinned'
            : outcome === undefined
              ? 'unknown'
              : outcome.outcome === 'commutes'
                ? 'commutes'
                : outcome.class
        }
        data-here={here}
        data-left={joins(row.slots.get(slot - 1))}
        data-right={joins(row.slots.get(slot + 1))}
        tabIndex={props.tabbable ? 0 : -1}
        aria-label={`${row.label} at place ${slot + 1}: ${word}${here || outcome === undefined ? '' : `. ${outcome.sentence}`}`}
        aria-disabled={row.fixed !== undefined || here}
        onMouseEnter={props.onShow}
        onFocus={() => {
          props.onFocus();
          props.onShow();
        }}
        onKeyDown={props.onKeyDown}
        onClick={() => row.fixed === undefined && props.onPut()}
      >
        <span aria-hidden="true">
          {here
            ? row.fixed === undefined
              ? '●'
              : '■'
            : row.fixed !== undefined
              ? ''
              : outcome === undefined
                ? '·'
                : outcome.outcome === 'commutes'
                  ? '='
                  : classSign(outcome.class)}
        </span>
      </button>
    </td>
  );
}

/** What touches and looks alike is alike: same class, same price, same sentence. */
function blockOf(outcome: SlotOutcome): string {
  return outcome.outcome === 'commutes' ? 'commutes' : `${outcome.class}/${outcome.sentence}`;
}

const HERE_WORDS = {
  pinned: 'It is pinned here: the scenario keeps it in its place.',
  'left out': 'It is left out here: put it back in the list of steps.',
} as const;

/** The verdict of the cell under the pointer or the focus, and what the move would cost. */
function Detail({ rows, at }: { readonly rows: readonly Row[]; readonly at: Place | undefined }) {
  const row = at === undefined ? undefined : rows[at.row];
  const outcome = at === undefined ? undefined : row?.slots.get(at.slot);
  const now = row?.slots.get(row.from);
  if (at === undefined || row === undefined)
    return (
      <p className={styles['detail']}>
        Every cell is a run: its step moved to that place, all else as it is. Point at one to read what comes of it and to see it on the
        timeline; click, or Enter, makes it the present order.
      </p>
    );
  return (
    <div className={styles['detail']} data-class={outcome?.class}>
      <b>
        {row.label}, place {at.slot + 1} of {row.count}
      </b>{' '}
      {at.slot === row.from ? (
        <span>{row.fixed === undefined ? 'It stands here now.' : HERE_WORDS[row.fixed]}</span>
      ) : row.fixed !== undefined ? (
        <span>
          It is {row.fixed === 'pinned' ? `pinned to place ${row.from + 1}` : 'left out: wherever it stands, nothing comes of it'}.
        </span>
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
  const size = (value: number) => (value < 2 ** 19 ? `${(value / 1_024).toFixed(1)} KiB` : `${(value / 2 ** 20).toFixed(1)} MiB`);
  if (nanos === 0 && bytes === 0) return 'Same price.';
  const parts = [
    ...(nanos === 0 ? [] : [`downtime ${sign(nanos)}${printNanos(Math.abs(nanos))}`]),
    ...(bytes === 0 ? [] : [`${sign(bytes)}${size(Math.abs(bytes))} sent`]),
  ];
  return `Price: ${parts.join(', ')}.`;
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
        if (row.fixed !== undefined) continue;
        const slots = new Map<number, SlotOutcome>();
        const wish = { topic: 'matrix', scenario, ordering, list: row.list, steps: [row.step], seed: scenario.seed ?? 1 };
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

/** Cells of one list at most: each is a run, and a place on the screen. */
const MOST_CELLS = 6_400;

function isTooLarge(ids: readonly string[]): boolean {
  return ids.length ** 2 > MOST_CELLS;
}

/** Which lists have no matrix, and what to do instead. */
function TooLarge({ ordering }: { readonly ordering: Ordering }) {
  const large = Object.entries(ordering.lists).filter(([, ids]) => isTooLarge(ids));
  return large.map(([list, ids]) => (
    <p key={list} className={styles['quiet']}>
      The {thousands(ids.length)} steps of {list} would be {thousands(ids.length ** 2)} cells, each a run; the matrix is drawn up to{' '}
      {thousands(MOST_CELLS)}. Lift a step in the list to see what each place would do to it.
    </p>
  ));
}

function emptyRows(scenario: Scenario, ordering: Ordering): readonly Row[] {
  return Object.entries(ordering.lists).flatMap(([list, ids]) =>
    (isTooLarge(ids) ? [] : ids).map((step, from): Row => {
      const spec = scenario.steps[list]?.find((one) => one.id === step);
      const left = ordering.skipped.includes(`${list}/${step}`);
      const fixed = spec?.pinned === true ? ('pinned' as const) : left ? ('left out' as const) : undefined;
      return { list, step, label: spec?.label ?? step, from, count: ids.length, fixed, slots: new Map() };
    }),
  );
}
