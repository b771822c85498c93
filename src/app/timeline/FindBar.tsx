import { useEffect, useRef, useState } from 'react';
import { thousands } from '../../core/base/thousands.ts';
import { findEvents, isEmpty, parseQuery } from '../../core/trace/query.ts';
import { printNanos } from '../../core/trace/time.ts';
import { useLab } from '../store/context.ts';
import { moveCursor } from '../store/cursor.ts';
import { type Found, NOTHING_FOUND } from '../store/playhead.ts';
import type { RunView } from '../store/state.ts';
import { AxisSwitch } from './AxisSwitch.tsx';
import { Differences } from './Differences.tsx';
import { LaneMenu } from './LaneMenu.tsx';
import { countRender } from './renders.ts';
import styles from './timeline.module.css';

/** Milliseconds of searching between two frames. */
const SLICE_MS = 8;
/** Milliseconds between two words about how many were found so far. */
const TELL_MS = 100;
/** Traces up to so many events are searched in one slice. */
const SHORT = 20_000;

/** Find events while typing, choose lanes, and read the time between the markers. */
export function FindBar({ run }: { readonly run: RunView }) {
  countRender();
  const lab = useLab();
  const [text, setText] = useState('');
  const [count, setCount] = useState<{ readonly found: number; readonly done: boolean }>();
  const delta = useRef<HTMLSpanElement>(null);

  useEffect(() => {
    const query = parseQuery(text);
    lab.playhead.set({ found: NOTHING_FOUND });
    if (isEmpty(query)) {
      setCount(undefined);
      return;
    }
    const pieces = findEvents(run.trace, query);
    let timer: ReturnType<typeof setTimeout>;
    let told = performance.now();
    const go = () => {
      const until = performance.now() + SLICE_MS;
      let found: Found = NOTHING_FOUND;
      let done = false;
      while (!done && (run.trace.length < SHORT || performance.now() < until)) {
        const piece = pieces.next();
        if (piece.done === true) done = true;
        else found = piece.value;
      }
      if (found !== NOTHING_FOUND && (done || performance.now() - told > TELL_MS)) {
        told = performance.now();
        lab.playhead.set({ found });
        setCount({ found: found.length, done });
      } else if (done) setCount({ found: lab.playhead.get().found.length, done });
      if (!done) timer = setTimeout(go);
    };
    timer = setTimeout(go);
    return () => clearTimeout(timer);
  }, [lab, run, text]);

  useEffect(() => {
    const tell = () => {
      if (delta.current !== null) delta.current.textContent = deltaOf(run, lab.playhead.get().markers);
    };
    tell();
    return lab.playhead.subscribe((now, before) => {
      if (now.markers !== before.markers) tell();
    });
  }, [lab, run]);

  const jump = (by: 1 | -1) => {
    const { found, cursor } = lab.playhead.get();
    const next = nextFound(found, cursor, by);
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
        {count === undefined ? '' : `${thousands(count.found)} found${count.done ? '' : '…'}`}
      </span>
      <span ref={delta} className={styles['found']} />
      <Differences />
      <AxisSwitch />
      <LaneMenu run={run} />
    </div>
  );
}

function deltaOf(run: RunView, { a, b }: { readonly a: number | undefined; readonly b: number | undefined }): string {
  if (a !== undefined && b !== undefined)
    return `A to B: ${printNanos(Math.abs((run.trace.at[b] as number) - (run.trace.at[a] as number)))}`;
  return a !== undefined ? 'A is set' : b !== undefined ? 'B is set' : '';
}

/** The next found event after (or before) an event, by bisection; from the other end where there is none. */
function nextFound({ seqs, length }: Found, cursor: number, by: 1 | -1): number | undefined {
  if (length === 0) return undefined;
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((seqs[middle] as number) < cursor + (by > 0 ? 1 : 0)) low = middle + 1;
    else high = middle;
  }
  if (by > 0) return seqs[low < length ? low : 0];
  return seqs[low > 0 ? low - 1 : length - 1];
}
