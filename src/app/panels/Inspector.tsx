import { useEffect, useRef } from 'react';
import { sentenceOf } from '../../core/swimlane/labels.ts';
import type { WorldState } from '../../core/trace/state-at.ts';
import { printNanos } from '../../core/trace/time.ts';
import { eventAt, rawLineAt } from '../../core/trace/trace.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { RunView } from '../store/state.ts';
import { paintPageMap } from './page-map.ts';
import styles from './panels.module.css';
import { stateGroups } from './state-rows.ts';

/** The state at the cursor, before and after the event there. Filled without React while the cursor moves. */
export function Inspector() {
  const lab = useLab();
  const run = useLabState((state) => state.run);
  const theme = useLabState((state) => state.theme);
  const head = useRef<HTMLParagraphElement>(null);
  const args = useRef<HTMLDListElement>(null);
  const raw = useRef<HTMLDivElement>(null);
  const table = useRef<HTMLTableElement>(null);
  const map = useRef<HTMLCanvasElement>(null);
  const caption = useRef<HTMLParagraphElement>(null);

  useEffect(() => {
    if (run === undefined) return;
    void theme;
    let asked = 0;
    const draw = () => {
      asked = 0;
      const { cursor } = lab.playhead.get();
      const before = run.states.at(cursor - 1).world;
      const { world, map: pages } = run.states.at(cursor);
      if (head.current !== null) head.current.textContent = headOf(run, cursor);
      if (args.current !== null) fillArgs(args.current, run, cursor);
      if (raw.current !== null) fillRaw(raw.current, run, cursor);
      if (table.current !== null) fillState(table.current, before, world);
      if (map.current !== null && caption.current !== null) caption.current.textContent = paintPageMap(map.current, pages);
    };
    const ask = () => {
      if (asked === 0) asked = requestAnimationFrame(draw);
    };
    ask();
    const stop = lab.playhead.subscribe((now, past) => {
      if (now.cursor !== past.cursor) ask();
    });
    return () => {
      cancelAnimationFrame(asked);
      stop();
    };
  }, [lab, run, theme]);

  return (
    <section aria-label="Inspector" className={styles['panel']}>
      <h2 className={styles['title']}>At the cursor</h2>
      <p ref={head} className={styles['head']} />
      <dl ref={args} className={styles['args']} />
      <div ref={raw} className={styles['raw']} />
      <table ref={table} className={styles['state']} aria-label="State at the cursor">
        <thead>
          <tr>
            <th scope="col">State</th>
            <th scope="col">Before</th>
            <th scope="col">After</th>
          </tr>
        </thead>
      </table>
      <h2>Guest pages on the target</h2>
      <canvas
        ref={map}
        className={styles['pageMap']}
        width={320}
        height={96}
        role="img"
        aria-label="Page map: which pages are current on the target"
      />
      <p className={styles['legend']}>
        <span data-key="good">current</span>
        <span data-key="stale">stale</span>
        <span data-key="dirty">known to be dirty</span>
        <span data-key="none">not there yet</span>
      </p>
      <p ref={caption} className={styles['quiet']} />
    </section>
  );
}

function headOf(run: RunView, cursor: number): string {
  if (cursor < 0) return 'Before the first event.';
  const event = eventAt(run.trace, cursor);
  const lane = run.trace.lanes[event.lane];
  return `#${cursor} at ${printNanos(event.atNanos)} on the ${lane?.host}: ${sentenceOf(event)}`;
}

/** Of an event that was read from a file: which, the line in it, and that as it stands there. */
function fillRaw(place: HTMLElement, run: RunView, cursor: number): void {
  place.replaceChildren();
  const line = cursor < 0 ? undefined : rawLineAt(run.trace, cursor);
  if (line === undefined) return;
  const where = document.createElement('b');
  const text = document.createElement('code');
  where.textContent = `${line.file}:${line.line}`;
  text.textContent = line.text;
  place.append(where, text);
}

/** The call as it was passed: numbers in hexadecimal where the field is one by nature. */
function fillArgs(list: HTMLElement, run: RunView, cursor: number): void {
  list.replaceChildren();
  if (cursor < 0) return;
  const event = eventAt(run.trace, cursor);
  for (const [name, value] of Object.entries(event.args)) {
    // The line and its text stand below, as they are in the file.
    if (name === 'pages' || value === null || (run.trace.raw !== undefined && (name === 'line' || name === 'text'))) continue;
    const row = document.createElement('div');
    const term = document.createElement('dt');
    const words = document.createElement('dd');
    term.textContent = name;
    words.textContent =
      typeof value === 'number' && /number|offset|addr/.test(name)
        ? `0x${value.toString(16)}`
        : Array.isArray(value)
          ? value.join(', ')
          : String(value);
    row.append(term, words);
    list.append(row);
  }
}

/** A value that the event changed stands as was and is; one that it left alone stands once, over both columns. */
function fillState(table: HTMLTableElement, before: WorldState, after: WorldState): void {
  const past = new Map(stateGroups(before).map((group) => [group.title, new Map(group.rows)]));
  const bodies = stateGroups(after).map((group) => {
    const body = document.createElement('tbody');
    const head = body.insertRow();
    head.append(cell('th', group.title, { scope: 'rowgroup', colSpan: 3 }));
    for (const [name, value] of group.rows) {
      const was = past.get(group.title)?.get(name) ?? '';
      const row = body.insertRow();
      row.dataset['changed'] = String(was !== value);
      row.append(cell('th', name, { scope: 'row' }));
      if (was === value) row.append(cell('td', value, { colSpan: 2 }));
      else row.append(cell('td', was), cell('td', value));
    }
    return body;
  });
  for (const old of [...table.tBodies]) old.remove();
  table.append(...bodies);
}

function cell(tag: 'th' | 'td', text: string, more: { readonly scope?: string; readonly colSpan?: number } = {}): HTMLTableCellElement {
  return Object.assign(document.createElement(tag), { textContent: text }, more);
}
