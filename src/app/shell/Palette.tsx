import { useEffect, useRef, useState } from 'react';
import { applyEdit, nameOfEdits, parseEdits } from '../../core/scenario/edits.ts';
import { type Command, commands } from '../store/commands.ts';
import { useLab } from '../store/context.ts';
import type { Lab } from '../store/lab.ts';
import styles from './shell.module.css';

/** Edits of the order that were typed out, as one command. */
function typedEdits(text: string): readonly Command[] {
  const edits = parseEdits(text);
  if (edits === undefined || edits.length === 0) return [];
  const run = (lab: Lab) => lab.setOrdering(edits.reduce(applyEdit, lab.store.getState().ordering));
  return [{ id: 'typed', title: `Edit the order: ${nameOfEdits(edits)}`, run }];
}

/** What keys do that have no command: they belong to what has the focus. */
const KEYS = [
  ['Anywhere', 'Ctrl+K or ? this list, Ctrl+Z undo'],
  ['Timeline', 'W S zoom, A D pan, ← → event by event (Shift: ten, Alt: same lane), 0 whole run, N P problems'],
  [
    'Handle of a step',
    '↑ ↓ to the next handle; Enter lifts, then ↑ ↓ move it (Shift: to another outcome), Enter drops, Esc gives up; X leaves it out',
  ],
] as const;

/** All commands by name. The native dialog keeps the focus and closes on Escape. */
export function Palette() {
  const lab = useLab();
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const words = text.toLowerCase().split(/\s+/);
  const named = commands.filter((command) => words.every((word) => `${command.title} ${command.id}`.toLowerCase().includes(word)));
  const found = [...typedEdits(text), ...named];
  const close = () => lab.store.setState({ dialog: undefined });

  useEffect(() => {
    dialog.current?.showModal();
  }, []);

  const run = (index: number) => {
    const command = found[index];
    // Closed by itself first: it gives the focus back to where it was.
    dialog.current?.close();
    close();
    command?.run(lab);
  };

  return (
    <dialog ref={dialog} className={styles['palette']} aria-label="Commands" onClose={close}>
      <input
        type="text"
        role="combobox"
        aria-label="Find a command"
        aria-expanded="true"
        aria-controls="commands"
        aria-activedescendant={found[at] === undefined ? undefined : `command-${found[at].id}`}
        placeholder="Type to find a command or a story"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
            event.preventDefault();
            setAt((at + (event.key === 'ArrowDown' ? 1 : Math.max(1, found.length) - 1)) % Math.max(1, found.length));
          } else if (event.key === 'Enter') run(at);
        }}
      />
      <div id="commands" role="listbox" aria-label="Commands found" className={styles['commands']}>
        {found.map((command, i) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text field's, which keeps the focus
          <div key={command.id} id={`command-${command.id}`} role="option" tabIndex={-1} aria-selected={i === at} onClick={() => run(i)}>
            <span>{command.title}</span>
            <kbd>{command.keys}</kbd>
          </div>
        ))}
        {found.length === 0 ? <p>No command is called that.</p> : null}
      </div>
      <dl className={styles['keys']} aria-label="Keys">
        {KEYS.map(([where, what]) => (
          <div key={where}>
            <dt>{where}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
    </dialog>
  );
}
