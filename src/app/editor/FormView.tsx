import { useEffect, useRef, useState } from 'react';
import { Problems } from './Controls.tsx';
import styles from './editor.module.css';
import { Fields, Value } from './Fields.tsx';
import { countWithin, type Form, FormContext, titleOf } from './form.ts';
import { HelpLine } from './HelpLine.tsx';
import { helpOf } from './help.ts';
import { isObject, type Schema, smallest } from './schema.ts';
import { printPath, put, without } from './values.ts';

/** Parts of the file that are single values stand together. */
const HEAD = 'the story';

/** The file as a form made from its schema: a part at a time, with what is wrong beside each field. */
export function FormView({ form }: { readonly form: Form }) {
  const { root, doc, problems } = form;
  const [part, setPart] = useState('steps');
  const strip = useRef<HTMLElement>(null);
  const body = useRef<HTMLDivElement>(null);
  // On a narrow page the parts are one row that scrolls: the present one is in sight.
  useEffect(() => {
    strip.current?.querySelector(`[data-part="${part}"]`)?.scrollIntoView({ block: 'nearest', inline: 'center' });
  }, [part]);
  if (!isObject(doc)) return <p className={styles['broken']}>This is no JSON object: mend the text first.</p>;
  const names = Object.keys(root.properties ?? {}).filter((name) => !isSingle(root.properties?.[name]));
  const singles = Object.keys(root.properties ?? {}).filter((name) => isSingle(root.properties?.[name]));
  const wrongHead = singles.reduce((sum, name) => sum + countWithin(problems, `$.${name}`), 0);
  const tabs = [
    { name: HEAD, count: '', wrong: wrongHead },
    ...names.map((name) => ({ name, count: countOf(doc[name]), wrong: countWithin(problems, `$.${name}`) })),
  ];
  return (
    <FormContext value={form}>
      <div className={styles['form']}>
        <nav ref={strip} aria-label="Parts of the file">
          {tabs.map(({ name, count, wrong }) => (
            <button
              key={name}
              type="button"
              data-part={name}
              aria-current={name === part ? 'true' : undefined}
              data-there={count !== undefined}
              onClick={() => setPart(name)}
            >
              <span>{titleOf(name)}</span>
              <span className={wrong > 0 ? styles['wrong'] : styles['count']}>{wrong > 0 ? `! ${wrong}` : (count ?? '')}</span>
            </button>
          ))}
        </nav>
        <div ref={body} className={styles['part']}>
          <h3>{titleOf(part)}</h3>
          {part === HEAD ? <Head root={root} doc={doc} singles={singles} /> : <Part key={part} form={form} name={part} value={doc[part]} />}
        </div>
        <HelpLine of={body} />
      </div>
    </FormContext>
  );
}

function isSingle(schema: Schema | undefined): boolean {
  return schema !== undefined && schema.type !== 'object' && schema.type !== 'array';
}

/** How many a part holds; undefined where it is not there. */
function countOf(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return String(value.length);
  return '';
}

function Head({
  root,
  doc,
  singles,
}: {
  readonly root: Schema;
  readonly doc: { readonly [name: string]: unknown };
  readonly singles: readonly string[];
}) {
  const schema: Schema = {
    type: 'object',
    properties: Object.fromEntries(singles.map((name) => [name, root.properties?.[name] ?? {}])),
    required: (root.required ?? []).filter((name) => singles.includes(name)),
  };
  const value = Object.fromEntries(
    Object.entries(doc).filter(([name]) => singles.includes(name) || !Object.hasOwn(root.properties ?? {}, name)),
  );
  return <Fields schema={schema} value={value} path={[]} label="the story" />;
}

function Part({ form, name, value }: { readonly form: Form; readonly name: string; readonly value: unknown }) {
  const schema = form.root.properties?.[name] ?? {};
  const required = form.root.required?.includes(name) === true;
  // A list that is not there is an empty one: its first element makes it.
  const shown = value ?? (schema.type === 'array' ? [] : undefined);
  return (
    <>
      <p className={styles['about']}>{helpOf(schema)}</p>
      <Problems path={printPath([name])} />
      {shown === undefined ? (
        <button type="button" onClick={() => form.change(put(form.doc, [name], smallest(form.root, schema, { hint: name })))}>
          Add {titleOf(name).toLowerCase()}
        </button>
      ) : (
        <>
          <Value schema={schema} value={shown} path={[name]} name={name} label={titleOf(name)} />
          {required || value === undefined ? null : (
            <button type="button" className={styles['removePart']} onClick={() => form.change(without(form.doc, [name]))}>
              Remove {titleOf(name).toLowerCase()}
            </button>
          )}
        </>
      )}
    </>
  );
}
