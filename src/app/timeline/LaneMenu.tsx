import { useState } from 'react';
import { type LaneChoice, movedLane, toggled } from '../../core/swimlane/lane-choice.ts';
import { makeRows } from '../../core/swimlane/rows.ts';
import type { Lane } from '../../core/trace/trace.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { RunView } from '../store/state.ts';
import styles from './timeline.module.css';

/** Lanes in the menu; the search reaches all. */
const MOST_LISTED = 1_000;

/** Which lanes are shown, which stand on top, and in what order. Its list is there only while it is open. */
export function LaneMenu({ run }: { readonly run: RunView }) {
  const [open, setOpen] = useState(false);
  return (
    <details
      className={styles['laneMenu']}
      onToggle={(event) => setOpen(event.currentTarget.open)}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !event.currentTarget.open) return;
        event.currentTarget.open = false;
        event.currentTarget.querySelector('summary')?.focus();
      }}
    >
      <summary>Lanes</summary>
      {open ? <LaneList run={run} /> : null}
    </details>
  );
}

function LaneList({ run }: { readonly run: RunView }) {
  const lab = useLab();
  const choice = useLabState((state) => state.lanes);
  const choose = (lanes: LaneChoice) => lab.store.setState({ lanes });
  const { rows } = makeRows(run.trace, choice);
  const shown = rows.flatMap((row) => (row.lane < 0 ? [] : [run.trace.lanes[row.lane] as Lane]));
  const rest = run.trace.lanes.filter((lane) => choice.hidden.includes(lane.id) && !shown.includes(lane));
  return (
    <ul aria-label="Lanes">
      {(choice.values ?? []).map((value) => (
        <li key={`value ${value}`}>
          <label>
            <input type="checkbox" checked onChange={() => choose(toggled(choice, 'values', value))} />
            Value: {value}
          </label>
        </li>
      ))}
      {[...shown, ...rest].slice(0, MOST_LISTED).map((lane) => {
        const name = `${lane.host}: ${lane.title}`;
        return (
          <li key={lane.id}>
            <label>
              <input
                type="checkbox"
                checked={!choice.hidden.includes(lane.id)}
                onChange={() => choose(toggled(choice, 'hidden', lane.id))}
              />
              {name}
            </label>
            <span>
              <button type="button" aria-label={`Move ${name} up`} onClick={() => choose(movedLane(choice, rows, lane.id, -1))}>
                ↑
              </button>
              <button type="button" aria-label={`Move ${name} down`} onClick={() => choose(movedLane(choice, rows, lane.id, 1))}>
                ↓
              </button>
              <button
                type="button"
                aria-pressed={choice.pinned.includes(lane.id)}
                aria-label={`Pin ${name}`}
                onClick={() => choose(toggled(choice, 'pinned', lane.id))}
              >
                Pin
              </button>
            </span>
          </li>
        );
      })}
    </ul>
  );
}
