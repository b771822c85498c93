import { useEffect, useMemo, useRef, useState } from 'react';
import { withStepAt } from '../../../core/emulator/slots.ts';
import type { LatticeNode, Lattice as States } from '../../../core/explore/lattice.ts';
import type { Ordering } from '../../../core/scenario/ordering.ts';
import type { Scenario } from '../../../core/scenario/scenario.ts';
import { useLab, useLabState } from '../../store/context.ts';
import { distances, orderingThrough, type Placed, pathOf, place } from './lattice-layout.ts';
import { endingWords, paintLattice } from './lattice-painter.ts';
import styles from './orderings.module.css';
import { useVisible } from './visible.ts';

/** A pointer that near to a state means it. */
const REACH_PX = 12;

/** Joint states by steps done; the present order is the bold path, and a state that is chosen leads it through itself. */
export function Lattice() {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const ordering = useLabState(orderShown);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const theme = useLabState((state) => state.theme);
  const { lattice, words } = useLattice(scenario, ordering, useVisible(box));
  const room = useWidth(box);
  const [chosen, setChosen] = useState<number>();
  const path = useMemo(() => (lattice === undefined ? [] : pathOf(lattice, scenario, ordering)), [lattice, scenario, ordering]);
  const [within, setWithin] = useState(1);
  const away = useMemo(() => (lattice === undefined ? [] : distances(lattice, scenario, ordering)), [lattice, scenario, ordering]);
  const placed = useMemo(
    () => (lattice === undefined ? undefined : place(lattice, path, away, within, room)),
    [lattice, path, away, within, room],
  );

  useEffect(() => {
    // The theme gives the colours.
    void theme;
    if (canvas.current !== null && placed !== undefined) paintLattice(canvas.current, placed, { path, chosen });
  }, [placed, path, chosen, theme]);

  const go = (id: number) => {
    if (lattice === undefined) return;
    const { ordering: now } = lab.store.getState();
    lab.setOrdering(orderingThrough(lattice, id, scenario, now));
  };
  const node = chosen === undefined ? undefined : lattice?.nodes[chosen];
  return (
    <div className={styles['lattice']}>
      <Within
        value={within}
        onChange={setWithin}
        words={lattice === undefined || placed === undefined ? words : seenWords(lattice, placed)}
      />
      <div
        ref={box}
        className={styles['latticeBox']}
        role="application"
        aria-label="Lattice of joint states"
        aria-describedby="lattice-state"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture takes arrow keys; its table twin stands below
        tabIndex={0}
        onKeyDown={(event) => {
          if (placed === undefined) return;
          if (event.key === 'Enter' && chosen !== undefined) go(chosen);
          else {
            const next = neighbour(placed, path, chosen, event.key);
            if (next === undefined) return;
            setChosen(next);
            scrollTo(box.current, placed, next);
          }
          event.preventDefault();
        }}
        onPointerMove={(event) => placed !== undefined && setChosen(nodeAt(placed, event, canvas.current) ?? chosen)}
        onClick={(event) => {
          const at = placed === undefined ? undefined : nodeAt(placed, event, canvas.current);
          if (at !== undefined) go(at);
        }}
      >
        <canvas ref={canvas} />
        {lattice === undefined ? <p className={styles['quiet']}>{words}</p> : null}
      </div>
      {lattice === undefined || placed === undefined ? null : (
        <>
          <p id="lattice-state" className={styles['detail']} role="status">
            {node === undefined
              ? 'The bold path is the present order. Click a state, or arrow keys and Enter, to lead the order through it.'
              : sentenceOf(lattice, node, path.includes(node.id) ? 0 : (away[node.id] ?? 0))}
          </p>
          <p className={styles['legend']}>
            <span>Filled slice: share of what can still come that is safe.</span>
            {placed.folded > 0 ? <span>Thick edge: two steps whose order does not matter ({placed.folded}).</span> : null}
          </p>
          <Twin lattice={lattice} path={path} away={away} onGo={go} />
        </>
      )}
    </div>
  );
}

