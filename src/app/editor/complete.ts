/** Completion from the published JSON Schema: names of fields where a name stands, choices where a value does. */
import type { Completion, CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import { syntaxTree } from '@codemirror/language';
import { namesIn, pathTo } from './place.ts';
import { alternatives, loadSchema, type Schema } from './schema.ts';

function below(root: Schema, at: readonly Schema[], part: string): readonly Schema[] {
  return at.flatMap((one) => {
    const rest = typeof one.additionalProperties === 'object' ? one.additionalProperties : undefined;
    const next = part === '[]' ? one.items : (one.properties?.[part] ?? rest);
    return next === undefined ? [] : alternatives(root, next);
  });
}

export async function completeBySchema(context: CompletionContext): Promise<CompletionResult | null> {
  const node = syntaxTree(context.state).resolveInner(context.pos, -1);
  const inName = node.name === 'PropertyName' || node.name === 'Object';
  const inValue = node.name === 'String' || node.name === 'Property' || node.name === 'Array';
  if (!inName && !inValue) return null;
  const root = await loadSchema();
  const object = node.name === 'PropertyName' ? node.parent?.parent : node;
  if (inName && object?.name === 'Object') {
    const at = pathTo(context.state, object).reduce((schemas, part) => below(root, schemas, part), alternatives(root, root));
    const there = namesIn(context.state, object);
    const names = new Map(at.flatMap((one) => Object.entries(one.properties ?? {})));
    const required = new Set(at.flatMap((one) => one.required ?? []));
    const from = node.name === 'PropertyName' ? node.from : context.pos;
    const options = [...names]
      .filter(([name]) => !there.has(name) || (node.name === 'PropertyName' && context.state.sliceDoc(node.from + 1, node.to - 1) === name))
      .map(
        ([name, one]): Completion => ({
          label: `"${name}"`,
          apply: node.name === 'PropertyName' ? `"${name}"` : `"${name}": `,
          type: 'property',
          detail: one.type ?? '',
          boost: required.has(name) ? 1 : 0,
        }),
      );
    return options.length === 0 ? null : { from, options, filter: node.name === 'PropertyName' };
  }
  if (!inValue) return null;
  const at = pathTo(context.state, node).reduce((schemas, part) => below(root, schemas, part), alternatives(root, root));
  const choices = new Set(at.flatMap((one) => [...(one.enum ?? []), ...('const' in one ? [one.const] : [])]));
  const from = node.name === 'String' ? node.from : context.pos;
  const options = [...choices].map((choice): Completion => ({ label: JSON.stringify(choice), type: 'enum' }));
  return options.length === 0 ? null : { from, options };
}
