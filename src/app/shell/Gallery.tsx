import { useEffect, useRef, useState } from 'react';
import { useLab } from '../store/context.ts';
import { openUrl } from '../store/files.ts';
import styles from './shell.module.css';

interface Entry {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly source: string;
  readonly lesson: string;
}

/** Documented bugs, each in its wrong and its right order, in the order in which they teach best. */
export function Gallery() {
  const lab = useLab();
  const dialog = useRef<HTMLDialogElement>(null);
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [problem, setProblem] = useState('');
  const close = () => lab.store.setState({ dialog: undefined });

  useEffect(() => {
    dialog.current?.showModal();
    fetch('examples/gallery/index.json')
      .then(async (answer) => {
        if (!answer.ok) throw new Error(`status ${answer.status}`);
        setEntries((await answer.json()) as readonly Entry[]);
      })
      .catch((error: unknown) =>
        setProblem(`The gallery could not be loaded (${String(error)}). Its files are in public/examples/gallery.`),
      );
  }, []);

  const show = (entry: Entry, order: 'wrong' | 'right') => {
    close();
    void openUrl(lab, `examples/gallery/${entry.id}.${order}.json`);
  };

  return (
    <dialog ref={dialog} className={styles['gallery']} aria-label="Gallery" onClose={close}>
      <header>
        <h2>Documented bugs</h2>
        <button type="button" onClick={close}>
          Close
        </button>
      </header>
      <p className={styles['lookFor']}>
        Real ordering bugs of live migration, written down as scenario files. The verdict of each comes out of its run: open the wrong
        order, read what broke, then drag the step to where it belongs, or open the right one.
      </p>
      {problem === '' ? null : <p role="alert">{problem}</p>}
      <ol aria-label="Gallery entries">
        {entries.map((entry) => (
          <li key={entry.id}>
            <h3>{entry.title}</h3>
            <p>{entry.question}</p>
            <p className={styles['lookFor']}>
              {entry.lesson} <cite>{entry.source}</cite>
            </p>
            <div className={styles['group']}>
              <button type="button" aria-label={`Wrong order: ${entry.title}`} onClick={() => show(entry, 'wrong')}>
                Wrong order
              </button>
              <button type="button" aria-label={`Right order: ${entry.title}`} onClick={() => show(entry, 'right')}>
                Right order
              </button>
            </div>
          </li>
        ))}
      </ol>
    </dialog>
  );
}
