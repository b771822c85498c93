import { lazy, useEffect } from 'react';
import { Inspector } from '../panels/Inspector.tsx';
import { Verdict } from '../panels/Verdict.tsx';
import { useLab, useLabState } from '../store/context.ts';
import { openFiles, openPasted } from '../store/files.ts';
import { Loaded } from '../store/Loaded.tsx';
import { comparedTake, laterInLog, logOf } from '../store/selectors.ts';
import { EventTable } from '../timeline/EventTable.tsx';
import { Timeline } from '../timeline/Timeline.tsx';
import { Alerts } from './Alerts.tsx';
import { Drawer } from './Drawer.tsx';
import { bindKeys } from './keyboard.ts';
import { Opening } from './Opening.tsx';
import { Screen } from './Screen.tsx';
import styles from './shell.module.css';
import { Toolbar } from './Toolbar.tsx';

const Palette = lazy(() => import('./Palette.tsx').then((module) => ({ default: module.Palette })));
const Gallery = lazy(() => import('../gallery/Gallery.tsx').then((module) => ({ default: module.Gallery })));
const Editor = lazy(() => import('../editor/Editor.tsx').then((module) => ({ default: module.Editor })));
const Machines = lazy(() => import('../panels/Machines.tsx').then((module) => ({ default: module.Machines })));
const Calibration = lazy(() => import('../panels/Calibration.tsx').then((module) => ({ default: module.Calibration })));
const Why = lazy(() => import('../panels/Why.tsx').then((module) => ({ default: module.Why })));
const DeviceConsole = lazy(() => import('../panels/DeviceConsole.tsx').then((module) => ({ default: module.DeviceConsole })));

export function App() {
  const lab = useLab();
  const dialog = useLabState((state) => state.dialog);

  useEffect(() => bindKeys(window, lab), [lab]);
  useEffect(() => bindFiles(lab), [lab]);

  return (
    <div className={styles['app']}>
      <Toolbar />
      <Alerts />
      <Opening />
      <Screen
        question={<Question />}
        middle={<Picture />}
        drawer={<Drawer />}
        side={
          <>
            <Verdict />
            <Loaded>
              <Calibration />
            </Loaded>
            <Inspector />
            <Loaded>
              <Why />
              <Machines />
              <DeviceConsole />
            </Loaded>
          </>
        }
      />
      <Spoken />
      <Loaded>
        {dialog === 'palette' ? <Palette /> : null}
        {dialog === 'gallery' ? <Gallery /> : null}
        {dialog === 'editor' ? <Editor /> : null}
      </Loaded>
    </div>
  );
}

/** What the story asks, and what to look for: the first thing that a newcomer reads. */
function Question() {
  const scenario = useLabState((state) => state.scenario);
  const reader = useLabState((state) => {
    const origin = state.run?.trace.origin;
    return origin?.kind === 'imported' ? origin.reader : undefined;
  });
  const [question, lookFor] = reader === undefined ? [scenario.question, scenario.about?.lookFor] : importWords(reader);
  return (
    <p className={styles['question']}>
      <b>{question}</b> {lookFor === undefined ? null : <span>{lookFor}</span>}
    </p>
  );
}

/** What an imported trace is, and what can be said of it. */
function importWords(reader: string): readonly [string, string] {
  return reader === 'chrome'
    ? [
        'A trace of another program.',
        'Its tracks are lanes here: to be searched, measured and moved about in. Choose a story to run again.',
      ]
    : [
        'Real logs on the emulator’s lanes.',
        'Nothing audits a real guest: what is said of it is what the rules read in the trace. Choose a story to run again.',
      ];
}

/** The present run; beside a take its picture stands below, on the same axis and with the same cursor in time. */
function Picture() {
  const run = useLabState((state) => state.run);
  const compared = useLabState(comparedTake);
  const log = useLabState(logOf);
  const table = useLabState((state) => state.table);
  if (run === undefined) return <EmptyPicture />;
  return (
    <>
      <Timeline run={run} />
      <EventTable run={run} shown={table} />
      {compared === undefined ? null : (
        <>
          <h2 className={styles['takeTitle']}>B: {compared.name}</h2>
          <Timeline run={compared.run} follows={run} label="Timeline of B" />
        </>
      )}
      {log === undefined ? null : (
        <>
          <h2 className={styles['takeTitle']}>Log: {log.trace.origin.kind === 'imported' ? log.trace.origin.files.join(', ') : ''}</h2>
          <Timeline run={log} follows={run} laterNanos={laterInLog(run, log)} label="Timeline of the log" />
        </>
      )}
    </>
  );
}

function EmptyPicture() {
  const happenings = useLabState((state) => state.happenings);
  return (
    <section aria-label="Timeline" className={styles['empty']}>
      <p>Two hosts, one device on each, and the migration between them: running{happenings > 0 ? ` (${happenings} happenings)` : ''}…</p>
    </section>
  );
}

function Spoken() {
  const spoken = useLabState((state) => state.spoken);
  return (
    <div role="status" className="unseen">
      {spoken}
    </div>
  );
}

/** Files dropped anywhere, and text that is pasted outside of a field. */
function bindFiles(lab: ReturnType<typeof useLab>): () => void {
  const over = (event: DragEvent) => {
    if (event.dataTransfer?.types.includes('Files') === true) event.preventDefault();
  };
  const drop = (event: DragEvent) => {
    if (event.dataTransfer === null || event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    void openFiles(lab, [...event.dataTransfer.files]);
  };
  const paste = (event: ClipboardEvent) => {
    if (event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement) return;
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (text.trim() !== '') void openPasted(lab, text);
  };
  const life = new AbortController();
  const { signal } = life;
  window.addEventListener('dragover', over, { signal });
  window.addEventListener('drop', drop, { signal });
  window.addEventListener('paste', paste, { signal });
  return () => life.abort();
}
