import { thousands } from '../../core/base/thousands.ts';
import type { Note } from '../../core/trace/trace.ts';
import { alignByLogs, alignByMarkers } from '../store/clocks.ts';
import { useLab } from '../store/context.ts';
import type { ImportedRun } from '../store/state.ts';
import styles from './panels.module.css';

/** How the lines of the files were understood (the counts add up to the files), what is to be said of them, and their clocks. */
export function ImportLog({ run }: { readonly run: ImportedRun }) {
  const { lines, texts } = run.imported;
  const ignored = Object.entries(lines.ignored);
  const details = ignored.reduce((sum, [, lines]) => sum + lines, 0);
  return (
    <section aria-label="Import log" className={styles['importLog']}>
      <div>
        <h2>Import log</h2>
        <dl className={styles['figures']}>
          <Figure name="Lines" value={lines.total} />
          <Figure name="Understood" value={lines.understood} />
          <Figure name="Details" value={details} />
          <Figure name="Not understood" value={lines.text} />
        </dl>
        <p className={styles['quiet']}>
          Details and lines that were not understood stand on the lane “Other lines”, as they are in the file.
        </p>
        <Clocks run={run} />
      </div>
      <Notes notes={run.trace.notes} />
      <Kinds title="Not understood" name="Lines not understood" kinds={texts} none="Every line was understood." />
      <Kinds title="Details, by rule" name="Lines that are details" kinds={ignored} none="No line is a detail of another." />
    </section>
  );
}

function Figure({ name, value }: { readonly name: string; readonly value: number }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{thousands(value)}</dd>
    </div>
  );
}

function Clocks({ run }: { readonly run: ImportedRun }) {
  const lab = useLab();
  if (new Set(run.trace.lanes.map((lane) => lane.host)).size < 2) return null;
  return (
    <p className={styles['buttons']}>
      <button type="button" title="Markers A (key 1) and B (key 2) on events of two hosts" onClick={() => alignByMarkers(lab)}>
        These two are one
      </button>
      {run.imported.byHand.size === 0 ? null : (
        <button type="button" onClick={() => alignByLogs(lab)}>
          Clocks by the logs
        </button>
      )}
    </p>
  );
}

function Notes({ notes }: { readonly notes: readonly Note[] }) {
  return (
    <div>
      <h2>Files and clocks</h2>
      {notes.length === 0 ? <p className={styles['quiet']}>Nothing to be said.</p> : null}
      <ul aria-label="Notes" className={styles['kinds']}>
        {notes.map((note) => (
          <li key={`${note.where}${note.message}`}>
            {note.where === undefined ? null : <b>{note.where} </b>}
            <span>{note.message}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}

interface KindsProps {
  readonly title: string;
  readonly name: string;
  readonly kinds: readonly (readonly [string, number])[];
  readonly none: string;
}

function Kinds({ title, name, kinds, none }: KindsProps) {
  return (
    <div>
      <h2>{title}</h2>
      {kinds.length === 0 ? <p className={styles['quiet']}>{none}</p> : null}
      <ul aria-label={name} className={styles['kinds']}>
        {kinds.map(([kind, lines]) => (
          <li key={kind}>
            <b>{thousands(lines)}</b> <span>{kind}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
