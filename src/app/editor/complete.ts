/** Completion and explanation of the text, from the published JSON Schema and from what the file names itself. */
import { type Completion, type CompletionContext, type CompletionResult, startCompletion } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import { type EditorView, hoverTooltip } from '@codemirror/view';
import type { SyntaxNode } from '@lezer/common';
import { BUILT_IN } from './built-in.ts';
import { helpOf, helpOfChoice } from './help.ts';
import { namesFor } from './names.ts';
import { nameOf, namesIn, valueIn } from './place.ts';
import { alternatives, kindOf, loadSchema, type Schema } from './schema.ts';

/** White space looked over before a name, characters. */
const MOST_GAP = 500;

/** As long as a quoted text is being written its list is only narrowed down: what is shown can be taken at once. The second quote comes with the first. */
const STILL_QUOTED = /^("[^"\n]*"?)?$/;

/** Digits that keep a list's own order where nothing else decides. */
const ORDER_DIGITS = 4;

/** Fields, with their help texts, that can stand in a property or a list: what stands in the text around it narrows them down. */
function fieldsIn(state: EditorState, root: Schema, container: SyntaxNode): readonly Schema[] {
  if (container.name === 'Array')
    return fieldsOf(state, root, container)
      .flatMap((one) => alternatives(root, one))
      .flatMap((one) => one.items ?? []);
  const object = container.parent;
  if (object === null) return [root];
  const name = nameOf(state, container);
  return shapesOf(state, root, object).flatMap((one) => {
    const rest = typeof one.additionalProperties === 'object' ? one.additionalProperties : undefined;
    return one.properties?.[name] ?? rest ?? [];
  });
}

function fieldsOf(state: EditorState, root: Schema, value: SyntaxNode): readonly Schema[] {
  const above = value.parent;
  return above === null || above.name === 'JsonText' ? [root] : fieldsIn(state, root, above);
}

/** Shapes that an object can have; one that says `log` is an operation of that kind and no other. */
function shapesOf(state: EditorState, root: Schema, object: SyntaxNode): readonly Schema[] {
  const all = fieldsOf(state, root, object)
    .flatMap((one) => alternatives(root, one))
    .filter((one) => one.type === 'object');
  const there = namesIn(state, object);
  const fitting = all.filter((one) => there.has(kindOf(one)));
  return fitting.length > 0 ? fitting : all;
}

/** Name of the property that a value stands in, be it alone or in a list. */
function propertyAround(state: EditorState, node: SyntaxNode): string {
  for (let one: SyntaxNode | null = node; one !== null && one.name !== 'Object'; one = one.parent)
    if (one.name === 'Property') return nameOf(state, one);
  return '';
}

/** The object that a value stands in. */
function objectAround(state: EditorState, node: SyntaxNode): unknown {
  let one: SyntaxNode | null = node;
  while (one !== null && one.name !== 'Object') one = one.parent;
  return valueIn(state, one);
}

function kindsOf(root: Schema, field: Schema): string {
  return [...new Set(alternatives(root, field).map(kindOf))].filter((kind) => kind !== 'value').join(', ');
}

/** What is put after a new field's colon, and where the cursor goes in it. */
function beginningOf(root: Schema, field: Schema): { readonly text: string; readonly cursor: number } {
  const kinds = alternatives(root, field);
  const one = kinds[0];
  // Several kinds of objects, such as conditions, all begin with a brace: what stands in it tells which it is.
  if (one === undefined || kinds.some((kind) => kind.type !== one.type)) return { text: '', cursor: 0 };
  if ('const' in one) return { text: JSON.stringify(one.const), cursor: JSON.stringify(one.const).length };
  if (one.type === 'array') return { text: '[]', cursor: 1 };
  if (one.type === 'object') return { text: '{}', cursor: 1 };
  return one.type === 'string' || one.enum !== undefined ? { text: '""', cursor: 1 } : { text: '', cursor: 0 };
}

