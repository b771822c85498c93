import { useEffect, useMemo, useRef, useState } from 'react';
import { thousands } from '../../../core/base/thousands.ts';
import { withStepsAt } from '../../../core/emulator/slots.ts';
import type { Each, LatticeNode, Lattice as States } from '../../../core/explore/lattice.ts';
import type { Exploration } from '../../../core/explore/report.ts';
import type { Ordering } from '../../../core/scenario/ordering.ts';
import type { Scenario } from '../../../core/scenario/scenario.ts';
import { useLab, useLabState } from '../../store/context.ts';
import { LatticeTable } from './LatticeTable.tsx';
import { orderingThrough, type Placed, place } from './lattice-layout.ts';
import { paintLattice } from './lattice-painter.ts';
import { seenWords, sentenceOf } from './lattice-words.ts';
import styles from './orderings.module.css';
import { useVisible } from './visible.ts';

/** A pointer that near to a state means it. */
const REACH_PX = 14;

/** Joint states by steps done; the present order is the bold path, and a state that is chosen leads it through itself. */
export function Lattice({ decided }: { readonly decided: Exploration | undefined }) {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const ordering = useLabState(orderShown);
  const theme = useLabState((state) => state.theme);
  const box = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [each, setEach] = useState<Each>('beside');
  const { lattice, words } = useLattice({ scenario, ordering, each, decided }, useVisible(box));
  const room = useWidth(box);
  const [chosen, setChosen] = useState<number>();
  const placed = useMemo(() => (lattice === undefined ? undefined : place(lattice, room)), [lattice, room]);

  // The numbers of the nodes are those of one lattice.
  useEffect(() => {
    void lattice;
    setChosen(undefined);
  }, [lattice]);
  useEffect(() => {
    // The theme gives the colours.
    void theme;
    if (canvas.current !== null && placed !== undefined) paintLattice(canvas.current, placed, chosen);
  }, [placed, chosen, theme]);

  const go = (node: LatticeNode) => {
    const { ordering: now } = lab.store.getState();
    const isFree = (list: string, id: string) =>
      scenario.steps[list]?.find((step) => step.id === id)?.pinned !== true && !now.skipped.includes(`${list}/${id}`);
    lab.setOrdering(orderingThrough(node, isFree, now));
  };
  const node = chosen === undefined ? undefined : placed?.byId.get(chosen);
  return (
    <div className={styles['lattice']}>
      <EachChoice value={each} onChange={setEach} words={lattice === undefined ? words : seenWords(lattice)} />
      <p id="lattice-state" className={styles['reading']} role="status">
        {lattice === undefined
          ? 'Every state of the search, by steps done: what can still come of each.'
          : node === undefined
            ? 'The bold path is the present order. Point at a state to read what can still come of it; click, or arrow keys and Enter, leads the order through it.'
            : sentenceOf(node, node.onPath)}
      </p>
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
          if (event.key === 'Enter' && node !== undefined) go(node);
          else {
            const next = neighbour(placed, chosen, event.key);
            if (next === undefined) return;
            setChosen(next);
            scrollTo(box.current, placed, next);
          }
          event.preventDefault();
        }}
        onPointerMove={(event) => placed !== undefined && setChosen(nodeAt(placed, event, canvas.current) ?? chosen)}
        onClick={(event) => {
          const at = placed === undefined ? undefined : nodeAt(placed, event, canvas.current);
          const there = at === undefined ? undefined : placed?.byId.get(at);
          if (there !== undefined) go(there);
        }}
      >
        {placed === undefined ? null : (
          <div className={styles['bands']} aria-hidden="true" style={{ '--gutter': `${placed.gutter}px` } as React.CSSProperties}>
            {placed.bands.map((band) => (
              <span key={band.label} style={{ top: band.y }}>
                {band.label}
              </span>
            ))}
          </div>
        )}
        <canvas ref={canvas} />
      </div>
      {lattice === undefined || placed === undefined ? null : (
        <>
          <Legend folded={placed.folded} />
          <LatticeTable placed={placed} onGo={go} />
        </>
      )}
    </div>
  );
}

function Legend({ folded }: { readonly folded: number }) {
  return (
    <p className={styles['legend']}>
      <span>
        Round: one state, with the step that led there. Bar: several states, how many they are and what share of all orderings comes
        through.
      </span>
      <span>
        <i data-end="sound" /> safe <i data-end="fails-cleanly" /> fails cleanly <i data-end="fails-badly" /> fails badly{' '}
        <i data-end="silent-corruption" /> silent corruption <i data-end="impossible" /> impossible
      </span>
      {folded > 0 ? <span>Thick edge: two steps whose order does not matter ({folded}).</span> : null}
    </p>
  );
}

