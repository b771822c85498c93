import { editsBetween } from '../../core/scenario/edits.ts';
import type { RunView } from '../store/state.ts';
import styles from './panels.module.css';

const ROW_PX = 22;
const WIRE_PX = 64;

/** Two orders of one list side by side; a step that moved is a line from its old to its new place. */
export function Orders({ a, b }: { readonly a: RunView; readonly b: RunView }) {
  const moved = new Set(
    editsBetween(b.ordering, a.ordering).flatMap((edit) => (edit.kind === 'move' ? edit.steps.map((step) => `${edit.list}/${step}`) : [])),
  );
  return (
    <div className={styles['orders']}>
      {Object.keys(a.ordering.lists).map((list) => {
        const left = b.ordering.lists[list] ?? [];
        const right = a.ordering.lists[list] ?? [];
        const height = Math.max(left.length, right.length) * ROW_PX;
        return (
          <div key={list}>
            <h2>{list}: B → A</h2>
            <div className={styles['order']}>
              <ol>
                {left.map((step) => (
                  <li key={step} data-moved={moved.has(`${list}/${step}`)} data-skipped={b.ordering.skipped.includes(`${list}/${step}`)}>
                    {step}
                  </li>
                ))}
              </ol>
              <svg width={WIRE_PX} height={height} aria-hidden="true">
                {left.map((step, i) => {
                  const to = right.indexOf(step);
                  if (to < 0) return null;
                  const [y0, y1] = [i * ROW_PX + ROW_PX / 2, to * ROW_PX + ROW_PX / 2];
                  return (
                    <path
                      key={step}
                      d={`M0 ${y0} C${WIRE_PX / 2} ${y0} ${WIRE_PX / 2} ${y1} ${WIRE_PX} ${y1}`}
                      data-moved={moved.has(`${list}/${step}`)}
                    />
                  );
                })}
              </svg>
              <ol>
                {right.map((step) => (
                  <li key={step} data-moved={moved.has(`${list}/${step}`)} data-skipped={a.ordering.skipped.includes(`${list}/${step}`)}>
                    {step}
                  </li>
                ))}
              </ol>
            </div>
          </div>
        );
      })}
    </div>
  );
}