/** The present order; while a step is in the hand, the order as it would be. */
function orderShown(state: Parameters<Parameters<typeof useLabState>[0]>[0]): Ordering {
  const { lifted, ordering } = state;
  if (lifted === undefined || lifted.outside || lifted.slot === lifted.from) return ordering;
  if (shown?.of === ordering && shown.step === lifted.step && shown.slot === lifted.slot) return shown.ordering;
  shown = { of: ordering, step: lifted.step, slot: lifted.slot, ordering: withStepAt(ordering, lifted.list, lifted.step, lifted.slot) };
  return shown.ordering;
}
let shown: { readonly of: Ordering; readonly step: string; readonly slot: number; readonly ordering: Ordering } | undefined;

/** The lattice of the scenario; asked for anew when the present order leaves what is known of it. */
function useLattice(
  scenario: Scenario,
  ordering: Ordering,
  visible: boolean,
): { readonly lattice: States | undefined; readonly words: string } {
  const lab = useLab();
  const [known, setKnown] = useState<{ readonly of: Scenario; readonly skipped: string; readonly lattice: States }>();
  const [words, setWords] = useState('Looking at states…');
  const skipped = ordering.skipped.join(' ');
  const fits =
    known?.of === scenario &&
    known.skipped === skipped &&
    known.lattice.nodes[pathOf(known.lattice, scenario, ordering).at(-1) ?? 0]?.ending !== undefined;
  useEffect(() => {
    if (!visible || fits) return;
    void (async () => {
      const outcome = await lab.port.lattice(scenario, ordering, (states) =>
        setWords(`Looking at states: ${states.toLocaleString('en')}…`),
      );
      if (outcome.kind === 'failed') setWords(outcome.message);
      if (outcome.kind === 'lattice') setKnown({ of: scenario, skipped, lattice: outcome.lattice });
    })();
  }, [lab, scenario, ordering, skipped, visible, fits]);
  return { lattice: known?.of === scenario && known.skipped === skipped ? known.lattice : undefined, words };
}

function useWidth(box: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(800);
  useEffect(() => {
    if (box.current === null) return;
    const observer = new ResizeObserver((entries) => setWidth(Math.max(300, entries.at(-1)?.contentRect.width ?? 800)));
    observer.observe(box.current);
    return () => observer.disconnect();
  }, [box]);
  return width;
}

function nodeAt(placed: Placed, event: React.MouseEvent, canvas: HTMLCanvasElement | null): number | undefined {
  const corner = canvas?.getBoundingClientRect();
  if (corner === undefined) return undefined;
  const [x, y] = [event.clientX - corner.left, event.clientY - corner.top];
  let best: { readonly id: number; readonly far: number } | undefined;
  for (const node of placed.nodes) {
    const far = Math.hypot(node.x - x, node.y - y);
    if (far < (best?.far ?? REACH_PX)) best = { id: node.id, far };
  }
  return best?.id;
}

/** Left and right along edges, up and down in a column. */
function neighbour(placed: Placed, path: readonly number[], chosen: number | undefined, key: string): number | undefined {
  const at = chosen === undefined ? undefined : placed.byId.get(chosen);
  if (at === undefined) return key.startsWith('Arrow') ? path[0] : undefined;
  const first = (ids: readonly number[]) => ids.find((id) => path.includes(id)) ?? ids[0];
  if (key === 'ArrowRight') return first(placed.edges.filter((edge) => edge.from === at.id).map((edge) => edge.to));
  if (key === 'ArrowLeft') return first(placed.edges.filter((edge) => edge.to === at.id).map((edge) => edge.from));
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
  const column = placed.nodes.filter((node) => node.x === at.x);
  return column[column.indexOf(at) + (key === 'ArrowDown' ? 1 : -1)]?.id;
}

function scrollTo(box: HTMLElement | null, placed: Placed, id: number): void {
  const node = placed.byId.get(id);
  if (box === null || node === undefined) return;
  if (node.y < box.scrollTop + 20 || node.y > box.scrollTop + box.clientHeight - 20) box.scrollTop = node.y - box.clientHeight / 2;
  if (node.x < box.scrollLeft || node.x > box.scrollLeft + box.clientWidth - placed.column) box.scrollLeft = node.x - box.clientWidth / 2;
}