/** Where what a choice replaces ends: with the quoted text, if one was begun by now, else at the cursor. */
function endOf(view: EditorView, from: number, pos: number): number {
  if (view.state.doc.sliceString(from, from + 1) !== '"') return pos;
  const line = view.state.doc.lineAt(pos);
  return pos + (/^[^":,{}[\]]*"/.exec(line.text.slice(pos - line.from))?.[0].length ?? 0);
}

/** A field's name with the beginning of its value; what can stand there is offered at once. */
function putField(name: string, root: Schema, field: Schema) {
  return (view: EditorView, _: Completion, from: number, pos: number) => {
    const to = endOf(view, from, pos);
    const after = view.state.doc.sliceString(to, to + MOST_GAP);
    const { text, cursor } = beginningOf(root, field);
    const known = /^\s*:/.test(after);
    const insert = known ? `"${name}"` : `"${name}": ${text}${/^\s*"/.test(after) ? ',' : ''}`;
    const anchor = from + (known ? insert.length : name.length + 4 + cursor);
    view.dispatch({ changes: { from, to, insert }, selection: { anchor }, userEvent: 'input.complete' });
    if (!known) startCompletion(view);
  };
}

/** A value in place of the quoted text that the cursor is in. */
function putValue(view: EditorView, { label }: Completion, from: number, pos: number): void {
  view.dispatch({
    changes: { from, to: endOf(view, from, pos), insert: label },
    selection: { anchor: from + label.length },
    userEvent: 'input.complete',
  });
}

function completeName(
  state: EditorState,
  root: Schema,
  object: SyntaxNode,
  name: { readonly from: number; readonly to: number } | undefined,
  pos: number,
): CompletionResult | null {
  const there = namesIn(state, object);
  const shapes = shapesOf(state, root, object);
  const fields = new Map(shapes.flatMap((one) => Object.entries(one.properties ?? {})));
  const required = new Set(shapes.flatMap((one) => one.required ?? []));
  const present = name === undefined ? '' : state.sliceDoc(name.from + 1, name.to - 1);
  const options = [...fields]
    .filter(([one]) => !there.has(one) || one === present)
    .map(
      ([one, field], at): Completion => ({
        label: `"${one}"`,
        sortText: String(at).padStart(ORDER_DIGITS, '0'),
        apply: putField(one, root, field),
        type: 'property',
        detail: required.has(one) && shapes.length === 1 ? 'needed' : kindsOf(root, field),
        info: helpOf(field),
        boost: required.has(one) ? 1 : 0,
      }),
    );
  if (options.length === 0) return null;
  return { from: name?.from ?? pos, options, validFor: STILL_QUOTED };
}

function completeValue(state: EditorState, root: Schema, node: SyntaxNode, pos: number): CompletionResult | null {
  const container = node.name === 'String' ? node.parent : node;
  if (container === null || (container.name !== 'Property' && container.name !== 'Array')) return null;
  const fields = fieldsIn(state, root, container).flatMap((field) =>
    alternatives(root, field).map((one): Schema => (field.description === undefined ? one : { ...one, description: field.description })),
  );
  const choices = fields.flatMap((one) =>
    [...(one.enum ?? []), ...('const' in one ? [one.const] : []), ...(one.type === 'boolean' ? [true, false] : [])].map(
      (choice): Completion => ({ label: JSON.stringify(choice), type: 'enum', apply: putValue, info: helpOfChoice(one, choice) }),
    ),
  );
  const text = fields.find((one) => one.type === 'string' && one.enum === undefined);
  const names =
    text === undefined
      ? []
      : namesFor(
          propertyAround(state, container),
          valueIn(state, syntaxTree(state).topNode.firstChild),
          BUILT_IN,
          objectAround(state, container),
        );
  const own = node.name === 'String' ? state.sliceDoc(node.from, node.to) : '';
  const options = [
    ...choices,
    ...names
      .map((name): Completion => ({ label: JSON.stringify(name), type: 'variable', apply: putValue, info: helpOf(text) }))
      .filter(({ label }) => label !== own),
  ];
  const unique = [...new Map(options.map((one) => [one.label, one])).values()];
  return unique.length === 0 ? null : { from: node.name === 'String' ? node.from : pos, options: unique, validFor: STILL_QUOTED };
}

interface NameAt {
  readonly object: SyntaxNode;
  readonly from: number;
  readonly to: number;
}

/**
 * The name that the cursor is in, told by what stands before it and not by the parser, to which a name without its colon or
 * its second quote is many things.
 */
function nameAt(state: EditorState, pos: number): NameAt | undefined {
  const line = state.doc.lineAt(pos);
  const before = line.text.slice(0, pos - line.from).replaceAll(/\\./g, '  ');
  if (before.split('"').length % 2 === 1) return undefined;
  const begun = before.slice(before.lastIndexOf('"'));
  const from = pos - begun.length;
  if (!/[{,]\s*$/.test(state.doc.sliceString(Math.max(0, from - MOST_GAP), from))) return undefined;
  const rest = /^[^"]*"/.exec(line.text.slice(pos - line.from))?.[0] ?? '';
  for (let one: SyntaxNode | null = syntaxTree(state).resolveInner(from, -1); one !== null; one = one.parent)
    if (one.name === 'Object') return { object: one, from, to: /[:{,]/.test(rest) ? pos : pos + rest.length };
    else if (one.name === 'Array') return undefined;
  return undefined;
}

export async function completeBySchema(context: CompletionContext): Promise<CompletionResult | null> {
  const { state, pos } = context;
  const root = await loadSchema();
  const node = syntaxTree(state).resolveInner(pos, -1);
  const name = nameAt(state, pos);
  if (name !== undefined) return completeName(state, root, name.object, name, pos);
  if (node.name === 'Object' || node.name === '{') {
    const object = node.name === 'Object' ? node : node.parent;
    return object === null || !(context.explicit || /[{,]\s*$/.test(state.sliceDoc(object.from, pos)))
      ? null
      : completeName(state, root, object, undefined, pos);
  }
  const around = node.name === '[' || node.name === ':' ? node.parent : node;
  return around === null ? null : completeValue(state, root, around, pos);
}

/** The help text of a field, and of a choice, where the pointer rests on it. */
export const explainBySchema = hoverTooltip(async (view, pos, side) => {
  const root = await loadSchema();
  const { state } = view;
  const node = syntaxTree(state).resolveInner(pos, side);
  const property = node.name === 'PropertyName' || node.name === 'String' ? node.parent : null;
  if (property === null || (property.name !== 'Property' && property.name !== 'Array')) return null;
  const fields = fieldsIn(state, root, property);
  const field = fields[0];
  if (field === undefined) return null;
  const value = node.name === 'String' ? state.sliceDoc(node.from + 1, node.to - 1) : undefined;
  const chosen = value !== undefined && alternatives(root, field).some((one) => one.enum?.includes(value) === true);
  if (value !== undefined && !chosen) return null;
  const words = chosen ? helpOfChoice(field, value) : helpOf(field);
  if (words === '') return null;
  return {
    pos: node.from,
    end: node.to,
    above: true,
    create: () => {
      const dom = document.createElement('div');
      const head = dom.appendChild(document.createElement('b'));
      head.textContent = chosen ? String(value) : nameOf(state, property);
      const kind = dom.appendChild(document.createElement('i'));
      kind.textContent = chosen ? '' : kindsOf(root, field);
      dom.appendChild(document.createElement('p')).textContent = words;
      return { dom };
    },
  };
});
