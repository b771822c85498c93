import { useId, useRef, useState } from 'react';
import { AddField, Control, Problems, Tokens } from './Controls.tsx';
import styles from './editor.module.css';
import { countWithin, HelpContext, titleOf, useForm } from './form.ts';
import { helpOf, helpOfValue, shortHelpOf } from './help.ts';
import { namesFor } from './names.ts';
import { alternatives, chosen, freshName, isObject, kindOf, type Schema, smallest } from './schema.ts';
import { summaryOf } from './summary.ts';
import { idsIn, insert, type Path, printPath, put, rename, shift, without } from './values.ts';

interface Props {
  readonly schema: Schema;
  readonly value: unknown;
  readonly path: Path;
  readonly name: string;
  readonly label: string;
}

/** Any value: a control, a list of names, a list of cards, an object's fields, or a choice between such. */
export function Value({ schema, value, path, name, label }: Props) {
  const { root, doc, change, builtIn } = useForm();
  const choices = alternatives(root, schema);
  const kinds = [...new Set(choices.map(kindOf))];
  const one = chosen(choices, value);
  if (one === undefined) return <Raw value={value} />;
  const body = <Single schema={one} value={value} path={path} name={name} label={label} />;
  if (kinds.length < 2) return body;
  return (
    <div className={styles['choice']}>
      <select
        aria-label={`Kind of ${label}`}
        value={kindOf(one)}
        onChange={(event) => {
          const next = choices.find((each) => kindOf(each) === event.target.value);
          if (next !== undefined)
            change(
              put(
                doc,
                path,
                converted(smallest(root, next, { hint: kindOf(next), names: (field) => namesFor(field, doc, builtIn) }), next, value),
              ),
            );
        }}
      >
        {kinds.map((kind) => (
          <option key={kind} value={kind}>
            {titleOf(kind)}
            {helpOfKind(choices, kind)}
          </option>
        ))}
      </select>
      {body}
    </div>
  );
}

/** What an operation or a condition of this kind is for: the help text of the field that it is named after. */
function helpOfKind(choices: readonly Schema[], kind: string): string {
  const help = shortHelpOf(choices.find((one) => kindOf(one) === kind)?.properties?.[kind]);
  return help === '' ? '' : ` – ${help}`;
}

/** Another kind of the same: the fields that both have are kept. */
function converted(fresh: unknown, to: Schema, value: unknown): unknown {
  if (!isObject(fresh) || !isObject(value)) return fresh;
  const kept = Object.entries(value).filter(
    ([name]) => Object.hasOwn(to.properties ?? {}, name) && name !== kindOf(to) && !Object.hasOwn(fresh, name),
  );
  return { ...fresh, ...Object.fromEntries(kept) };
}

function Single({ schema, value, path, name, label }: Props) {
  const { root } = useForm();
  if (schema.type === 'object' && isObject(value)) {
    if (typeof schema.additionalProperties === 'object') return <NamedAndFree {...{ schema, path, name, label }} value={value} />;
    return <Fields {...{ schema, value, path, label }} />;
  }
  if (schema.type === 'array' && Array.isArray(value)) {
    const items = alternatives(root, schema.items ?? {});
    const plain = items.every((one) => one.type !== 'object' && one.type !== 'array');
    if (plain) return <Tokens items={value} schema={items[0] ?? {}} path={path} name={name} label={label} />;
    return <Cards items={value} schema={schema.items ?? {}} path={path} name={name} label={label} />;
  }
  if (typeof value === 'object' && value !== null) return <Raw value={value} />;
  return <Control schema={schema} value={value} path={path} name={name} label={label} />;
}

/** What no schema describes is shown as it stands, and kept. */
function Raw({ value }: { readonly value: unknown }) {
  return <code className={styles['raw']}>{JSON.stringify(value)}</code>;
}

/** Fields of an object: those it has, in the order of the schema, then a way to those it may have. */
export function Fields({
  schema,
  value,
  path,
  label,
}: {
  readonly schema: Schema;
  readonly value: { readonly [name: string]: unknown };
  readonly path: Path;
  readonly label: string;
}) {
  const { root, doc, change, builtIn } = useForm();
  const known = Object.keys(schema.properties ?? {});
  const required = new Set(schema.required ?? []);
  const there = [...known.filter((name) => Object.hasOwn(value, name)), ...Object.keys(value).filter((name) => !known.includes(name))];
  const missing = known.filter((name) => required.has(name) && !Object.hasOwn(value, name));
  const add = (name: string) => {
    const of = schema.properties?.[name];
    if (of !== undefined)
      change(put(doc, [...path, name], smallest(root, of, { hint: name, names: (field) => namesFor(field, doc, builtIn) })));
  };
  return (
    <div className={styles['fields']}>
      {there.map((name) => (
        <Row
          key={name}
          name={name}
          schema={schema.properties?.[name]}
          value={value[name]}
          path={[...path, name]}
          removable={!required.has(name)}
        />
      ))}
      {missing.map((name) => (
        <div key={name} className={styles['row']} data-name={titleOf(name)} data-help={helpOf(schema.properties?.[name])}>
          <span className={styles['rowName']}>{titleOf(name)}</span>
          <button type="button" onClick={() => add(name)}>
            Add {titleOf(name).toLowerCase()}
          </button>
          <Problems path={printPath([...path, name])} />
        </div>
      ))}
      <AddField
        names={known.filter((name) => !required.has(name) && !Object.hasOwn(value, name))}
        helpOf={(name) => shortHelpOf(schema.properties?.[name])}
        onAdd={add}
        what={label}
      />
    </div>
  );
}

