import { useContext, useId, useState } from 'react';
import styles from './editor.module.css';
import { HelpContext, titleOf, useForm } from './form.ts';
import { helpOfChoice } from './help.ts';
import { namesFor } from './names.ts';
import type { Schema } from './schema.ts';
import { meaningOf, parseNumber } from './units.ts';
import { type Path, put, valueAt } from './values.ts';

interface Props {
  readonly schema: Schema;
  readonly value: unknown;
  readonly path: Path;
  /** Name of the field, for units and suggestions: that of the list for its elements. */
  readonly name: string;
  readonly label: string;
}

/** The control of a single value, by what its schema says. */
export function Control({ schema, value, path, name, label }: Props) {
  const form = useForm();
  const described = useContext(HelpContext);
  const set = (next: unknown) => form.change(put(form.doc, path, next));
  if (schema.const !== undefined) return <code>{String(value ?? schema.const)}</code>;
  if (schema.enum !== undefined)
    return (
      <select
        aria-label={label}
        aria-describedby={described}
        value={String(value)}
        onChange={(event) => set(schema.enum?.find((one) => String(one) === event.target.value))}
      >
        {schema.enum.includes(value) ? null : <option value={String(value)}>{String(value)}?</option>}
        {schema.enum.map((one) => (
          <option key={String(one)} value={String(one)} title={helpOfChoice(schema, one)}>
            {String(one)}
          </option>
        ))}
      </select>
    );
  if (schema.type === 'boolean')
    return (
      <input
        type="checkbox"
        aria-label={label}
        aria-describedby={described}
        checked={value === true}
        onChange={(event) => set(event.target.checked)}
      />
    );
  if (schema.type === 'number' || schema.type === 'integer') return <NumberInput {...{ value, name, label }} onChange={set} />;
  return <TextInput {...{ value, name, label, path }} onChange={set} />;
}

interface InputProps {
  readonly value: unknown;
  readonly name: string;
  readonly label: string;
  readonly onChange: (next: unknown) => void;
}

/** Takes units (`5 ms`, `64 KiB`, `10G`); what is no number stays in the field and is told. */
function NumberInput({ value, name, label, onChange }: InputProps) {
  const described = useContext(HelpContext);
  const [draft, setDraft] = useState<string>();
  const text = draft ?? String(value);
  const parsed = parseNumber(text);
  return (
    <span className={styles['number']}>
      <input
        type="text"
        inputMode="decimal"
        aria-label={label}
        aria-describedby={described}
        aria-invalid={parsed === undefined}
        value={text}
        onChange={(event) => {
          setDraft(event.target.value);
          const next = parseNumber(event.target.value);
          if (next !== undefined) onChange(next);
        }}
        onBlur={() => setDraft(undefined)}
      />
      <i>{parsed === undefined ? 'expected a number, with a unit if you like: 5 ms, 64 KiB' : meaningOf(name, parsed)}</i>
    </span>
  );
}

const LONG: ReadonlySet<string> = new Set(['question', 'lookFor', 'why', 'source', 'title']);

function TextInput({ value, name, label, path, onChange }: InputProps & { readonly path: Path }) {
  const { doc, builtIn } = useForm();
  const described = useContext(HelpContext);
  const list = useId();
  if (LONG.has(name))
    return (
      <textarea
        aria-label={label}
        aria-describedby={described}
        rows={name === 'title' ? 1 : 2}
        value={String(value ?? '')}
        onChange={(event) => onChange(event.target.value)}
      />
    );
  const names = namesFor(name, doc, builtIn, valueAt(doc, path.slice(0, -1)));
  return (
    <>
      <input
        type="text"
        aria-label={label}
        aria-describedby={described}
        list={names.length > 0 ? list : undefined}
        value={String(value ?? '')}
        onChange={(event) => onChange(event.target.value)}
      />
      {names.length === 0 ? null : (
        <datalist id={list}>
          {names.map((one) => (
            <option key={one} value={one} />
          ))}
        </datalist>
      )}
    </>
  );
}

/** A list of names or numbers: each can go, one more can come. */
export function Tokens({ items, schema, path, name, label }: Omit<Props, 'value'> & { readonly items: readonly unknown[] }) {
  const form = useForm();
  const described = useContext(HelpContext);
  const list = useId();
  const [draft, setDraft] = useState('');
  const numbers = schema.type === 'number' || schema.type === 'integer';
  const names = numbers
    ? []
    : namesFor(name, form.doc, form.builtIn, valueAt(form.doc, path.slice(0, -1))).filter((one) => !items.includes(one));
  const add = (text: string) => {
    const next = numbers ? parseNumber(text) : text.trim();
    if (next === undefined || next === '') return;
    form.change(put(form.doc, path, [...items, next]));
    setDraft('');
  };
  return (
    <fieldset className={styles['tokens']} aria-label={label}>
      {items.map((item, i) => (
        <span key={i} className={styles['token']}>
          {String(item)}
          <button
            type="button"
            aria-label={`Remove ${String(item)} from ${label}`}
            onClick={() => form.change(put(form.doc, path, items.toSpliced(i, 1)))}
          >
            ×
          </button>
        </span>
      ))}
      <input
        type="text"
        aria-label={`Add to ${label}`}
        aria-describedby={described}
        placeholder="add…"
        list={list}
        value={draft}
        onChange={(event) => {
          const { value } = event.target;
          // A suggestion that was chosen is complete.
          if (names.includes(value)) add(value);
          else setDraft(value);
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== ',') return;
          event.preventDefault();
          add(draft);
        }}
        onBlur={() => add(draft)}
      />
      <datalist id={list}>
        {names.map((one) => (
          <option key={one} value={one} />
        ))}
      </datalist>
    </fieldset>
  );
}

/** A field's name with what is wrong at it. */
export function Problems({ path }: { readonly path: string }) {
  const { problems } = useForm();
  const here = problems.filter((one) => one.path === path);
  if (here.length === 0) return null;
  return (
    <span className={styles['wrong']} role="note">
      {here.map((one) => one.message).join('; ')}
    </span>
  );
}

/** Fields that an object may have and has not. */
export function AddField({
  names,
  helpOf,
  onAdd,
  what,
}: {
  readonly names: readonly string[];
  readonly helpOf: (name: string) => string;
  readonly onAdd: (name: string) => void;
  readonly what: string;
}) {
  if (names.length === 0) return null;
  return (
    <select className={styles['addField']} aria-label={`Add a field to ${what}`} value="" onChange={(event) => onAdd(event.target.value)}>
      <option value="">+ field…</option>
      {names.map((name) => (
        <option key={name} value={name}>
          {titleOf(name)} – {helpOf(name)}
        </option>
      ))}
    </select>
  );
}
