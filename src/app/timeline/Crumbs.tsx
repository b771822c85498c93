import { useSyncExternalStore } from 'react';
import { makeAxis } from '../../core/swimlane/axis.ts';
import { printNanos } from '../../core/trace/time.ts';
import { backToCrumb, narrowOverview } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { RunView } from '../store/state.ts';
import { countRender } from './renders.ts';
import styles from './timeline.module.css';

/** Where the overview was narrowed to, widest first; each leads back. Renders when a crumb comes or goes, and not while the view moves. */
export function Crumbs({ run }: { readonly run: RunView }) {
  countRender();
  const lab = useLab();
  const kind = useLabState((state) => state.axis);
  const crumbs = useSyncExternalStore(lab.playhead.subscribe, () => lab.playhead.get().crumbs);
  const axis = makeAxis(run.trace, kind);
  return (
    <nav className={styles['crumbs']} aria-label="Nested zoom">
      {crumbs.length === 0 ? null : (
        <button type="button" onClick={() => backToCrumb(lab, -1)}>
          Whole
        </button>
      )}
      {crumbs.map((crumb, at) => (
        <button
          key={`${crumb.from} ${crumb.to}`}
          type="button"
          aria-current={at === crumbs.length - 1 ? 'true' : undefined}
          onClick={() => backToCrumb(lab, at)}
        >
          › {printNanos(axis.nanosAt(crumb.from))} + {printNanos(axis.nanosAt(crumb.to) - axis.nanosAt(crumb.from))}
        </button>
      ))}
      <button
        type="button"
        className={styles['narrow']}
        title="The overview shows what is in view now (O)"
        onClick={() => narrowOverview(lab)}
      >
        Narrow
      </button>
    </nav>
  );
}
