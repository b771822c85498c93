import { useEffect, useRef, useState } from 'react';
import { findEvents, isEmpty, parseQuery } from '../../core/trace/query.ts';
import { printNanos } from '../../core/trace/time.ts';
import { moveCursor } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { RunView } from '../store/state.ts';
import { AxisSwitch } from './AxisSwitch.tsx';
import styles from './timeline.module.css';

/** Lanes in the menu; the search reaches all. */
const MOST_LISTED = 1_000;

/** Milliseconds of searching between two frames. */
const SLICE_MS = 6;

/** Find events while typing, choose lanes, and read the time between the markers. */
export function FindBar({ run }: { readonly run: RunView }) {
  const lab = useLab();
  const [text, setText] = useState('');
  const [count, setCount] = useState<{ readonly found: number; readonly done: boolean }>();
  const delta = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const query = parseQuery(text);
    if (isEmpty(query)) {
      lab.playhead.set({ found: [] });
      setCount(undefined);
      return;
    }
    const pieces = findEvents(run.trace, query);
    let timer: ReturnType<typeof setTimeout>;
    // Short traces are done in one slice; long ones show what is found so far, and let frames through.
    const short = run.trace.length < 20_000;
    const go = () => {
      const until = performance.now() + SLICE_MS;
      let found: readonly number[] = [];
      let done = false;
      while (!done && (short || performance.now() < until)) {
        const piece = pieces.next();
        if (piece.done === true) done = true;
        else found = piece.value;
      }
      if (found.length > 0) lab.playhead.set({ found: [...found] });
      setCount({ found: lab.playhead.get().found.length, done });
      if (!done) timer = setTimeout(go);
    };
    lab.playhead.set({ found: [] });
    timer = setTimeout(go);
    return () => clearTimeout(timer);
  }, [lab, run, text]);

  useEffect(() => {
    const tell = () => {
      const { a, b } = lab.playhead.get().markers;
      if (delta.current === null) return;
      const at = (seq: number) => run.trace.at[seq] as number;
      delta.current.textContent =
        a === undefined && b === undefined
          ? ''
          : a === undefined || b === undefined
            ? a === undefined
              ? 'B is set'
              : 'A is set'
            : `A to B: ${printNanos(Math.abs(at(b) - at(a)))}`;
    };
    tell();
    return lab.playhead.subscribe((now, before) => {
      if (now.markers !== before.markers) tell();
    });
  }, [lab, run]);

  const jump = (by: 1 | -1) => {
    const { found, cursor } = lab.playhead.get();
    const next = by > 0 ? (found.find((seq) => seq > cursor) ?? found[0]) : (found.findLast((seq) => seq < cursor) ?? found.at(-1));
    if (next !== undefined) moveCursor(lab, next, true);
  };

  return (
    <div className={styles['findBar']}>
      <input
        type="search"
        aria-label="Find events"
        placeholder="Find: words, kind:ioctl, errno:EINVAL, page:0x1f"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key !== 'Enter') return;
          event.preventDefault();
          jump(event.shiftKey ? -1 : 1);
        }}
      />
      <button type="button" disabled={(count?.found ?? 0) === 0} aria-label="Previous found" onClick={() => jump(-1)}>
        ‹
      </button>
      <button type="button" disabled={(count?.found ?? 0) === 0} aria-label="Next found" onClick={() => jump(1)}>
        ›
      </button>
      <span className={styles['found']} role="status">
        {count === undefined ? '' : `${count.found.toLocaleString('en')} found${count.done ? '' : '…'}`}
      </span>
      <span ref={delta} className={styles['found']} />
      <AxisSwitch />
      <LaneMenu run={run} />
    </div>
  );
}

/** Which lanes are shown, and which stand on top. */
function LaneMenu({ run }: { readonly run: RunView }) {
  const lab = useLab();
  const choice = useLabState((state) => state.lanes);
  const toggle = (list: 'hidden' | 'pinned', id: string) => {
    const has = choice[list].includes(id);
    lab.store.setState({ lanes: { ...choice, [list]: has ? choice[list].filter((one) => one !== id) : [...choice[list], id] } });
  };
  return (
    <details className={styles['laneMenu']}>
      <summary>Lanes</summary>
      <ul aria-label="Lanes">
        {run.trace.lanes.slice(0, MOST_LISTED).map((lane) => (
          <li key={lane.id}>
            <label>
              <input type="checkbox" checked={!choice.hidden.includes(lane.id)} onChange={() => toggle('hidden', lane.id)} />
              {lane.host}: {lane.title}
            </label>
            <button
              type="button"
              aria-pressed={choice.pinned.includes(lane.id)}
              aria-label={`Pin ${lane.host}: ${lane.title}`}
              onClick={() => toggle('pinned', lane.id)}
            >
              Pin
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
