/** Places in a JSON text: the range of a path like `$.steps.source[2].does[0].set`, and the path of a position. */
import { syntaxTree } from '@codemirror/language';
import type { EditorState } from '@codemirror/state';
import type { SyntaxNode } from '@lezer/common';

/** Names and numbers of a path as the checks print it. */
function partsOf(path: string): readonly string[] {
  return [...path.replace(/^\$/, '').matchAll(/\.([^.[\]]+)|\[(\d+)\]/g)].map((match) => match[1] ?? match[2] ?? '');
}

/** The value that the path names, or the nearest that exists; for `line L, column C` that place. */
export function placeOf(state: EditorState, path: string): { readonly from: number; readonly to: number } {
  const at = /^line (\d+), column (\d+)/.exec(path);
  if (at !== null) {
    const line = state.doc.line(Math.min(state.doc.lines, Number(at[1])));
    const from = Math.min(line.to, line.from + Number(at[2]) - 1);
    return { from, to: Math.min(line.to, from + 1) };
  }
  let node = syntaxTree(state).topNode.firstChild;
  for (const part of partsOf(path)) {
    const below = node === null ? undefined : child(state, node, part);
    if (below === undefined) break;
    node = below;
  }
  return node === null ? { from: 0, to: 0 } : { from: node.from, to: Math.min(node.to, state.doc.lineAt(node.from).to) };
}

function child(state: EditorState, node: SyntaxNode, part: string): SyntaxNode | undefined {
  if (node.name === 'Array') return valuesOf(node)[Number(part)];
  if (node.name !== 'Object') return undefined;
  for (const property of node.getChildren('Property')) {
    if (nameOf(state, property) === part) return valuesOf(property)[0];
  }
  return undefined;
}

const VALUES: ReadonlySet<string> = new Set(['Object', 'Array', 'String', 'Number', 'True', 'False', 'Null']);

function valuesOf(node: SyntaxNode): readonly SyntaxNode[] {
  const values: SyntaxNode[] = [];
  for (let one = node.firstChild; one !== null; one = one.nextSibling) if (VALUES.has(one.name)) values.push(one);
  return values;
}

/** Name of a property. */
export function nameOf(state: EditorState, property: SyntaxNode): string {
  const name = property.getChild('PropertyName');
  return name === null ? '' : state.sliceDoc(name.from + 1, name.to - 1);
}

/** Names that an object has already. */
export function namesIn(state: EditorState, object: SyntaxNode): ReadonlySet<string> {
  return new Set(object.getChildren('Property').map((property) => nameOf(state, property)));
}

/** The value that a text stands for as far as it can be read: what is broken is left out, and nothing throws. */
export function valueIn(state: EditorState, node: SyntaxNode | null): unknown {
  switch (node?.name) {
    case 'Object':
      return Object.fromEntries(
        node.getChildren('Property').map((property) => [nameOf(state, property), valueIn(state, valuesOf(property)[0] ?? null)]),
      );
    case 'Array':
      return valuesOf(node).map((one) => valueIn(state, one));
    case 'String':
    case 'Number':
    case 'True':
    case 'False':
      try {
        return JSON.parse(state.sliceDoc(node.from, node.to)) as unknown;
      } catch {
        return null;
      }
    default:
      return null;
  }
}
