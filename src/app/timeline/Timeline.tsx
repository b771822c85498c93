import { type RefObject, useEffect, useRef, useState } from 'react';
import { makeRows } from '../../core/swimlane/rows.ts';
import { runCommand, stepCursor } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { RunView } from '../store/state.ts';
import { createPanZoom, moveByKey } from './behaviours/pan-zoom.ts';
import { createPointer } from './behaviours/pointer.ts';
import { createOverviewDrag, createScrub } from './behaviours/scrub.ts';
import { Chip, type ChipHandle } from './Chip.tsx';
import { FindBar } from './FindBar.tsx';
import { createStage, OVERVIEW_PX, RULER_PX, type Stage, type StageElements } from './stage.ts';
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
]);

/**
 * The picture of one run. Renders once a run: cursor, hover and view go past React. A picture that `follows` another
 * run shares its view and shows its cursor at the same time.
 */
export function Timeline({ run, follows }: { readonly run: RunView; readonly follows?: RunView }) {
  const lab = useLab();
  const root = useRef<HTMLElement>(null);
  const lanes = useRef<HTMLDivElement>(null);
  const scene = useRef<HTMLCanvasElement>(null);
  const overlay = useRef<HTMLCanvasElement>(null);
  const ruler = useRef<HTMLCanvasElement>(null);
  const overview = useRef<HTMLCanvasElement>(null);
  const chip = useRef<ChipHandle>(null);
  const stage = useRef<Stage | undefined>(undefined);
  const theme = useLabState((state) => state.theme);
  const choice = useLabState((state) => state.lanes);
  const body = useRef<HTMLDivElement>(null);
  const roomPx = useRoom(body);
  const { rows, heightPx } = makeRows(run.trace, choice, roomPx);

  useEffect(() => {
    void choice;
    const all = {
      root: root.current,
      lanes: lanes.current,
      scene: scene.current,
      overlay: overlay.current,
      ruler: ruler.current,
      overview: overview.current,
    };
    if (all.root === null || all.lanes === null || all.scene === null || all.overlay === null || all.ruler === null) return;
    const made = createStage(all as StageElements, lab, run, roomPx, follows);
    stage.current = made;
    const get = () => stage.current;
    const behaviours = [createPanZoom(all.lanes, lab, get), createScrub(all.ruler, lab, get)];
    if (follows !== undefined) behaviours.push(createScrub(all.lanes, lab, get));
    else behaviours.push(createPointer(all.lanes, lab, get, (x, y) => chip.current?.at(x, y)));
    if (all.overview !== null) behaviours.push(createOverviewDrag(all.overview, lab, get));
    return () => {
      for (const behaviour of behaviours) behaviour.destroy();
      made.destroy();
      stage.current = undefined;
    };
  }, [lab, run, follows, choice, roomPx]);

  useEffect(() => {
    void theme;
    stage.current?.redraw();
  }, [theme]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLButtonElement || event.ctrlKey || event.metaKey) return;
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
      aria-label={follows === undefined ? 'Timeline' : 'Timeline of B'}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture takes the keys W A S D, arrows and Space; each has a button or slider as its twin
      tabIndex={0}
      onKeyDown={onKeyDown}
    >
      {follows === undefined ? <FindBar run={run} /> : null}
      {follows === undefined ? <OverviewRow canvas={overview} /> : null}
      <div className={styles['rulerRow']} style={{ height: RULER_PX }}>
        <div className={styles['gutter']}>
          {follows === undefined ? <TimeSlider run={run} /> : <span className={styles['same']}>same time</span>}
        </div>
        <canvas ref={ruler} className={styles['ruler']} aria-hidden="true" />
      </div>
      <div ref={body} className={styles['body']}>
        <div className={styles['labels']} style={{ height: heightPx }} aria-hidden="true">
          {rows.map((row) => (
            <div key={row.id} className={styles['label']} style={{ top: row.topPx, height: row.heightPx }}>
              {row.kind === 'migration' ? <b>{row.host}</b> : null}
              <span className={styles['long']}>{row.title}</span>
              <span className={styles['short']}>{row.shortTitle}</span>
            </div>
          ))}
        </div>
        <div ref={lanes} className={styles['lanes']} style={{ height: heightPx }}>
          <canvas ref={scene} data-opaque="true" aria-hidden="true" />
          <canvas ref={overlay} className={styles['overlay']} aria-hidden="true" />
          {follows === undefined ? <Chip ref={chip} run={run} /> : null}
        </div>
      </div>
    </section>
  );
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

function OverviewRow({ canvas }: { readonly canvas: RefObject<HTMLCanvasElement | null> }) {
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
      <canvas ref={canvas} className={styles['overview']} data-opaque="false" aria-hidden="true" />
    </div>
  );
}
