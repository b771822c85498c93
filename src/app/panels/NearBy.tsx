import { useState } from 'react';
import { applyEdit, nameOfEdits, type OrderingEdit } from '../../core/scenario/edits.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { Lab } from '../store/create-lab.ts';
import styles from './panels.module.css';

type Goal = 'safe' | 'bad' | 'shrink';

/** Between two moves of an answer, so that each can be followed by eye. */
const PACE_MS = 450;

/** The fewest moves to a safe order, to a bad one, and the fewest edits that still fail: each found by running orderings. */
export function NearBy() {
  const lab = useLab();
  const runClass = useLabState((state) => state.run?.audit?.class);
  const [runs, setRuns] = useState<number>();
  const [words, setWords] = useState('');
  const safe = runClass === 'sound' || runClass === 'equivalent';

  const find = async (goal: Goal) => {
    setWords('');
    setRuns(0);
    const { scenario, ordering } = lab.store.getState();
    const outcome = await lab.port.nearest(scenario, ordering, goal, setRuns);
    setRuns(undefined);
    if (outcome.kind === 'failed') setWords(outcome.message);
    if (outcome.kind !== 'nearest') return;
    const { nearest } = outcome;
    if (nearest === undefined) return setWords('This order does not fail: there is nothing to shrink.');
    if (!('ordering' in nearest)) return setWords(noneWords(goal, nearest));
    setWords(foundWords(goal, nearest.edits));
    if (goal === 'shrink') lab.setOrdering(nearest.ordering);
    else await follow(lab, nearest.edits);
  };

  return (
    <div className={styles['nearBy']}>
      <button type="button" disabled={safe || runs !== undefined} onClick={() => void find('safe')}>
        Make safe
      </button>
      <button type="button" disabled={safe || runs !== undefined} onClick={() => void find('shrink')}>
        Shrink
      </button>
      <button type="button" disabled={!safe || runs !== undefined} onClick={() => void find('bad')}>
        Find the shortest bad one
      </button>
      {runs === undefined ? null : (
        <button type="button" onClick={() => lab.port.cancel('nearest')}>
          Stop ({runs} runs)
        </button>
      )}
      <p className={styles['quiet']} role="status">
        {words}
      </p>
    </div>
  );
}

function noneWords(goal: Goal, none: { readonly edits: number; readonly runs: number; readonly limited: boolean }): string {
  const what = goal === 'safe' ? 'safe' : 'bad';
  return none.limited
    ? `No ${what} order within ${none.edits} ${none.edits === 1 ? 'move' : 'moves'}; the search ended at its limit of ${none.runs} runs.`
    : `No ${what} order at all: ${none.runs} were run, and there are no more.`;
}

function foundWords(goal: Goal, edits: readonly OrderingEdit[]): string {
  const moves = `${edits.length} ${edits.length === 1 ? 'edit' : 'edits'}`;
  if (goal === 'shrink') return `${moves} of this order still ${edits.length === 1 ? 'fails' : 'fail'}: ${nameOfEdits(edits)}.`;
  return `${moves} away: ${nameOfEdits(edits)}.`;
}

/** One move after the other, each of them an edit that can be undone. */
async function follow(lab: Lab, edits: readonly OrderingEdit[]): Promise<void> {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  for (const [i, edit] of edits.entries()) {
    if (i > 0 && !still) await new Promise((done) => setTimeout(done, PACE_MS));
    lab.setOrdering(applyEdit(lab.store.getState().ordering, edit));
  }
}
