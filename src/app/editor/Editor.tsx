import { autocompletion } from '@codemirror/autocomplete';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { useEffect, useRef, useState } from 'react';
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import { checkScenario } from '../../core/scenario/check.ts';
import { parseJson } from '../../core/scenario/plain.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import { useLab, useLabState } from '../store/context.ts';
import { completeBySchema } from './complete.ts';
import styles from './editor.module.css';
import { placeOf } from './place.ts';

/** After the last key stroke; then the text is checked. */
const PAUSE_MS = 150;

/** The page's own colours, so that both themes can be read. */
const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--ink)' },
  { tag: tags.string, color: 'var(--good-ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--accent)' },
]);

interface Line {
  readonly path: string;
  readonly message: string;
}

/** The scenario as text: everything a file can say, checked while it is typed, completed from the published schema. */
export function Editor() {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const dialog = useRef<HTMLDialogElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const first = useRef(scenario);
  const [problems, setProblems] = useState<readonly Line[]>([]);
  const close = () => lab.store.setState({ dialog: undefined });

  const run = () => {
    const { scenario: made, problems: found } = read(view.current?.state.doc.toString() ?? '');
    setProblems(found);
    if (made === undefined) return;
    lab.change(made);
    lab.say('The scenario runs as edited.');
  };
  const latest = useRef(run);
  latest.current = run;

  useEffect(() => {
    dialog.current?.showModal();
    if (place.current === null) return;
    const check = linter(
      (one) => {
        const text = one.state.doc.toString();
        const { problems: found } = read(text);
        setProblems(found);
        const syntax = jsonParseLinter()(one);
        if (syntax.length > 0) return syntax;
        return found.map((problem) => ({ ...placeOf(one.state, problem.path), severity: 'error' as const, message: problem.message }));
      },
      { delay: PAUSE_MS },
    );
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: `${JSON.stringify(first.current, undefined, 2)}\n`,
        extensions: [
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                latest.current();
                return true;
              },
            },
          ]),
          basicSetup,
          json(),
          syntaxHighlighting(COLOURS),
          check,
          lintGutter(),
          autocompletion({ override: [completeBySchema] }),
          EditorView.contentAttributes.of({ 'aria-label': 'Scenario as JSON' }),
          EditorView.lineWrapping,
        ],
      }),
    });
    view.current = editor;
    editor.focus();
    return () => editor.destroy();
  }, []);

  return (
    <dialog ref={dialog} className={styles['editor']} aria-label="Scenario editor" onClose={close}>
      <header>
        <h2>Scenario</h2>
        <p>
          The text is the file that Export…, Scenario gives. Ctrl+Space completes; the{' '}
          <a href="schema/switchover.scenario.v1.json">schema</a> says what each field means.
        </p>
        <button type="button" onClick={run} title="Ctrl+Enter">
          Run this
        </button>
        <button type="button" onClick={close}>
          Close
        </button>
      </header>
      <div ref={place} className={styles['text']} />
      <ul aria-label="Problems" className={styles['problems']}>
        {problems.length === 0 ? <li>No problems: it can run.</li> : null}
        {problems.map((problem) => (
          <li key={`${problem.path} ${problem.message}`}>
            <button
              type="button"
              onClick={() => {
                const editor = view.current;
                if (editor === null) return;
                const { from, to } = placeOf(editor.state, problem.path);
                editor.dispatch({ selection: { anchor: from, head: to }, scrollIntoView: true });
                editor.focus();
              }}
            >
              <code>{problem.path}</code> {problem.message}
            </button>
          </li>
        ))}
      </ul>
    </dialog>
  );
}

function read(text: string): { readonly scenario: Scenario | undefined; readonly problems: readonly Line[] } {
  const parsed = parseJson(text);
  if (parsed.problem !== undefined) return { scenario: undefined, problems: [parsed.problem] };
  return checkScenario(parsed.value, { models, protocols });
}
