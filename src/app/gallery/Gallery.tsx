import { useEffect, useRef, useState } from 'react';
import { orderingOf } from '../../core/scenario/ordering.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import { printNanos } from '../../core/trace/time.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { Lab } from '../store/lab.ts';
import { classSign, VerdictIcon } from '../widgets/VerdictIcon.tsx';
import { differenceOf, type Entry, entriesWith, loadEntries, type Ran, runEntry, SIDES, type Side } from './entries.ts';
import styles from './gallery.module.css';

type Results = ReadonlyMap<string, Ran>;

/** Documented bugs in the order in which they teach best, each with what its wrong and its right order come to. */
export function Gallery() {
  const lab = useLab();
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLOListElement>(null);
  const scenario = useLabState((state) => state.scenario);
  const [entries, setEntries] = useState<readonly Entry[]>([]);
  const [chosen, setChosen] = useState('');
  const [words, setWords] = useState('');
  const [problem, setProblem] = useState('');
  const some = entriesWith(entries, words);
  const at = Math.max(
    0,
    some.findIndex((one) => one.id === chosen),
  );
  const entry = some[at];
  const results = useResults(lab, entries, entry);
  const close = () => lab.store.setState({ dialog: undefined });

  useEffect(() => {
    dialog.current?.showModal();
    loadEntries().then(
      (all) => {
        setEntries(all);
        // Whoever comes back goes on where they were.
        setChosen(all.find((one) => scenario.id.startsWith(one.id.slice(0, 3)))?.id ?? '');
      },
      (error: unknown) => setProblem(`The gallery could not be loaded (${String(error)}). Its files are in public/examples/gallery.`),
    );
  }, []);

  const go = (index: number) => {
    const next = Math.max(0, Math.min(some.length - 1, index));
    setChosen(some[next]?.id ?? '');
    list.current?.querySelectorAll('button')[next]?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  return (
    <dialog ref={dialog} className={styles['gallery']} aria-label="Gallery" onClose={close}>
      <header>
        <h2>Documented bugs</h2>
        <p>Real ordering bugs of live migration as scenario files. Every verdict here was reached just now, by running the file.</p>
        <input
          type="search"
          aria-label="Filter the entries"
          placeholder="Filter: vhost, post-copy, lock"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <button type="button" onClick={close}>
          Close
        </button>
      </header>
      {problem === '' ? null : <p role="alert">{problem}</p>}
      <div className={styles['body']}>
        <ol ref={list} aria-label="Gallery entries">
          {some.map((one, i) => (
            <li key={one.id}>
              <button
                type="button"
                aria-current={i === at ? 'true' : undefined}
                onClick={() => setChosen(one.id)}
                onKeyDown={(event) => {
                  const by = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
                  if (by === 0) return;
                  event.preventDefault();
                  go(i + by);
                  list.current?.querySelectorAll('button')[i + by]?.focus();
                }}
              >
                <span className={styles['number']}>{entries.indexOf(one) + 1}</span>
                <span className={styles['name']}>{one.title}</span>
                <Signs results={results} entry={one} />
              </button>
            </li>
          ))}
        </ol>
        {entry === undefined ? null : <Shown key={entry.id} entry={entry} results={results} onClose={close} />}
        {entries.length === 0 || some.length > 0 ? null : (
          <p className={styles['none']}>No entry holds “{words.trim()}”. Titles, questions, lessons and sources are searched.</p>
        )}
      </div>
      <footer>
        <button type="button" disabled={at === 0} onClick={() => go(at - 1)}>
          ← Previous
        </button>
        <span role="status">
          {some.length === 0 ? '' : `${at + 1} of ${some.length}`}
          {words.trim() === '' ? '' : ` with “${words.trim()}”`}
        </span>
        <button type="button" disabled={at >= some.length - 1} onClick={() => go(at + 1)}>
          Next →
        </button>
      </footer>
    </dialog>
  );
}

/** Both verdicts as signs. */
function Signs({ results, entry }: { readonly results: Results; readonly entry: Entry }) {
  const signs = SIDES.map((side) => {
    const ran = results.get(`${entry.id} ${side}`);
    return ran === undefined ? '·' : ran.problem === undefined ? classSign(ran.audit.class) : '?';
  });
  return (
    <span className={styles['signs']} aria-hidden="true">
      {signs.join(' → ')}
    </span>
  );
}

function Shown({ entry, results, onClose }: { readonly entry: Entry; readonly results: Results; readonly onClose: () => void }) {
  const lab = useLab();
  const wrong = results.get(`${entry.id} wrong`);
  const right = results.get(`${entry.id} right`);
  const both = wrong?.problem === undefined && right?.problem === undefined ? [wrong?.scenario, right?.scenario] : [];
  const [a, b] = both;
  const about = a?.about;
  return (
    <article className={styles['shown']} aria-label={entry.title}>
      <h3>{entry.title}</h3>
      <p className={styles['question']}>{entry.question}</p>
      <div className={styles['sides']}>
        {SIDES.map((side) => (
          <Order
            key={side}
            side={side}
            entry={entry}
            ran={results.get(`${entry.id} ${side}`)}
            onOpen={(scenario) => {
              lab.open(scenario);
              onClose();
            }}
          />
        ))}
      </div>
      {a === undefined || b === undefined ? null : (
        <p className={styles['differs']}>
          {differenceOf(a, b)}{' '}
          <button type="button" onClick={() => void compare(lab, a, b, onClose)}>
            Compare both
          </button>
        </p>
      )}
      <dl>
        <dt>What to look for</dt>
        <dd>{about?.lookFor ?? entry.lesson}</dd>
        <dt>Source</dt>
        <dd>
          <cite>{about?.source ?? entry.source}</cite>
        </dd>
      </dl>
    </article>
  );
}

const SIDE_WORDS: { readonly [side in Side]: { readonly title: string; readonly open: string } } = {
  wrong: { title: 'As it was', open: 'Wrong order' },
  right: { title: 'As it was fixed', open: 'Right order' },
};

function Order(props: {
  readonly side: Side;
  readonly entry: Entry;
  readonly ran: Ran | undefined;
  readonly onOpen: (scenario: Scenario) => void;
}) {
  const { side, entry, ran } = props;
  const words = SIDE_WORDS[side];
  return (
    <section className={styles['side']} data-class={ran?.problem === undefined ? ran?.audit.class : undefined} aria-label={words.title}>
      <h4>{words.title}</h4>
      {ran === undefined ? (
        <p>Running…</p>
      ) : ran.problem !== undefined ? (
        <p role="alert">{ran.problem}</p>
      ) : (
        <>
          <p className={styles['verdict']}>
            <VerdictIcon runClass={ran.audit.class} />
          </p>
          <p>{whatHappened(ran)}</p>
          <p className={styles['price']}>
            Downtime {printNanos(ran.metrics.downtimeNanos)}, {(ran.metrics.bytesSent / 2 ** 20).toFixed(1)} MiB sent
          </p>
        </>
      )}
      <button
        type="button"
        aria-label={`${words.open}: ${entry.title}`}
        disabled={ran === undefined || ran.problem !== undefined}
        onClick={() => ran?.problem === undefined && ran !== undefined && props.onOpen(ran.scenario)}
      >
        Open the {side} one
      </button>
    </section>
  );
}

/** The first finding says more than the sentence of the class; without findings the sentence stands. */
function whatHappened(ran: Extract<Ran, { readonly audit: object }>): string {
  const finding = ran.audit.findings.find((one) => one.kind !== 'downtime');
  return finding === undefined || ran.audit.class === 'sound' || ran.audit.class === 'equivalent' ? ran.audit.sentence : finding.sentence;
}

/** The right one on the timeline, the wrong one beside it. */
async function compare(lab: Lab, wrong: Scenario, right: Scenario, onClose: () => void): Promise<void> {
  onClose();
  lab.open(wrong);
  await lab.idle();
  const beside = lab.store.getState().takes.find((take) => take.run.scenario === wrong);
  lab.open(right, orderingOf(right));
  await lab.idle();
  lab.store.setState({ compareWith: beside?.id });
}

/** Runs all entries, the one looked at first and its neighbours next. */
function useResults(lab: Lab, entries: readonly Entry[], looked: Entry | undefined): Results {
  const [results, setResults] = useState<Results>(new Map());
  const first = useRef(looked);
  first.current = looked;
  useEffect(() => {
    let live = true;
    const left = new Set(entries);
    void (async () => {
      while (live && left.size > 0) {
        const shown = first.current;
        const entry = shown !== undefined && left.has(shown) ? shown : [...left][0];
        if (entry === undefined) return;
        left.delete(entry);
        for (const side of SIDES) {
          const ran = await runEntry(lab.port, entry, side);
          if (!live || ran === undefined) return;
          setResults((known) => new Map(known).set(`${entry.id} ${side}`, ran));
        }
      }
    })();
    return () => {
      live = false;
      lab.port.cancel('gallery');
    };
  }, [lab, entries]);
  return results;
}