/** The present order; while a step is in the hand, the order as it would be. */
function orderShown(state: Parameters<Parameters<typeof useLabState>[0]>[0]): Ordering {
  const { lifted, ordering } = state;
  if (lifted === undefined || lifted.outside || lifted.slot === lifted.from) return ordering;
  if (shown?.of === ordering && shown.steps === lifted.steps && shown.slot === lifted.slot) return shown.ordering;
  shown = { of: ordering, steps: lifted.steps, slot: lifted.slot, ordering: withStepsAt(ordering, lifted.list, lifted.steps, lifted.slot) };
  return shown.ordering;
}
let shown: { readonly of: Ordering; readonly steps: readonly string[]; readonly slot: number; readonly ordering: Ordering } | undefined;

/** What a lattice is of; `decided`: a search that has come to an end meanwhile knows more. */
interface Asked {
  readonly scenario: Scenario;
  readonly ordering: Ordering;
  readonly each: Each;
  readonly decided: Exploration | undefined;
}

/** The lattice about the present order; the one before it stays until it is there. */
function useLattice(asked: Asked, visible: boolean): { readonly lattice: States | undefined; readonly words: string } {
  const lab = useLab();
  const [known, setKnown] = useState<Asked & { readonly lattice: States }>();
  const [words, setWords] = useState('Looking at states…');
  const { scenario, ordering, each, decided } = asked;
  const fits = known?.scenario === scenario && known.ordering === ordering && known.each === each && known.decided === decided;
  useEffect(() => {
    if (!visible || fits) return;
    let gone = false;
    const tell = (states: number) => !gone && setWords(`Looking at states: ${thousands(states)}…`);
    void (async () => {
      const outcome = await lab.port.lattice(scenario, ordering, each, tell);
      if (gone) return;
      if (outcome.kind === 'failed') setWords(outcome.message);
      if (outcome.kind === 'lattice') setKnown({ scenario, ordering, each, decided, lattice: outcome.lattice });
    })();
    return () => {
      gone = true;
    };
  }, [lab, scenario, ordering, each, decided, visible, fits]);
  return { lattice: known?.scenario === scenario ? known.lattice : undefined, words };
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
    // A bar reaches to the right of its place.
    const beyond = node.single ? 0 : Math.max(0, Math.min(x - node.x, 40));
    const far = Math.hypot(node.x + beyond - x, node.y - y);
    if (far < (best?.far ?? REACH_PX)) best = { id: node.id, far };
  }
  return best?.id;
}

/** Left and right along edges, up and down in a column. */
function neighbour(placed: Placed, chosen: number | undefined, key: string): number | undefined {
  const at = chosen === undefined ? undefined : placed.byId.get(chosen);
  if (at === undefined) return key.startsWith('Arrow') ? placed.path[0] : undefined;
  const first = (ids: readonly number[]) => ids.find((id) => placed.path.includes(id)) ?? ids[0];
  if (key === 'ArrowRight') return first(placed.edges.filter((edge) => edge.from === at.id).map((edge) => edge.to));
  if (key === 'ArrowLeft') return first(placed.edges.filter((edge) => edge.to === at.id).map((edge) => edge.from));
  if (key !== 'ArrowUp' && key !== 'ArrowDown') return undefined;
  const column = placed.nodes.filter((node) => node.x === at.x).toSorted((a, b) => a.y - b.y);
  return column[column.indexOf(at) + (key === 'ArrowDown' ? 1 : -1)]?.id;
}

function scrollTo(box: HTMLElement | null, placed: Placed, id: number): void {
  const node = placed.byId.get(id);
  if (box === null || node === undefined) return;
  if (node.y < box.scrollTop + 20 || node.y > box.scrollTop + box.clientHeight - 20) box.scrollTop = node.y - box.clientHeight / 2;
  if (node.x < box.scrollLeft + placed.column || node.x > box.scrollLeft + box.clientWidth - placed.column)
    box.scrollLeft = node.x - box.clientWidth / 2;
}

const CHOICES: readonly { readonly each: Each; readonly words: string }[] = [
  { each: 'run', words: 'on this order' },
  { each: 'beside', words: 'one choice beside it' },
  { each: 1, words: 'within 1 move' },
  { each: 2, words: 'within 2 moves' },
  { each: 3, words: 'within 3 moves' },
];

/** Which states are drawn each for itself: the picture of thousands at once can be had, and is of little use. */
function EachChoice(props: { readonly value: Each; readonly onChange: (each: Each) => void; readonly words: string }) {
  return (
    <div className={styles['head']}>
      <label>
        Each state{' '}
        <select
          aria-label="Each state by itself"
          value={String(props.value)}
          onChange={(event) => props.onChange(CHOICES.find(({ each }) => String(each) === event.target.value)?.each ?? 'beside')}
        >
          {CHOICES.map(({ each, words }) => (
            <option key={words} value={String(each)}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <span className={styles['sum']}>{props.words}</span>
    </div>
  );
}
