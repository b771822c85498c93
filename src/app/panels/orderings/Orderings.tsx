import { lazy, useRef, useState } from 'react';
import { magnitude, thousands } from '../../../core/base/thousands.ts';
import type { Exploration } from '../../../core/explore/report.ts';
import type { Sample } from '../../../core/explore/sample.ts';
import { type DecidedSoFar, useLab, useLabState } from '../../store/context.ts';
import { Loaded } from '../../store/Loaded.tsx';
import { ChoiceRow } from '../../widgets/ChoiceRow.tsx';
import { Answer } from './Answer.tsx';
import { ForecastLine, useForecast } from './Forecast.tsx';
import { Matrix } from './Matrix.tsx';
import styles from './orderings.module.css';
import { Running, type SearchState } from './Running.tsx';
import { Sum } from './Sum.tsx';
import { useVisible } from './visible.ts';

const Lattice = lazy(() => import('./Lattice.tsx').then((module) => ({ default: module.Lattice })));
const RequiredPairs = lazy(() => import('./RequiredPairs.tsx').then((module) => ({ default: module.RequiredPairs })));

const VIEWS = [
  { id: 'matrix', title: 'Swap matrix' },
  { id: 'pairs', title: 'Required pairs' },
  { id: 'counts', title: 'Counts and best' },
  { id: 'lattice', title: 'Lattice' },
] as const;
type View = (typeof VIEWS)[number]['id'];

/** Every ordering decided by emulation, seen four ways: near the present one, as pairs to keep, as counts, as states. */
export function Orderings() {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const [answer, setAnswer] = useState<{ readonly of: unknown; readonly exploration: Exploration }>();
  const [running, setRunning] = useState<SearchState>();
  const [problem, setProblem] = useState('');
  const [view, setView] = useState<View>('matrix');
  const panel = useRef<HTMLElement>(null);
  const exploration = answer?.of === scenario ? answer.exploration : undefined;
  const forecast = useForecast(scenario, useVisible(panel) && exploration === undefined && running === undefined);

  const decide = async (sample?: Sample) => {
    setProblem('');
    const began = performance.now();
    const sampling = sample !== undefined;
    setRunning({ began, now: began, states: 0, decided: undefined, sampling });
    const tell = (states: number, decided: DecidedSoFar | undefined) =>
      setRunning({ began, now: performance.now(), states, decided, sampling });
    const outcome = await lab.port.explore(scenario, tell, sample);
    setRunning(undefined);
    if (outcome.kind === 'failed') setProblem(`${outcome.message}. Pin steps in the scenario ("pinned": true), or use the command line.`);
    if (outcome.kind !== 'explored') return;
    setAnswer({ of: scenario, exploration: outcome.exploration });
    if (outcome.exploration.complete && !sampling) lab.store.setState({ kept: { of: scenario, pairs: outcome.exploration.required } });
    setView((now) => (sampling ? 'counts' : now === 'matrix' ? 'pairs' : now));
    lab.say(`${sampling ? 'Sampled: ' : ''}${outcome.exploration.orderings} orderings, ${outcome.exploration.safe} safe.`);
  };
  return (
    <section ref={panel} className={styles['panel']} aria-label="All orderings">
      <div className={styles['head']}>
        <ChoiceRow
          kind="radiogroup"
          label="View of the orderings"
          choices={VIEWS}
          chosen={view}
          onChoose={setView}
          className={styles['views']}
        />
        {running === undefined ? (
          <button type="button" className={styles['decide']} onClick={() => void decide()}>
            {exploration?.complete !== true && forecast?.exceeds === true ? 'Decide as many as the limit allows' : 'Decide all'}
          </button>
        ) : (
          <button type="button" className={styles['decide']} onClick={() => lab.port.cancel('explore')}>
            Stop
            <span className={styles['soFar']}> ({soFarWords(running)})</span>
          </button>
        )}
        {exploration === undefined || running !== undefined ? null : <Sum exploration={exploration} />}
      </div>
      {running !== undefined ? <Running search={running} forecast={forecast} /> : null}
      {running === undefined && (exploration === undefined || exploration.sampled !== undefined) ? (
        <ForecastLine forecast={forecast} onSample={(sample) => void decide(sample)} />
      ) : null}
      {problem === '' ? null : <p role="alert">{problem}</p>}
      {view === 'matrix' ? <Matrix /> : null}
      <Loaded meanwhile={<p className={styles['quiet']}>Drawing…</p>}>
        {view === 'lattice' ? <Lattice decided={exploration} /> : null}
        {view === 'pairs' && exploration !== undefined ? <RequiredPairs exploration={exploration} /> : null}
      </Loaded>
      {view === 'counts' && exploration !== undefined ? <Answer exploration={exploration} /> : null}
      {(view === 'pairs' || view === 'counts') && exploration === undefined && running === undefined ? (
        <p className={styles['quiet']}>
          Nothing is decided yet. Decide all runs every order of the movable steps, equal states merged, and nothing is taken from a list of
          rules.
        </p>
      ) : null}
    </section>
  );
}

function soFarWords({ states, decided, sampling }: SearchState): string {
  if (decided === undefined) return `${thousands(states)} states`;
  return `${magnitude(decided.orderings)} of ${magnitude(decided.of)} ${sampling ? 'drawn' : 'decided'} so far`;
}
