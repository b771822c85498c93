import { autocompletion } from '@codemirror/autocomplete';
import { redo, undo } from '@codemirror/commands';
import { json, jsonParseLinter } from '@codemirror/lang-json';
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { linter, lintGutter } from '@codemirror/lint';
import { EditorState } from '@codemirror/state';
import { EditorView, keymap } from '@codemirror/view';
import { tags } from '@lezer/highlight';
import { basicSetup } from 'codemirror';
import { type Ref, useEffect, useImperativeHandle, useRef } from 'react';
import { completeBySchema, explainBySchema } from './complete.ts';
import styles from './editor.module.css';
import type { Line } from './form.ts';
import { placeOf } from './place.ts';

/** After the last key stroke; then the text is checked. */
const PAUSE_MS = 150;

/** The page's own colours, so that both themes can be read. */
const COLOURS = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--ink)' },
  { tag: tags.string, color: 'var(--good-ink)' },
  { tag: [tags.number, tags.bool, tags.null], color: 'var(--accent)' },
]);

export interface TextHandle {
  /** Another text, as one change that undo takes back; what is equal at both ends is not touched. */
  set(text: string): void;
  /** Selects what a path names. */
  show(path: string): void;
  undo(): void;
  redo(): void;
}

/** The file as text: completed from the schema, problems underlined. It holds the document and its history for both views. */
export function TextView(props: {
  readonly ref: Ref<TextHandle>;
  readonly first: string;
  readonly check: (text: string) => readonly Line[];
  readonly onText: (text: string) => void;
  readonly onRun: () => void;
  readonly hidden: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView>(null);
  const latest = useRef(props);
  latest.current = props;

  useImperativeHandle(props.ref, () => ({
    set(text) {
      const old = view.current?.state.doc.toString() ?? '';
      if (old === text) return;
      let from = 0;
      while (from < old.length && from < text.length && old[from] === text[from]) from += 1;
      let end = 0;
      while (end < old.length - from && end < text.length - from && old[old.length - 1 - end] === text[text.length - 1 - end]) end += 1;
      view.current?.dispatch({
        changes: { from, to: old.length - end, insert: text.slice(from, text.length - end) },
        // What was changed in the form is seen in the text.
        effects: EditorView.scrollIntoView(from, { y: 'center' }),
      });
    },
    show(path) {
      const editor = view.current;
      if (editor === null) return;
      const { from, to } = placeOf(editor.state, path);
      editor.dispatch({ selection: { anchor: from, head: to }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
      editor.focus();
    },
    undo: () => view.current !== null && undo(view.current),
    redo: () => view.current !== null && redo(view.current),
  }));

  useEffect(() => {
    if (place.current === null) return;
    const check = linter(
      (one) => {
        const syntax = jsonParseLinter()(one);
        if (syntax.length > 0) return syntax;
        return latest.current
          .check(one.state.doc.toString())
          .map((problem) => ({ ...placeOf(one.state, problem.path), severity: 'error' as const, message: problem.message }));
      },
      { delay: PAUSE_MS },
    );
    const editor = new EditorView({
      parent: place.current,
      state: EditorState.create({
        doc: latest.current.first,
        extensions: [
          keymap.of([
            {
              key: 'Mod-Enter',
              run: () => {
                latest.current.onRun();
                return true;
              },
            },
          ]),
          basicSetup,
          json(),
          syntaxHighlighting(COLOURS),
          check,
          lintGutter(),
          autocompletion({ override: [completeBySchema], icons: false }),
          explainBySchema,
          EditorView.updateListener.of((update) => update.docChanged && latest.current.onText(update.state.doc.toString())),
          EditorView.contentAttributes.of({ 'aria-label': 'Scenario as JSON', tabindex: '0' }),
          EditorView.lineWrapping,
        ],
      }),
    });
    view.current = editor;
    return () => editor.destroy();
  }, []);

  return <div ref={place} className={styles['text']} hidden={props.hidden} />;
}
