import { useRef, useState } from 'react';
import { flavours } from '../../core/scenario/library/flavours.ts';
import { stories } from '../../core/scenario/library/index.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import { VerdictChip } from '../panels/Verdict.tsx';
import { useLab, useLabState } from '../store/context.ts';
import { exportAs, exportJson, exportScenario, openFiles } from '../store/files.ts';
import type { Lab } from '../store/lab.ts';
import { copyLink } from '../store/links.ts';
import type { Theme } from '../store/state.ts';
import styles from './shell.module.css';

const THEME_ICONS: { readonly [theme in Theme]: string } = {
  light: 'M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6M8 1v1.6M8 13.4V15M1 8h1.6M13.4 8H15M3 3l1.1 1.1M11.9 11.9 13 13M3 13l1.1-1.1M11.9 4.1 13 3',
  dark: 'M13.5 9.8A6 6 0 1 1 6.2 2.5a5 5 0 0 0 7.3 7.3',
  system: 'M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M8 2v12M8 5l4.6-1.4M8 8h6M8 11l4.6 1.4',
};

/** Built-in stories under their first tag; the tag of a flavour reads as the flavour's name. */
const STORY_GROUPS: readonly (readonly [title: string, members: readonly Scenario[]])[] = [
  ...new Set(stories.map((story) => story.about?.tags?.[0] ?? '')),
].map((tag) => [
  flavours.find((flavour) => flavour.id === tag)?.title.split(':')[0] ?? tag,
  stories.filter((story) => (story.about?.tags?.[0] ?? '') === tag),
]);

function Icon({ path }: { readonly path: string }) {
  return (
    <svg className={styles['icon']} viewBox="0 0 16 16" aria-hidden="true">
      <path d={path} />
    </svg>
  );
}

export function Toolbar() {
  const lab = useLab();
  const scenario = useLabState((state) => state.scenario);
  const canUndo = useLabState((state) => state.past.length > 0);
  const canRedo = useLabState((state) => state.future.length > 0);
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
        {STORY_GROUPS.map(([title, members]) => (
          <optgroup key={title} label={title}>
            {members.map((story) => (
              <option key={story.id} value={story.id}>
                {story.title}
              </option>
            ))}
          </optgroup>
        ))}
      </select>
      {/* Not `disabled`: that takes the focus from whoever undoes the last edit. */}
      <div className={styles['group']}>
        <button type="button" aria-label="Undo" title="Undo (Ctrl+Z)" aria-disabled={!canUndo} onClick={() => lab.undo()}>
          <Icon path="M6 3 2.5 6.5 6 10M2.5 6.5H9a4 4 0 0 1 0 8H6" />
        </button>
        <button type="button" aria-label="Redo" title="Redo (Ctrl+Shift+Z)" aria-disabled={!canRedo} onClick={() => lab.redo()}>
          <Icon path="M10 3l3.5 3.5L10 10M13.5 6.5H7a4 4 0 0 0 0 8h3" />
        </button>
        <button type="button" aria-disabled={!canUndo} onClick={() => canUndo && lab.reset()}>
          Reset order
        </button>
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
        <button type="button" aria-label="Commands" title="Commands (Ctrl+K)" onClick={() => lab.store.setState({ dialog: 'palette' })}>
          <Icon path="M3 4h10M3 8h10M3 12h6" />
          <kbd>Ctrl K</kbd>
        </button>
        <button
          type="button"
          aria-label={`Theme: ${theme}`}
          title={`Theme: ${theme}`}
          onClick={() => lab.store.setState({ theme: theme === 'system' ? 'dark' : theme === 'dark' ? 'light' : 'system' })}
        >
          <Icon path={THEME_ICONS[theme]} />
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