function Row(props: {
  readonly name: string;
  readonly schema: Schema | undefined;
  readonly value: unknown;
  readonly path: Path;
  readonly removable: boolean;
}) {
  const { name, schema, value, path } = props;
  const { doc, change } = useForm();
  const help = useId();
  const wide = typeof value === 'object' && value !== null && !(Array.isArray(value) && value.every((one) => typeof one !== 'object'));
  return (
    <div
      className={styles['row']}
      data-wide={wide}
      data-wrong={schema === undefined}
      data-name={titleOf(name)}
      data-help={
        schema === undefined
          ? 'The format has no field of this name: it is kept, and has to go before the file can run.'
          : helpOfValue(schema, value)
      }
    >
      <span id={help} hidden>
        {helpOfValue(schema, value)}
      </span>
      <span className={styles['rowName']}>{titleOf(name)}</span>
      <div className={styles['rowValue']}>
        {schema === undefined ? (
          <Raw value={value} />
        ) : (
          <HelpContext value={help}>
            <Value schema={schema} value={value} path={path} name={name} label={titleOf(name)} />
          </HelpContext>
        )}
      </div>
      {props.removable || schema === undefined ? (
        <button type="button" className={styles['small']} aria-label={`Remove ${titleOf(name)}`} onClick={() => change(without(doc, path))}>
          ×
        </button>
      ) : null}
      <Problems path={printPath(path)} />
    </div>
  );
}

/** Fields that the format knows, then those whose names are free. */
function NamedAndFree({ schema, value, path, name, label }: Props & { readonly value: { readonly [name: string]: unknown } }) {
  const { properties = {} } = schema;
  const split = (known: boolean) => Object.fromEntries(Object.entries(value).filter(([key]) => Object.hasOwn(properties, key) === known));
  return (
    <>
      {Object.keys(properties).length === 0 ? null : <Fields schema={schema} value={split(true)} path={path} label={label} />}
      <Entries {...{ schema, path, name, label }} value={split(false)} />
    </>
  );
}

/** An object whose names are free: each entry with its name. */
function Entries({ schema, value, path, name, label }: Props) {
  const { root, doc, change } = useForm();
  const of = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : {};
  const entries = Object.entries(value as object);
  return (
    <div className={styles['fields']}>
      {entries.map(([key, one]) => (
        <div key={key} className={styles['entry']}>
          <div className={styles['entryHead']}>
            <EntryName value={key} label={`Name in ${label}`} onRename={(next) => change(rename(doc, [...path, key], next))} />
            <button
              type="button"
              className={styles['small']}
              aria-label={`Remove ${key}`}
              onClick={() => change(without(doc, [...path, key]))}
            >
              ×
            </button>
          </div>
          <Value schema={of} value={one} path={[...path, key]} name={name} label={key} />
          <Problems path={printPath([...path, key])} />
        </div>
      ))}
      <button
        type="button"
        onClick={() => {
          const fresh = freshName(entries.length === 0 ? name : 'another', new Set(entries.map(([key]) => key)));
          change(put(doc, [...path, fresh], smallest(root, of, { hint: fresh })));
        }}
      >
        + Entry in {label.toLowerCase()}
      </button>
    </div>
  );
}

/** A name is taken when the field is left, so that half a name is never one. */
function EntryName({
  value,
  label,
  onRename,
}: {
  readonly value: string;
  readonly label: string;
  readonly onRename: (next: string) => void;
}) {
  const [draft, setDraft] = useState<string>();
  const take = () => {
    if (draft !== undefined && draft !== '' && draft !== value) onRename(draft);
    setDraft(undefined);
  };
  return (
    <input
      type="text"
      aria-label={label}
      value={draft ?? value}
      onChange={(event) => setDraft(event.target.value)}
      onBlur={take}
      onKeyDown={(event) => event.key === 'Enter' && take()}
    />
  );
}