function shareWords(safe: number | undefined): string {
  if (safe === undefined) return 'not all decided';
  if (safe === 0) return 'none is safe';
  return safe >= 1 ? 'all are safe' : safe < 0.001 ? 'under 0.1 % are safe' : `${(safe * 100).toFixed(1)} % are safe`;
}

function sentenceOf(lattice: States, node: LatticeNode, away: number): string {
  const ways = lattice.edges.filter((edge) => edge.to === node.id).length;
  const after = node.parent < 0 ? 'The beginning' : `${node.depth} done, the last ${node.step}`;
  const from = ways > 1 ? ` (${ways} ways lead here)` : '';
  const what = node.ending === undefined ? node.changed.join('; ') || 'nothing seen changed' : endingWords(node.ending);
  const rest = node.ending === undefined ? ` Of what can still come, ${shareWords(node.safe)}.` : '';
  const moved = away === 0 ? 'On the present path.' : `${away} ${away === 1 ? 'move' : 'moves'} away from the present order.`;
  return `${after}${from}: ${what}.${rest} ${moved}`;
}

/** How near: the picture of thousands of states at once can be had, and is of little use. */
const CHOICES = [1, 2, 3, Number.POSITIVE_INFINITY] as const;

function Within(props: { readonly value: number; readonly onChange: (within: number) => void; readonly words: string }) {
  return (
    <div className={styles['head']}>
      <label>
        Within{' '}
        <select
          aria-label="Within so many moves"
          value={String(props.value)}
          onChange={(event) => props.onChange(Number(event.target.value))}
        >
          {CHOICES.map((one) => (
            <option key={one} value={String(one)}>
              {Number.isFinite(one) ? `${one} ${one === 1 ? 'move' : 'moves'}` : 'any number of moves'}
            </option>
          ))}
        </select>{' '}
        of this run
      </label>
      <span className={styles['sum']}>{props.words}</span>
    </div>
  );
}

function seenWords({ nodes, states, whole }: States, placed: Placed): string {
  const seen = placed.nodes.length + placed.folded * 2;
  const all = states.toLocaleString('en');
  const cap = nodes.length < states ? ` (at most ${nodes.length.toLocaleString('en')} are drawn, the nearest first)` : '';
  if (whole) return `${seen.toLocaleString('en')} of ${all} distinct states seen${cap}.`;
  return `${seen.toLocaleString('en')} states seen, of more than were decided: shares are left out where not all is known.`;
}

/** Rows of the table at most: a table of thousands helps nobody. */
const MOST_ROWS = 300;

/** The same states as a table, the present path first. */
function Twin(props: {
  readonly lattice: States;
  readonly path: readonly number[];
  readonly away: readonly number[];
  readonly onGo: (id: number) => void;
}) {
  const { lattice, path, away, onGo } = props;
  const [open, setOpen] = useState(false);
  const others = lattice.nodes
    .filter((node) => !path.includes(node.id))
    .toSorted((a, b) => (away[a.id] ?? 0) - (away[b.id] ?? 0) || a.depth - b.depth);
  const rows = [...path.flatMap((id) => lattice.nodes[id] ?? []), ...others].slice(0, MOST_ROWS);
  return (
    <details className={styles['states']} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>States as a table</summary>
      {open ? (
        <div>
          <table aria-label="States">
            <thead>
              <tr>
                <th scope="col">Done</th>
                <th scope="col">Last step</th>
                <th scope="col">What changed</th>
                <th scope="col">What can still come</th>
                <th scope="col">Order</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((node) => (
                <tr key={node.id}>
                  <td>{node.depth}</td>
                  <td>{node.step}</td>
                  <td>{node.ending === undefined ? node.changed.join('; ') : endingWords(node.ending)}</td>
                  <td>{node.ending === undefined ? shareWords(node.safe) : ''}</td>
                  <td>
                    {path.includes(node.id) ? (
                      'present'
                    ) : (
                      <button type="button" onClick={() => onGo(node.id)}>
                        Lead through
                      </button>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {lattice.nodes.length > rows.length ? <p>The first {MOST_ROWS}, nearest to the present order first.</p> : null}
        </div>
      ) : null}
    </details>
  );
}
