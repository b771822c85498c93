import { useEffect, useRef } from 'react';
import { makeRows } from '../../core/swimlane/rows.ts';
import { runCommand, stepCursor } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { RunView } from '../store/state.ts';
import { createPanZoom, moveByKey } from './behaviours/pan-zoom.ts';
import { createPointer } from './behaviours/pointer.ts';
import { createOverviewDrag, createScrub } from './behaviours/scrub.ts';
import { Chip, type ChipHandle } from './Chip.tsx';
import { createStage, OVERVIEW_PX, RULER_PX, type Stage } from './stage.ts';
import styles from './timeline.module.css';
import { TimeSlider } from './TimeSlider.tsx';

/** The picture of one run. Renders once a run: cursor, hover and view go past React. */
export function Timeline({ run, name, onStage }: { readonly run: RunView; readonly name?: string; readonly onStage?: (stage: Stage | undefined) => void }) {
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
  const { rows, heightPx } = makeRows(run.trace);

  useEffect(() => {
    const all = { root: root.current, lanes: lanes.current, scene: scene.current, overlay: overlay.current, ruler: ruler.current, overview: overview.current };
    if (all.root === null || all.lanes === null || all.scene === null || all.overlay === null || all.ruler === null || all.overview === null) return;
    const made = createStage(all as Parameters<typeof createStage>[0], lab, run);
    stage.current = made;
    onStage?.(made);
    const get = () => stage.current;
    const behaviours = [
      createPanZoom(all.lanes, lab, get),
      createPointer(all.lanes, lab, get, (x, y) => chip.current?.at(x, y)),
      createScrub(all.ruler, lab, get),
      createOverviewDrag(all.overview, lab, get),
    ];
    return () => {
      for (const behaviour of behaviours) behaviour.destroy();
      made.destroy();
      stage.current = undefined;
      onStage?.(undefined);
    };
  }, [lab, run, onStage]);

  useEffect(() => {
    void theme;
    stage.current?.redraw();
  }, [theme]);

  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.ctrlKey || event.metaKey) return;
    const at = stage.current;
    if (at !== undefined && moveByKey(event.code, lab, at)) event.preventDefault();
    else if (event.key === 'ArrowRight' || event.key === 'ArrowLeft') {
      event.preventDefault();
      stepCursor(lab, (event.key === 'ArrowRight' ? 1 : -1) * (event.shiftKey ? 10 : 1), event.altKey);
    } else if (event.key === 'Home') runCommand(lab, 'start');
    else if (event.key === 'End') runCommand(lab, 'end');
    else if (event.key === ' ') {
      event.preventDefault();
      runCommand(lab, 'play');
    }
  };

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the picture takes the keys W A S D, arrows and Space
    // biome-ignore lint/a11y/noNoninteractiveElementInteractions: the same; every key has a button or a slider as its twin
    <section ref={root} className={styles['timeline']} aria-label={name ?? 'Timeline'} tabIndex={0} onKeyDown={onKeyDown}>
      <div className={styles['overviewRow']} style={{ height: OVERVIEW_PX }}>
        <div className={styles['gutter']}>
          <button type="button" className={styles['whole']} onClick={() => runCommand(lab, 'whole')}>
            Whole run
          </button>
        </div>
        <canvas ref={overview} className={styles['overview']} data-opaque="false" aria-hidden="true" />
      </div>
      <div className={styles['rulerRow']} style={{ height: RULER_PX }}>
        <div className={styles['gutter']}>
          <TimeSlider run={run} />
        </div>
        <canvas ref={ruler} className={styles['ruler']} aria-hidden="true" />
      </div>
      <div className={styles['body']} style={{ height: heightPx }}>
        <div className={styles['labels']} aria-hidden="true">
          {rows.map((row) => (
            <div key={row.id} className={styles['label']} style={{ top: row.topPx, height: row.heightPx }}>
              {row.kind === 'migration' ? <b>{row.host}</b> : null}
              <span>{row.title}</span>
            </div>
          ))}
        </div>
        <div ref={lanes} className={styles['lanes']} style={{ height: heightPx }}>
          <canvas ref={scene} data-opaque="true" aria-hidden="true" />
          <canvas ref={overlay} className={styles['overlay']} aria-hidden="true" />
          <Chip ref={chip} run={run} />
        </div>
      </div>
    </section>
  );
}
