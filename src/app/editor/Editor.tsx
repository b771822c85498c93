import { type RefObject, useEffect, useMemo, useRef, useState } from 'react';
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import { checkScenario } from '../../core/scenario/check.ts';
import { doubledNames, parseJson } from '../../core/scenario/plain.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import { classWord } from '../../core/trace/audit.ts';
import { useLab, useLabState } from '../store/context.ts';
import { BUILT_IN } from './built-in.ts';
import { keepDraft, readDraft } from './draft.ts';
import styles from './editor.module.css';
import { FormView } from './FormView.tsx';
import type { Form, Line } from './form.ts';
import { loadSchema, type Schema } from './schema.ts';
import { type Start, startsOf } from './start-from.ts';
import { type TextHandle, TextView } from './TextView.tsx';
import { printPath } from './values.ts';

const VIEWS = ['Form', 'Both', 'Text'] as const;
type View = (typeof VIEWS)[number];

/** Both views stand side by side where there is room for two. */
const ROOM_FOR_BOTH = '(min-width: 1000px)';

/**
 * A scenario file in the making, as a form and as text: one document, which the text holds, with one history. It is
 * checked while it is typed, and runs when it is told to.
 */
export function Editor() {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const dialog = useRef<HTMLDialogElement>(null);
  const text = useRef<TextHandle>(null);
  const first = useRef(`${JSON.stringify(scenario, undefined, 2)}\n`);
  const [now, setNow] = useState(first.current);
  const [resumed, setResumed] = useState(false);
  const [view, setView] = useState<View>(() => (matchMedia(ROOM_FOR_BOTH).matches ? 'Both' : 'Form'));
  const [root, setRoot] = useState<Schema>();
  const [failure, setFailure] = useState('');
  const read = useMemo(() => readScenario(now), [now]);
  // What the text said last when it was JSON: the form keeps its place while something is half typed.
  const readable = useRef<unknown>(undefined);
  if (read.value !== undefined) readable.current = read.value;
  const showProblem = (path: string) => {
    setView((old) => (old === 'Form' ? 'Text' : old));
    requestAnimationFrame(() => text.current?.show(path));
  };
  const close = () => lab.store.setState({ dialog: undefined });

  // As a change of the present run, so that Undo leads back to it.
  useEffect(() => {
    const draft = readDraft();
    if (draft === undefined || draft === first.current) return;
    text.current?.set(draft);
    setResumed(true);
  }, []);
  const onText = (next: string) => {
    setNow(next);
    keepDraft(next === first.current ? undefined : next);
  };

  useEffect(() => {
    dialog.current?.showModal();
    loadSchema().then(setRoot, (error: unknown) =>
      setFailure(`The schema could not be loaded (${String(error)}): the text view works without it.`),
    );
  }, []);

  const run = () => {
    if (read.scenario === undefined) return lab.say('It cannot run: there are problems.');
    lab.change(read.scenario);
    keepDraft(undefined);
    setResumed(false);
  };
  const form: Form | undefined =
    root === undefined
      ? undefined
      : {
          root,
          doc: read.value ?? readable.current,
          problems: read.problems,
          builtIn: BUILT_IN,
          change: (next) => text.current?.set(`${JSON.stringify(next, undefined, 2)}\n`),
          show: (path) => showProblem(printPath(path)),
        };

  return (
    <dialog
      ref={dialog}
      className={styles['editor']}
      aria-label="Scenario editor"
      onClose={close}
      onKeyDown={(event) => {
        if (!(event.ctrlKey || event.metaKey) || (event.target as HTMLElement).closest('.cm-editor') !== null) return;
        if (event.key === 'Enter') run();
        else if (event.key.toLowerCase() === 'z' && event.shiftKey) text.current?.redo();
        else if (event.key.toLowerCase() === 'z') text.current?.undo();
        else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <Head {...{ view, setView, run, close, text, setFailure }} canRun={read.scenario !== undefined} />
      {resumed ? (
        <p className={styles['resumed']} role="status">
          You are where you left off: this text has not run yet.{' '}
          <button
            type="button"
            onClick={() => {
              text.current?.set(first.current);
              setResumed(false);
            }}
          >
            Take the present run instead
          </button>
        </p>
      ) : null}
      {failure === '' ? null : <p role="alert">{failure}</p>}
      <div className={styles['views']} data-view={view}>
        {view === 'Text' ? null : form === undefined ? (
          <p className={styles['broken']}>Loading the schema…</p>
        ) : (
          <div className={styles['formBox']}>
            {read.value === undefined ? (
              <p className={styles['broken']}>
                The text is no JSON just now: {read.problems[0]?.message}. The form waits until it is; nothing is lost.{' '}
                <button type="button" onClick={() => showProblem(read.problems[0]?.path ?? '$')}>
                  Show the place
                </button>
              </p>
            ) : null}
            <div className={styles['waiting']} inert={read.value === undefined}>
              <FormView form={form} />
            </div>
          </div>
        )}
        <TextView
          ref={text}
          first={first.current}
          check={(one) => readScenario(one).problems}
          onText={onText}
          onRun={run}
          hidden={view === 'Form'}
        />
      </div>
      <Foot problems={read.problems} ran={read.scenario !== undefined && sameText(read.scenario, scenario)} onShow={showProblem} />
    </dialog>
  );
}

function sameText(a: Scenario, b: Scenario): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function Head(props: {
  readonly view: View;
  readonly setView: (view: View) => void;
  readonly run: () => void;
  readonly close: () => void;
  readonly canRun: boolean;
  readonly text: RefObject<TextHandle | null>;
  readonly setFailure: (words: string) => void;
}) {
  const { view, setView, text } = props;
  return (
    <header>
      <h2>Scenario</h2>
      <StartFrom onStart={(value) => text.current?.set(`${JSON.stringify(value, undefined, 2)}\n`)} onFailure={props.setFailure} />
      <div className={styles['group']} role="radiogroup" aria-label="View of the file">
        {VIEWS.map((one) => (
          // biome-ignore lint/a11y/useSemanticElements: a row of toggle buttons reads and works as one choice
          <button key={one} type="button" role="radio" aria-checked={view === one} data-both={one === 'Both'} onClick={() => setView(one)}>
            {one}
          </button>
        ))}
      </div>
      <div className={styles['group']}>
        <button type="button" onClick={() => text.current?.undo()}>
          Undo
        </button>
        <button type="button" onClick={() => text.current?.redo()}>
          Redo
        </button>
      </div>
      <a
        href="schema/scenario.md"
        target="_blank"
        rel="noreferrer"
        title="How a bug report becomes a scenario file, and how to say each thing in it"
      >
        Guide
      </a>
      <a href="schema/switchover.scenario.v1.json" target="_blank" rel="noreferrer">
        Schema
      </a>
      <span className={styles['space']} />
      <button type="button" className={styles['primary']} disabled={!props.canRun} onClick={props.run} title="Ctrl+Enter">
        Run this
      </button>
      <button type="button" onClick={props.close}>
        Close
      </button>
    </header>
  );
}

function StartFrom({ onStart, onFailure }: { readonly onStart: (value: unknown) => void; readonly onFailure: (words: string) => void }) {
  const lab = useLab();
  const [starts, setStarts] = useState<readonly Start[]>([]);
  useEffect(() => {
    void startsOf(lab).then(setStarts);
  }, [lab]);
  return (
    <select
      aria-label="Start from"
      className={styles['start']}
      value=""
      onChange={(event) => {
        const start = starts.find((one) => one.id === event.target.value);
        start?.load().then(onStart, (error: unknown) => onFailure(error instanceof Error ? error.message : String(error)));
      }}
    >
      <option value="">Start from…</option>
      {(['New', 'Stories', 'Gallery'] as const).map((group) => (
        <optgroup key={group} label={group}>
          {starts
            .filter((one) => one.group === group)
            .map((one) => (
              <option key={one.id} value={one.id}>
                {one.title}
              </option>
            ))}
        </optgroup>
      ))}
    </select>
  );
}

/** Findings told in the editor itself; all of them stand in the verdict. */
const MOST_FINDINGS = 2;

/** What is wrong, or what the run of this very file came to. */
function Foot({
  problems,
  ran,
  onShow,
}: {
  readonly problems: readonly Line[];
  readonly ran: boolean;
  readonly onShow: (path: string) => void;
}) {
  const audit = useLabState((state) => (state.work === 'idle' ? state.run?.audit : undefined));
  return (
    <footer className={styles['foot']}>
      <ul aria-label="Problems" className={styles['problems']}>
        {problems.length === 0 ? <li>No problems: it can run.</li> : null}
        {problems.map((problem) => (
          <li key={`${problem.path} ${problem.message}`}>
            <button type="button" onClick={() => onShow(problem.path)}>
              <code>{problem.path}</code> {problem.message}
            </button>
          </li>
        ))}
      </ul>
      {ran && audit !== undefined && audit !== null ? (
        <p className={styles['ran']} data-class={audit.class}>
          <b>{classWord(audit.class)}.</b> {audit.sentence}
          {audit.findings.slice(0, MOST_FINDINGS).map((finding) => (
            <span key={finding.sentence} className={styles['why']}>
              {finding.sentence}
            </span>
          ))}
        </p>
      ) : null}
    </footer>
  );
}

interface Read {
  /** Undefined where the text is no JSON. */
  readonly value: unknown;
  readonly scenario: Scenario | undefined;
  readonly problems: readonly Line[];
}

function readScenario(text: string): Read {
  const parsed = parseJson(text);
  if (parsed.problem !== undefined) return { value: undefined, scenario: undefined, problems: [parsed.problem] };
  const checked = checkScenario(parsed.value, { models, protocols });
  const doubled = doubledNames(text);
  return { value: parsed.value, scenario: doubled.length > 0 ? undefined : checked.scenario, problems: [...checked.problems, ...doubled] };
}
