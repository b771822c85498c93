import { type PointerEvent, useRef } from 'react';
import { movedLane } from '../../core/swimlane/lane-choice.ts';
import type { Row } from '../../core/swimlane/rows.ts';
import { useLab } from '../store/context.ts';
import { countRender } from './renders.ts';
import styles from './timeline.module.css';

/** Pixels that a press may wander and still be a press. */
const STILL_PX = 4;

/** Names of the lanes; pulled up or down they change places with their neighbours. The menu of lanes does the same by keys. */
export function LaneLabels({ rows, heightPx }: { readonly rows: readonly Row[]; readonly heightPx: number }) {
  countRender();
  const lab = useLab();
  const held = useRef<{ readonly row: Row; readonly y: number } | undefined>(undefined);
  const line = useRef<HTMLDivElement>(null);
  const steps = rows.some((row) => row.kind === 'migration');

  /** Places that the held lane would move by. */
  const placesAt = (event: PointerEvent): number => {
    const grip = held.current;
    if (grip === undefined || Math.abs(event.clientY - grip.y) < STILL_PX) return 0;
    const middle = grip.row.topPx + grip.row.heightPx / 2 + event.clientY - grip.y;
    const pinned = lab.store.getState().lanes.pinned;
    const mates = rows.filter((row) => row.host === grip.row.host && pinned.includes(row.id) === pinned.includes(grip.row.id));
    const now = mates.indexOf(grip.row);
    const over = mates.findLastIndex((row) => row.topPx + row.heightPx / 2 <= middle);
    return over < now ? over + 1 - now : over - now;
  };
  const move = (event: PointerEvent) => {
    const bar = line.current;
    const grip = held.current;
    if (bar === null || grip === undefined) return;
    const by = placesAt(event);
    bar.hidden = by === 0;
    const target = rows[rows.indexOf(grip.row) + by];
    if (target !== undefined) bar.style.top = `${by < 0 ? target.topPx : target.topPx + target.heightPx}px`;
  };
  const drop = (event: PointerEvent) => {
    const grip = held.current;
    const by = placesAt(event);
    held.current = undefined;
    if (line.current !== null) line.current.hidden = true;
    if (grip === undefined || by === 0) return;
    lab.store.setState((state) => ({ lanes: movedLane(state.lanes, rows, grip.row.id, by) }));
  };

  return (
    <div className={styles['labels']} style={{ height: heightPx }} aria-hidden="true">
      {rows.map((row) => (
        <div
          key={row.id}
          className={styles['label']}
          title={row.title}
          style={{ top: row.topPx, height: row.heightPx }}
          onPointerDown={(event) => {
            if (event.button !== 0) return;
            event.currentTarget.setPointerCapture(event.pointerId);
            held.current = { row, y: event.clientY };
          }}
          onPointerMove={move}
          onPointerUp={drop}
          onPointerCancel={() => {
            held.current = undefined;
            if (line.current !== null) line.current.hidden = true;
          }}
        >
          {row.kind === 'migration' || (!steps && row.first) ? <b>{row.host}</b> : null}
          <span className={styles['long']}>{row.title}</span>
          <span className={styles['short']}>{row.shortTitle}</span>
        </div>
      ))}
      <div ref={line} className={styles['dropLine']} hidden />
    </div>
  );
}
