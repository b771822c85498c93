import { useState } from 'react';
import type { SlotOutcome } from '../../core/emulator/slots.ts';
import type { Exploration } from '../../core/explore/report.ts';
import type { RunClass } from '../../core/trace/audit.ts';
import { printNanos } from '../../core/trace/time.ts';
import { useLab, useLabState } from '../store/context.ts';
import { classWord, VerdictIcon } from '../widgets/VerdictIcon.tsx';
import styles from './panels.module.css';

/** Row of the matrix: a step, and what each slot of its list does. */
interface Row {
  readonly list: string;
  readonly step: string;
  readonly slots: ReadonlyMap<number, SlotOutcome>;
}

/** Every ordering decided by emulation: how many are safe, what every safe one must keep, and the best. */
export function AllOrderings() {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const [answer, setAnswer] = useState<{ readonly of: string; readonly exploration: Exploration }>();
  const [states, setStates] = useState<number>();
  const [problem, setProblem] = useState('');
  const [matrix, setMatrix] = useState<readonly Row[]>([]);

  const decide = async () => {
    setProblem('');
    setStates(0);
    const outcome = await lab.port.explore(scenario, setStates);
    setStates(undefined);
    if (outcome.kind === 'failed')
      setProblem(`${outcome.message}. Pin steps in the scenario file ("pinned": true), or use the command line.`);
    if (outcome.kind !== 'explored') return;
    setAnswer({ of: scenario.id, exploration: outcome.exploration });
    lab.say(`${outcome.exploration.orderings} orderings, ${outcome.exploration.safe} safe.`);
  };
  const swap = async () => {
    const { ordering } = lab.store.getState();
    setMatrix([]);
    for (const [list, ids] of Object.entries(ordering.lists)) {
      for (const step of ids) {
        const slots = new Map<number, SlotOutcome>();
        const wish = { topic: 'matrix', scenario, ordering, list, step, seed: scenario.seed ?? 1 };
        const outcome = await lab.port.slots(wish, (slot) => slots.set(slot.slot, slot));
        if (outcome.kind !== 'slots') return;
        setMatrix((rows) => [...rows, { list, step, slots }]);
      }
    }
  };
  const exploration = answer?.of === scenario.id ? answer.exploration : undefined;
  return (
    <section className={styles['allOrderings']} aria-label="All orderings">
      <div className={styles['row']}>
        {states === undefined ? (
          <button type="button" onClick={() => void decide()}>
            Decide all
          </button>
        ) : (
          <button type="button" onClick={() => lab.port.cancel('explore')}>
            Stop ({states} states)
          </button>
        )}
        <button type="button" onClick={() => void swap()}>
          Swap matrix
        </button>
      </div>
      {problem === '' ? null : <p role="alert">{problem}</p>}
      {exploration === undefined ? null : <Answer exploration={exploration} />}
      {matrix.length === 0 ? null : <Matrix rows={matrix} />}
    </section>
  );
}

function Answer({ exploration }: { readonly exploration: Exploration }) {
  const lab = useLab();
  const put = (lists: { readonly [list: string]: readonly string[] }) => lab.setOrdering({ ...lab.store.getState().ordering, lists });
  const [worst] = exploration.bad;
  return (
    <>
      <p>
        <b>{Number(exploration.orderings).toLocaleString('en')}</b> orderings, <b>{Number(exploration.safe).toLocaleString('en')}</b> safe;
        decided by {exploration.states.toLocaleString('en')} distinct states in {(exploration.elapsedMs / 1_000).toFixed(1)} s.
      </p>
      <ul className={styles['counts']} aria-label="By class">
        {Object.entries(exploration.byClass).map(([name, count]) => (
          <li key={name}>
            <VerdictIcon runClass={name as RunClass} /> <span>{Number(count).toLocaleString('en')}</span>
          </li>
        ))}
      </ul>
      <h3>What every safe ordering keeps {exploration.sufficient ? '(and that suffices)' : '(needed, not sufficient)'}</h3>
      <ol className={styles['required']} aria-label="Required pairs">
        {exploration.required.map((pair) => (
          <li key={`${pair.before} ${pair.after}`}>
            <b>
              {pair.before} before {pair.after.split('/')[1]}
            </b>
            <button
              type="button"
              className={styles['finding']}
              onClick={() => put({ ...lab.store.getState().ordering.lists, [pair.before.split('/')[0] ?? '']: pair.counterexample })}
            >
              Otherwise: {pair.because}
            </button>
          </li>
        ))}
      </ol>
      <h3>Safe, and beaten by nobody</h3>
      <ul className={styles['required']} aria-label="Best orderings">
        {exploration.best.map((best) => (
          <li key={`${best.downtimeNanos} ${best.bytesSent}`}>
            <button type="button" className={styles['finding']} onClick={() => put(best.ordering)}>
              Downtime {printNanos(best.downtimeNanos)}, {(best.bytesSent / 2 ** 20).toFixed(1)} MiB:{' '}
              {Object.values(best.ordering)[0]?.join(', ')}
            </button>
          </li>
        ))}
      </ul>
      {worst === undefined ? null : (
        <button type="button" onClick={() => put(worst.ordering)}>
          Find a bad one ({classWord(worst.class)})
        </button>
      )}
    </>
  );
}

function Matrix({ rows }: { readonly rows: readonly Row[] }) {
  const lab = useLab();
  const most = Math.max(...rows.map((row) => row.slots.size));
  return (
    <div className={styles['matrixBox']}>
      <table className={styles['matrix']} aria-label="Swap matrix">
        <thead>
          <tr>
            <th scope="col">moved to place</th>
            {Array.from({ length: most }, (_, slot) => (
              <th key={`slot ${slot + 1}`} scope="col">
                {slot + 1}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.list}/${row.step}`}>
              <th scope="row">
                {row.list}/{row.step}
              </th>
              {Array.from({ length: row.slots.size }, (_, slot) => {
                const outcome = row.slots.get(slot);
                const before = (lab.store.getState().ordering.lists[row.list] ?? []).filter((id) => id !== row.step)[slot] ?? 'end';
                return (
                  <td key={`slot ${slot + 1}`}>
                    <button
                      type="button"
                      title={outcome?.sentence}
                      aria-label={`${row.step} at place ${slot + 1}: ${outcome?.outcome === 'commutes' ? 'no effect' : classWord(outcome?.class ?? 'sound')}`}
                      data-class={outcome?.outcome === 'commutes' ? 'commutes' : outcome?.class}
                      onClick={() => lab.edit({ kind: 'move', list: row.list, steps: [row.step], before })}
                    >
                      {outcome?.outcome === 'commutes'
                        ? '='
                        : {
                            equivalent: '○',
                            sound: '✓',
                            'fails-cleanly': '›',
                            'fails-badly': '»',
                            'silent-corruption': '✕',
                            impossible: '⊘',
                          }[outcome?.class ?? 'sound']}
                    </button>
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
