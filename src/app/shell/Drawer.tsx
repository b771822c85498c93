import { lazy, type ReactNode, useEffect, useState } from 'react';
import { Search } from '../panels/orderings/Search.tsx';
import { StepList } from '../panels/StepList.tsx';
import { CompareButton, Takes } from '../panels/Takes.tsx';
import { useLabState } from '../store/context.ts';
import { Loaded } from '../store/Loaded.tsx';
import { listsOf } from '../store/selectors.ts';
import { ChoiceRow } from '../widgets/ChoiceRow.tsx';
import { useRoomy } from './Screen.tsx';
import styles from './shell.module.css';

const Orderings = lazy(() => import('../panels/orderings/Orderings.tsx').then((module) => ({ default: module.Orderings })));

const ImportLog = lazy(() => import('../panels/ImportLog.tsx').then((module) => ({ default: module.ImportLog })));

const Comparison = lazy(() => import('../panels/Comparison.tsx').then((module) => ({ default: module.Comparison })));

interface Tab {
  readonly id: string;
  readonly title: string;
  readonly body: ReactNode;
}

const STEPS: Tab = { id: 'steps', title: 'Steps and takes', body: <StepsAndTakes /> };
const ORDERINGS: Tab = {
  id: 'orderings',
  title: 'All orderings',
  body: (
    <Loaded>
      <Orderings />
    </Loaded>
  ),
};
const COMPARISON: Tab = {
  id: 'comparison',
  title: 'Comparison',
  body: (
    <Loaded meanwhile={<p className={styles['quiet']}>Comparing…</p>}>
      <Comparison />
    </Loaded>
  ),
};

/** The lists that can be edited and what was made of them; of a real log, which has no steps to move, how it was read. */
export function Drawer() {
  const run = useLabState((state) => state.run);
  const compareWith = useLabState((state) => state.compareWith);
  const [chosen, setOpen] = useState(STEPS.id);
  const tabs = compareWith === undefined ? [STEPS, ORDERINGS] : [STEPS, ORDERINGS, COMPARISON];
  const open = tabs.some((tab) => tab.id === chosen) ? chosen : STEPS.id;
  // A comparison that begins is what somebody wants to read.
  useEffect(() => setOpen(compareWith === undefined ? STEPS.id : COMPARISON.id), [compareWith]);
  useRoomy(run?.imported === undefined && open === ORDERINGS.id);
  if (run?.imported !== undefined)
    return (
      <Loaded>
        <ImportLog run={run} />
      </Loaded>
    );
  return (
    <section className={styles['drawer']} aria-label="Orderings">
      <div className={styles['drawerHead']}>
        <ChoiceRow kind="tablist" label="Drawer" choices={tabs} chosen={open} onChoose={setOpen} className={styles['tabs']} />
        <Search />
        <CompareButton />
      </div>
      {tabs.map((tab) => (
        <div
          key={tab.id}
          id={`panel-${tab.id}`}
          role="tabpanel"
          aria-labelledby={`tab-${tab.id}`}
          hidden={tab.id !== open}
          className={styles['drawerBody']}
        >
          {tab.body}
        </div>
      ))}
    </section>
  );
}

function StepsAndTakes() {
  // The ids as one text: a list made anew at each call would render at each change of the store.
  const ids = useLabState((state) =>
    listsOf(state)
      .map((list) => list.id)
      .join('\n'),
  ).split('\n');
  return (
    <div className={styles['lists']}>
      <div className={styles['columns']}>
        {ids.map((id) => (
          <StepList key={id} list={id} title={`${id.charAt(0).toUpperCase()}${id.slice(1)} steps`} />
        ))}
      </div>
      <Takes />
    </div>
  );
}
