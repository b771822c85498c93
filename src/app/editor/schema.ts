/**
 * The published JSON Schema as the editor walks it: completion of the text and the form are both made from it, so that a
 * new field of a scenario file appears in both by itself.
 */

export interface Schema {
  readonly $ref?: string;
  /** The help text of the field that holds it (core/scenario/schema.ts). */
  readonly description?: string;
  readonly properties?: { readonly [name: string]: Schema };
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly required?: readonly string[];
  readonly $defs?: { readonly [name: string]: Schema };
}

let loading: Promise<Schema> | undefined;

export function loadSchema(): Promise<Schema> {
  loading ??= fetch('schema/switchover.scenario.v1.json').then((answer) => {
    if (!answer.ok) throw new Error(`status ${answer.status}`);
    return answer.json() as Promise<Schema>;
  });
  loading.catch(() => {
    loading = undefined;
  });
  return loading;
}

/** All alternatives of a schema, references followed; a choice itself is none of them. */
export function alternatives(root: Schema, one: Schema): readonly Schema[] {
  if (one.$ref !== undefined) {
    const target = one.$ref === '#' ? root : root.$defs?.[one.$ref.replace('#/$defs/', '')];
    return target === undefined ? [] : alternatives(root, target);
  }
  const inner = [...(one.anyOf ?? []), ...(one.allOf ?? [])];
  return inner.length === 0 ? [one] : inner.flatMap((each) => alternatives(root, each));
}

/** What an object alternative is called: the field that it cannot be without (`set`, `copy`, `wait`, …). */
export function kindOf(schema: Schema): string {
  if (schema.properties !== undefined) return schema.required?.[0] ?? 'object';
  if (schema.enum !== undefined) return 'choice';
  if (schema.type === 'array') return 'list';
  return schema.type === 'integer' ? 'number' : (schema.type ?? 'value');
}

/** The alternative that a value is an instance of, or nearest to. */
export function chosen(choices: readonly Schema[], value: unknown): Schema | undefined {
  return choices.find((one) => fits(one, value)) ?? choices[0];
}

function fits(schema: Schema, value: unknown): boolean {
  if (schema.const !== undefined) return schema.const === value;
  if (schema.enum !== undefined) return schema.enum.includes(value);
  switch (schema.type) {
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value) && (schema.required === undefined || schema.required.length === 0 || Object.hasOwn(value, kindOf(schema)));
    case 'integer':
      return typeof value === 'number';
    default:
      return typeof value === schema.type;
  }
}

export function isObject(value: unknown): value is { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a new value is made with: the field it is for, ids that are taken, and what can be named in a field. */
export interface Making {
  readonly hint: string;
  readonly taken?: ReadonlySet<string>;
  readonly names?: (field: string) => readonly string[];
}

/** The smallest value that a schema admits: what names something else names the first that there is. */
export function smallest(root: Schema, schema: Schema, making: Making): unknown {
  const { hint, taken = new Set(), names } = making;
  const [one] = alternatives(root, schema);
  if (one === undefined) return null;
  if (one.const !== undefined) return one.const;
  if (one.enum !== undefined) return one.enum[0];
  switch (one.type) {
    case 'string':
      return names?.(hint)[0] ?? hint;
    case 'number':
    case 'integer':
      return one.minimum ?? 0;
    case 'boolean':
      return true;
    case 'array':
      return Array.from({ length: one.minItems ?? 0 }, () => smallest(root, one.items ?? {}, making));
    case 'object':
      return Object.fromEntries(
        (one.required ?? []).map((name) => [
          name,
          name === 'id' ? freshName(hint, taken) : smallest(root, one.properties?.[name] ?? {}, { ...making, hint: name }),
        ]),
      );
    default:
      return null;
  }
}

/** `log`, `log-2`, `log-3`, …: the first that is not taken. */
export function freshName(hint: string, taken: ReadonlySet<string>): string {
  for (let i = 1; ; i += 1) {
    const name = i === 1 ? hint : `${hint}-${i}`;
    if (!taken.has(name)) return name;
  }
}
