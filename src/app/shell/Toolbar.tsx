import { useRef, useState } from 'react';
import { stories } from '../../core/scenario/library/index.ts';
import { AXIS_KINDS, type AxisKind } from '../../core/swimlane/axis.ts';
import { VerdictChip } from '../panels/Verdict.tsx';
import { setAxis } from '../store/commands.ts';
import { useLab, useLabState } from '../store/context.ts';
import type { Lab } from '../store/create-lab.ts';
import { exportAs, exportJson, exportScenario, openFiles } from '../store/files.ts';
import { copyLink } from '../store/links.ts';
import styles from './shell.module.css';

const AXIS_NAMES: { readonly [kind in AxisKind]: string } = { steps: 'Steps', balanced: 'Balanced', time: 'Time' };

export function Toolbar() {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const canUndo = useLabState((state) => state.past.length > 0);
  const canRedo = useLabState((state) => state.future.length > 0);
  const axis = useLabState((state) => state.axis);
  const theme = useLabState((state) => state.theme);
  const work = useLabState((state) => state.work);
  const imported = useLabState((state) => state.run?.imported !== undefined);
  const input = useRef<HTMLInputElement>(null);
  const builtIn = stories.some((story) => story.id === scenario.id);
  return (
    <header className={styles['bar']}>
      <h1 className={styles['name']}>Switchover</h1>
      <select
        aria-label="Story"
        className={styles['story']}
        value={imported ? '' : scenario.id}
        onChange={(event) => pick(lab, event.target.value)}
      >
        {imported ? <option value="">Imported logs</option> : null}
        {builtIn ? null : <option value={scenario.id}>{scenario.title}</option>}
        {stories.map((story) => (
          <option key={story.id} value={story.id}>
            {story.title}
          </option>
        ))}
      </select>
      <div className={styles['group']}>
        <button type="button" disabled={!canUndo} onClick={() => lab.undo()}>
          Undo
        </button>
        <button type="button" disabled={!canRedo} onClick={() => lab.redo()}>
          Redo
        </button>
        <button type="button" disabled={!canUndo} onClick={() => lab.reset()}>
          Reset order
        </button>
      </div>
      <div className={styles['group']} role="radiogroup" aria-label="Time axis">
        {AXIS_KINDS.map((kind) => (
          // biome-ignore lint/a11y/useSemanticElements: a row of toggle buttons reads and works as one choice
          <button key={kind} type="button" role="radio" aria-checked={axis === kind} onClick={() => setAxis(lab, kind)}>
            {AXIS_NAMES[kind]}
          </button>
        ))}
      </div>
      <div className={styles['group']}>
        <button type="button" onClick={() => lab.store.setState({ dialog: 'gallery' })}>
          Gallery
        </button>
        <button type="button" disabled={imported} onClick={() => lab.store.setState({ dialog: 'editor' })}>
          Edit
        </button>
        <button type="button" onClick={() => input.current?.click()}>
          Open…
        </button>
        <input
          ref={input}
          type="file"
          hidden
          multiple
          onChange={(event) => {
            void openFiles(lab, [...(event.target.files ?? [])]);
            event.target.value = '';
          }}
        />
        <button type="button" disabled={imported} onClick={() => void copyLink(lab)}>
          Link
        </button>
        <ExportMenu />
      </div>
      <div className={styles['group']}>
        <button type="button" onClick={() => lab.store.setState({ dialog: 'palette' })} title="Ctrl+K">
          Commands
        </button>
        <button
          type="button"
          aria-label={`Theme: ${theme}`}
          title="Light, dark, or as the system"
          onClick={() => lab.store.setState({ theme: theme === 'system' ? 'dark' : theme === 'dark' ? 'light' : 'system' })}
        >
          {theme === 'system' ? 'Auto' : theme === 'dark' ? 'Dark' : 'Light'}
        </button>
      </div>
      {work === 'running' ? (
        <button type="button" onClick={() => lab.cancel()}>
          Cancel
        </button>
      ) : null}
      <span className={styles['chipPlace']}>
        <VerdictChip />
      </span>
    </header>
  );
}

function pick(lab: ReturnType<typeof useLab>, id: string): void {
  const story = stories.find((one) => one.id === id);
  if (story !== undefined) lab.open(story);
}

const FORMATS: readonly { readonly name: string; readonly title: string; readonly run: (lab: Lab) => unknown }[] = [
  { name: 'JSON', title: 'Recording (JSON)', run: exportJson },
  { name: 'Scenario', title: 'Scenario file with this order (JSON)', run: exportScenario },
  { name: 'Chrome trace', title: 'Chrome trace (Perfetto and others)', run: (lab) => exportAs(lab, 'chrome') },
  { name: 'Mermaid', title: 'Mermaid sequence diagram', run: (lab) => exportAs(lab, 'mermaid') },
  { name: 'Text', title: 'Text for a mail or a bug report', run: (lab) => exportAs(lab, 'text') },
  { name: 'CSV', title: 'Events as CSV', run: (lab) => exportAs(lab, 'csv') },
  { name: 'QEMUFile', title: 'QEMUFile (analyze-migration.py reads it)', run: (lab) => exportAs(lab, 'qemufile') },
  { name: 'SVG', title: 'Picture (SVG)', run: (lab) => exportAs(lab, 'svg') },
];

function ExportMenu() {
  const lab = useLab();
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  return (
    <span className={styles['menuPlace']}>
      <button ref={button} type="button" aria-haspopup="menu" aria-expanded={open} onClick={() => setOpen(!open)}>
        Export…
      </button>
      {open ? (
        <div
          role="menu"
          aria-label="Export"
          tabIndex={-1}
          className={styles['menu']}
          onKeyDown={(event) => {
            if (event.key === 'Escape') close();
            if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
            event.preventDefault();
            const items = [...event.currentTarget.querySelectorAll<HTMLElement>('[role="menuitem"]')];
            const at = items.indexOf(document.activeElement as HTMLElement);
            items[(at + (event.key === 'ArrowDown' ? 1 : items.length - 1)) % items.length]?.focus();
          }}
          onBlur={(event) => {
            if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
          }}
        >
          {FORMATS.map((format, i) => (
            <button
              key={format.name}
              // biome-ignore lint/a11y/noAutofocus: an opened menu takes the focus, as menus do
              autoFocus={i === 0}
              type="button"
              role="menuitem"
              aria-label={format.name}
              onClick={() => {
                format.run(lab);
                close();
              }}
            >
              {format.title}
            </button>
          ))}
        </div>
      ) : null}
    </span>
  );
}
