import { type RefObject, useEffect, useRef, useState } from 'react';
import { makeRows } from '../../core/swimlane/rows.ts';
import type { Nanos } from '../../core/trace/time.ts';
import { runCommand, stepCursor } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { RunView } from '../store/state.ts';
import { createPanZoom, moveByKey } from './behaviours/pan-zoom.ts';
import { createPointer } from './behaviours/pointer.ts';
import { createOverviewDrag, createScrub } from './behaviours/scrub.ts';
import { Chip, type ChipHandle } from './Chip.tsx';
import { Crumbs } from './Crumbs.tsx';
import { FindBar } from './FindBar.tsx';
import { LaneLabels } from './LaneLabels.tsx';
import { countRender } from './renders.ts';
import { createStage, OVERVIEW_PX, RULER_PX, rulerPx, type Stage, type StageElements } from './stage.ts';
import { TimeSlider } from './TimeSlider.tsx';
import styles from './timeline.module.css';

/** Keys of the picture by code or name; each is a command with a name, too. */
const KEYS: ReadonlyMap<string, string> = new Map([
  ['Digit1', 'marker-a'],
  ['Digit2', 'marker-b'],
  ['Digit3', 'markers-off'],
  ['KeyF', 'zoom-selection'],
  ['KeyN', 'next-problem'],
  ['KeyP', 'previous-problem'],
  ['Backspace', 'view-back'],
  ['KeyO', 'narrow'],
  ['KeyG', 'divergence'],
  ['KeyJ', 'play-back'],
  ['KeyK', 'stop'],
  ['KeyL', 'play-on'],
  ['Period', 'next-kind'],
  ['Comma', 'previous-kind'],
  ['BracketLeft', 'cause'],
  ['BracketRight', 'effect'],
]);

/**
 * The picture of one run. Renders once a run: cursor, hover and view go past React. A picture that `follows` another
 * run shares its view and shows its cursor at the same time, or so much later as its own clock is.
 */
export function Timeline({
  run,
  follows,
  laterNanos = 0,
  label = 'Timeline',
}: {
  readonly run: RunView;
  readonly follows?: RunView;
  readonly laterNanos?: Nanos;
  readonly label?: string;
}) {
  countRender();
  const lab = useLab();
  const root = useRef<HTMLElement>(null);
  const lanes = useRef<HTMLDivElement>(null);
  const scene = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const ruler = useRef<HTMLCanvasElement>(null);
  const overview = useRef<HTMLCanvasElement>(null);
  const knob = useRef<HTMLDivElement>(null);
  const chip = useRef<ChipHandle>(null);
  const hint = useRef<HTMLParagraphElement>(null);
  const stage = useRef<Stage | undefined>(undefined);
  const theme = useLabState((state) => state.theme);
  const choice = useLabState((state) => state.lanes);
  const body = useRef<HTMLDivElement>(null);
  const roomPx = useRoom(body);
  const { rows, heightPx } = makeRows(run.trace, choice, roomPx);
  const rulerHeightPx = rulerPx(run);

  useEffect(() => {
    void choice;
    const all = {
      root: root.current,
      lanes: lanes.current,
      scene: scene.current,
      overlay: overlay.current,
      ruler: ruler.current,
      overview: overview.current,
      knob: knob.current,
    };
    if (all.root === null || all.knob === null || all.lanes === null || all.scene === null || all.overlay === null || all.ruler === null)
      return;
    const made = createStage(all as StageElements, lab, run, roomPx, follows === undefined ? undefined : { run: follows, laterNanos });
    stage.current = made;
    const get = () => stage.current;
    const hintAtWheel = () => {
      if (hint.current === null || !firstWheel()) return;
      const words = hint.current;
      words.hidden = false;
      setTimeout(() => {
        words.hidden = true;
      }, HINT_MS);
    };
    const behaviours = [createPanZoom(all.lanes, lab, get, hintAtWheel), createScrub(all.ruler, lab, get)];
    if (follows !== undefined) behaviours.push(createScrub(all.lanes, lab, get));
    else behaviours.push(createPointer(all.lanes, lab, get, (x, y) => chip.current?.at(x, y)));
    if (all.overview !== null) behaviours.push(createOverviewDrag(all.overview, lab, get));
    return () => {
      for (const behaviour of behaviours) behaviour.destroy();
      made.destroy();
      stage.current = undefined;
    };
  }, [lab, run, follows, laterNanos, choice, roomPx]);

  useEffect(() => {
    void theme;
    stage.current?.redraw();
  }, [theme]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLButtonElement) return;
    if (event.ctrlKey && (event.key === 'ArrowRight' || event.key === 'ArrowLeft')) {
      event.preventDefault();
      runCommand(lab, event.key === 'ArrowRight' ? 'next-change' : 'previous-change');
      return;
    }
    if (event.ctrlKey || event.metaKey) return;
    const at = stage.current;
    if (at !== undefined && moveByKey(event.code, lab, at)) event.preventDefault();
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      event.preventDefault();
      stepCursor(lab, (event.key === 'ArrowRight' ? 1 : -1) * (event.shiftKey ? 10 : 1), event.altKey);
    } else if (KEYS.has(event.code) || KEYS.has(event.key)) {
      event.preventDefault();
      const id = KEYS.get(event.code) ?? KEYS.get(event.key) ?? '';
      runCommand(lab, id === 'view-back' && event.shiftKey ? 'view-forth' : id);
    } else if (event.key === 'Home') runCommand(lab, 'start');
    else if (event.key === 'End') runCommand(lab, 'end');
    else if (event.key === ' ') {
      event.preventDefault();
      runCommand(lab, 'play');
    }
  };

  return (
    <section
      ref={root}
      className={styles['timeline']}
      aria-label={label}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture takes the keys W A S D, arrows and Space; each has a button or slider as its twin
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {follows === undefined ? <FindBar run={run} /> : null}
      {follows === undefined ? <OverviewRow canvas={overview} run={run} /> : null}
      <div className={styles['rulerRow']}>
        <div className={styles['gutter']} data-part="ruler" style={{ gridTemplateRows: `${RULER_PX}px auto` }}>
          {follows === undefined ? (
            <TimeSlider run={run} />
          ) : (
            <span className={styles['same']}>{laterNanos === 0 ? 'same time' : 'its own clock'}</span>
          )}
          {rulerHeightPx > RULER_PX ? (
            <span className={styles['problems']} aria-hidden="true">
              Problems
            </span>
          ) : null}
        </div>
        <div className={styles['rulerBox']} style={{ height: rulerHeightPx }}>
          <canvas ref={ruler} className={styles['ruler']} aria-hidden="true" />
          <div ref={knob} className={styles['knob']} aria-hidden="true" hidden>
            <span />
          </div>
        </div>
      </div>
      {/* Lanes that do not all fit are scrolled by keys, too. */}
      <div
        ref={body}
        className={styles['body']}
        {...(roomPx !== undefined && heightPx > roomPx
          ? { tabIndex: 0, role: 'group', 'aria-label': 'Lanes, scrolled by up and down' }
          : {})}
      >
        <LaneLabels rows={rows} heightPx={heightPx} />
        <div ref={lanes} className={styles['lanes']} style={{ height: heightPx }}>
          <canvas ref={scene} data-opaque="true" aria-hidden="true" />
          <canvas ref={overlay} className={styles['overlay']} aria-hidden="true" />
          {follows === undefined ? <Chip ref={chip} run={run} /> : null}
          <p ref={hint} className={styles['hint']} role="note" hidden>
            Wheel: the lanes. Ctrl + wheel or two fingers: zoom. Shift + wheel: along the time.
          </p>
        </div>
      </div>
    </section>
  );
}