/** A list of things: each a card that opens, with its place, a twin and an end. */
export function Cards({ items, schema, path, name, label }: Omit<Props, 'value'> & { readonly items: readonly unknown[] }) {
  const { root, doc, change, builtIn } = useForm();
  const [open, setOpen] = useState<readonly boolean[]>([]);
  const box = useRef<HTMLDivElement>(null);
  const one = singular(name === 'does' ? 'operations' : name);
  const opened = items.map((_, i) => open[i] === true);
  /** A new one is where the next thing is written: its first field has the focus, with its text selected. */
  const addAt = (index: number) => {
    const fresh = smallest(root, schema, { hint: one, taken: idsIn(doc), names: (field) => namesFor(field, doc, builtIn) });
    change(insert(doc, path, index, fresh));
    setOpen(opened.toSpliced(index, 0, true));
    requestAnimationFrame(() => {
      const field = box.current?.querySelector<HTMLElement>(`:scope > [data-card="${index}"] :is(input, select, textarea)`);
      field?.focus();
      if (field instanceof HTMLInputElement) field.select();
    });
  };
  const act = (index: number, what: CardAct) => {
    const item = items[index];
    const here = [...path, index];
    if (what === 'remove') {
      change(without(doc, here));
      setOpen(opened.toSpliced(index, 1));
    } else if (what === 'after') {
      addAt(index + 1);
    } else if (what === 'duplicate') {
      const id = isObject(item) && typeof item['id'] === 'string' ? freshName(item['id'], idsIn(doc)) : undefined;
      change(insert(doc, path, index + 1, id === undefined ? item : { ...(item as object), id }));
      setOpen(opened.toSpliced(index, 1, false, true));
    } else {
      const by = what === 'up' ? -1 : 1;
      change(shift(doc, here, by));
      setOpen(opened.toSpliced(index, 1).toSpliced(index + by, 0, opened[index] === true));
      // The focus goes with the card, so that it can be moved on and on.
      requestAnimationFrame(() =>
        box.current?.querySelector<HTMLElement>(`:scope > [data-card="${index + by}"] [data-act="${what}"]`)?.focus(),
      );
    }
  };
  return (
    <div ref={box} className={styles['cards']}>
      {items.map((item, i) => (
        <Card
          key={i}
          item={item}
          index={i}
          count={items.length}
          schema={schema}
          path={[...path, i]}
          name={name}
          open={open[i] === true}
          onOpen={(now) => setOpen(opened.with(i, now))}
          onAct={(what) => act(i, what)}
        />
      ))}
      <button type="button" className={styles['addCard']} onClick={() => addAt(items.length)}>
        + {titleOf(one)}
        {label === titleOf(name) ? '' : ` in ${label}`}
      </button>
    </div>
  );
}

type CardAct = 'up' | 'down' | 'after' | 'duplicate' | 'remove';

function singular(name: string): string {
  return name.replace(/ies$/, 'y').replace(/s$/, '');
}

function Card(props: {
  readonly item: unknown;
  readonly index: number;
  readonly count: number;
  readonly schema: Schema;
  readonly path: Path;
  readonly name: string;
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly onAct: (what: CardAct) => void;
}) {
  const { item, index, path, open, onAct } = props;
  const { problems, show, root } = useForm();
  const summary = summaryOf(item, alternatives(root, props.schema));
  const wrong = countWithin(problems, printPath(path));
  return (
    <details
      className={styles['card']}
      data-card={index}
      open={open}
      onToggle={(event) => event.currentTarget.open !== open && props.onOpen(event.currentTarget.open)}
      data-wrong={wrong > 0}
    >
      <summary>
        <span className={styles['cardName']}>{summary}</span>
        {wrong > 0 ? <span className={styles['wrong']}>{wrong === 1 ? '1 problem' : `${wrong} problems`}</span> : null}
      </summary>
      {open ? (
        <>
          <div className={styles['cardTools']}>
            <button type="button" data-act="up" disabled={index === 0} aria-label={`Move ${summary} up`} onClick={() => onAct('up')}>
              ↑
            </button>
            <button
              type="button"
              data-act="down"
              disabled={index === props.count - 1}
              aria-label={`Move ${summary} down`}
              onClick={() => onAct('down')}
            >
              ↓
            </button>
            <button type="button" aria-label={`Add one after ${summary}`} onClick={() => onAct('after')}>
              + After
            </button>
            <button type="button" aria-label={`Duplicate ${summary}`} onClick={() => onAct('duplicate')}>
              Duplicate
            </button>
            <button type="button" aria-label={`Remove ${summary}`} onClick={() => onAct('remove')}>
              Remove
            </button>
            <button type="button" aria-label={`Show ${summary} in the text`} onClick={() => show(path)}>
              In the text
            </button>
          </div>
          <Value schema={props.schema} value={item} path={path} name={props.name} label={summary} />
          <Problems path={printPath(path)} />
        </>
      ) : null}
    </details>
  );
}
