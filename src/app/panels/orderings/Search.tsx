import { useRef, useState } from 'react';
import { thousands } from '../../../core/base/thousands.ts';
import type { Nearest, NoneNear } from '../../../core/explore/nearest.ts';
import type { Exploration } from '../../../core/explore/report.ts';
import { applyEdit, nameOfEdits, type OrderingEdit } from '../../../core/scenario/edits.ts';
import type { Scenario } from '../../../core/scenario/scenario.ts';
import { classWord } from '../../../core/trace/audit.ts';
import { useLab, useLabState } from '../../store/context.ts';
import type { Lab } from '../../store/lab.ts';
import styles from './orderings.module.css';

type Goal = 'safe' | 'bad' | 'shrink';

/** Between two moves of an answer, so that each can be followed by eye. */
const PACE_MS = 450;

interface Work {
  readonly topic: 'nearest' | 'explore';
  readonly words: string;
}

/**
 * Ways from the present order to another one, each found by running orders: the fewest moves to a safe one or to a bad
 * one, the fewest edits that still fail, any bad one of all. Always there; without an answer they say so.
 */
export function Search() {
  const lab = useLab();
  const runClass = useLabState((state) => state.run?.audit?.class);
  const [work, setWork] = useState<Work>();
  const [words, setWords] = useState('');
  /** All orderings of the scenario, decided once; the next press shows the next kind of bad one. */
  const bad = useRef<{ readonly of: Scenario; readonly exploration: Exploration; next: number }>(undefined);
  const safe = runClass === 'sound' || runClass === 'equivalent';

  const find = async (goal: Goal) => {
    if (goal !== 'bad' && safe)
      return setWords(goal === 'safe' ? 'This order is safe already.' : 'This order does not fail: there is nothing to shrink.');
    if (goal === 'bad' && !safe) return setWords('This order is bad already: Make safe first, or Shrink it.');
    setWords('');
    const { scenario, ordering } = lab.store.getState();
    const outcome = await lab.port.nearest(scenario, ordering, goal, (runs, _, edits) => {
      setWork({ topic: 'nearest', words: `${runs} runs` });
      if (edits !== undefined)
        setWords(`Still fails with ${edits.length} ${edits.length === 1 ? 'edit' : 'edits'}: ${nameOfEdits(edits)}…`);
    });
    setWork(undefined);
    if (outcome.kind === 'failed') setWords(outcome.message);
    if (outcome.kind !== 'nearest') return;
    const { nearest } = outcome;
    if (nearest === undefined) return setWords('This order does not fail: there is nothing to shrink.');
    if (!('ordering' in nearest)) return setWords(noneWords(goal, nearest));
    setWords(foundWords(goal, nearest));
    if (goal === 'shrink') lab.setOrdering(nearest.ordering);
    else await follow(lab, nearest.edits);
  };

  const findAny = async () => {
    setWords('');
    const { scenario, ordering } = lab.store.getState();
    if (bad.current?.of !== scenario) {
      const outcome = await lab.port.explore(scenario, (states) => setWork({ topic: 'explore', words: `${thousands(states)} states` }));
      setWork(undefined);
      if (outcome.kind === 'failed') setWords(`${outcome.message}. Find the shortest bad one needs less.`);
      if (outcome.kind !== 'explored') return;
      bad.current = { of: scenario, exploration: outcome.exploration, next: 0 };
    }
    const { exploration, next } = bad.current;
    const one = exploration.bad[next % Math.max(1, exploration.bad.length)];
    if (one === undefined) return setWords(`There is no bad one: all ${thousands(exploration.orderings)} orders were decided.`);
    bad.current.next = next + 1;
    const more =
      exploration.bad.length > 1
        ? ` Kind ${(next % exploration.bad.length) + 1} of ${exploration.bad.length}: press again for the next.`
        : '';
    setWords(`${classWord(one.class)}${one.kinds.length === 0 ? '' : ` (${one.kinds.join(', ')})`}.${more}`);
    lab.setOrdering({ ...ordering, lists: one.ordering });
  };

  const busy = work !== undefined;
  return (
    <div className={styles['search']}>
      <button type="button" disabled={busy} onClick={() => void find('safe')} title="The fewest moves to a safe order">
        Make safe
      </button>
      <button type="button" disabled={busy} onClick={() => void find('shrink')} title="The fewest edits that still fail">
        Shrink
      </button>
      <button type="button" disabled={busy} onClick={() => void findAny()} title="One order of each way to fail, out of all">
        Find a bad one
      </button>
      <button type="button" disabled={busy} onClick={() => void find('bad')} title="The fewest moves from here to a bad order">
        Find the shortest bad one
      </button>
      {work === undefined ? null : (
        <button type="button" onClick={() => lab.port.cancel(work.topic)}>
          Stop ({work.words})
        </button>
      )}
      <p className={styles['found']} role="status">
        {words}
      </p>
    </div>
  );
}

function noneWords(goal: Goal, { edits, runs, limited, decided }: NoneNear): string {
  const what = goal === 'safe' ? 'safe' : 'bad';
  if (decided !== undefined) return `No ${what} order at all: all ${thousands(decided)} orderings were decided.`;
  return limited
    ? `No ${what} order within ${edits} ${edits === 1 ? 'move' : 'moves'}; the search ended at its limit of ${thousands(runs)} runs. Decide all answers exactly.`
    : `No ${what} order at all: ${thousands(runs)} were run, and there are no more.`;
}

function foundWords(goal: Goal, { edits, fewest }: Nearest): string {
  const moves = `${edits.length} ${edits.length === 1 ? 'edit' : 'edits'}`;
  if (goal !== 'shrink') return `${moves} away: ${nameOfEdits(edits)}.`;
  const least = fewest ? '' : ' None of them can be left out alone; fewer were not looked for, since there are too many.';
  return `${moves} of this order still ${edits.length === 1 ? 'fails' : 'fail'}: ${nameOfEdits(edits)}.${least}`;
}

/** One move after the other, each of them an edit that can be undone. */
async function follow(lab: Lab, edits: readonly OrderingEdit[]): Promise<void> {
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches;
  for (const [i, edit] of edits.entries()) {
    if (i > 0 && !still) await new Promise((done) => setTimeout(done, PACE_MS));
    lab.setOrdering(applyEdit(lab.store.getState().ordering, edit));
  }
}