const HINT_MS = 6_000;
const WHEEL_KNOWN = 'switchover.wheel';

/** Whether nobody has turned the wheel on this page before; asked once, it is known. */
function firstWheel(): boolean {
  try {
    if (localStorage.getItem(WHEEL_KNOWN) !== null) return false;
    localStorage.setItem(WHEEL_KNOWN, 'yes');
    return true;
  } catch {
    // No storage, no hint: it would come at every visit.
    return false;
  }
}

/**
 * Height that the lanes may take, in steps, so that pulling a border does not lay them out anew at each pixel.
 * Undefined where the page scrolls as a whole and the lanes take what they want.
 */
function useRoom(body: RefObject<HTMLDivElement | null>): number | undefined {
  const [roomPx, setRoom] = useState<number>();
  useEffect(() => {
    const element = body.current;
    if (element === null) return;
    const observer = new ResizeObserver(([entry]) => {
      const bounded = getComputedStyle(element).overflowY !== 'visible';
      setRoom(entry !== undefined && bounded ? Math.floor(entry.contentRect.height / 4) * 4 : undefined);
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [body]);
  return roomPx;
}

function OverviewRow({ canvas, run }: { readonly canvas: RefObject<HTMLCanvasElement | null>; readonly run: RunView }) {
  const lab = useLab();
  return (
    <div className={styles['overviewRow']} style={{ height: OVERVIEW_PX }}>
      <div className={styles['gutter']}>
        <button type="button" className={styles['whole']} onClick={() => runCommand(lab, 'whole')}>
          Whole run
        </button>
        <button type="button" className={styles['whole']} onClick={() => runCommand(lab, 'play')}>
          Play
        </button>
        <button type="button" className={styles['whole']} onClick={() => runCommand(lab, 'table')}>
          Table
        </button>
      </div>
      <div className={styles['overviewBox']}>
        <canvas ref={canvas} className={styles['overview']} aria-hidden="true" />
        <Crumbs run={run} />
      </div>
    </div>
  );
}
