/** What a schema says is wrong with a file, in words for who wrote it: where, what was expected, what to do. */
import * as v from 'valibot';
import { meantErrno } from './errno-names.ts';
import { nearest, someOf } from './nearest.ts';
import type { Problem } from './problem.ts';
import { meantNumber, unitOf } from './quantity.ts';
import { show } from './show.ts';

type Issue = v.BaseIssue<unknown>;
/** As far as a schema is looked into: all of it is optional, since schemas are of many kinds. */
interface Shape {
  readonly type: string;
  readonly entries?: { readonly [field: string]: Shape };
  readonly item?: Shape;
  readonly value?: Shape;
  readonly wrapped?: Shape;
  readonly options?: readonly Shape[];
  readonly getter?: (value: unknown) => Shape;
}

/** The problems of a value that is no `schema`. A field that is missing is not told where its misspelling is. */
export function schemaProblems(schema: v.GenericSchema, issues: readonly Issue[]): readonly Problem[] {
  const told = issues.flatMap((issue) => problemsOf(schema as unknown as Shape, issue, '$'));
  const meant = new Set(told.flatMap(({ path, meant: field }) => (field === undefined ? [] : [`${parentOf(path)}.${field}`])));
  return told.filter(({ path, missing }) => !missing || !meant.has(path)).map(({ path, message }) => ({ path, message }));
}

interface Told extends Problem {
  readonly missing?: boolean;
  /** The field that an unknown one was meant to be. */
  readonly meant?: string | undefined;
}

/** `kinds`: where the value is one of several kinds of object, the fields by which they are told apart. */
function problemsOf(schema: Shape, issue: Issue, root: string, kinds: readonly string[] = []): readonly Told[] {
  const items = issue.path ?? [];
  const path = items.reduce((above, item) => above + (typeof item.key === 'number' ? `[${item.key}]` : `.${String(item.key)}`), root);
  const field = String(items.findLast((item) => typeof item.key === 'string')?.key ?? '');
  if (issue.type === 'strict_object' && issue.expected === 'never') {
    const others = items.length === 1 && kinds.length > 0 ? kinds : kindsAt(schema, items.slice(0, -1));
    return [others.includes(field) ? secondKind(items, path, field, others) : unknownField(schema, items, path, field)];
  }
  if (issue.received === 'undefined') return [missingField(schema, items, path, field, issue)];
  if (issue.type === 'union' && isObject(issue.input)) return noOption(shapeAt(schema, items), issue.input, path, kindsAt(schema, items));
  return [{ path, message: wrongValue(issue, field) }];
}

/** What its help text says of a field that is not there. */
function missingField(schema: Shape, items: readonly v.IssuePathItem[], path: string, field: string, issue: Issue): Told {
  const entry = shapeAt(schema, items.slice(0, -1))?.entries?.[field];
  const help = entry === undefined ? undefined : v.getDescription(entry as unknown as v.GenericSchema);
  return { path, message: `missing: ${help ?? `expected ${issue.expected ?? 'a value'}`}`, missing: true };
}

/** Two operations, or two conditions, in one object. */
function secondKind(items: readonly v.IssuePathItem[], path: string, field: string, kinds: readonly string[]): Told {
  const holder = items.at(-1)?.input;
  const first = isObject(holder) ? Object.keys(holder).find((name) => name !== field && kinds.includes(name)) : undefined;
  const both = `{"${first ?? '…'}": …}, {"${field}": …}`;
  return kinds.includes('all')
    ? { path, message: `a second condition in one object: write {"all": [${both}]}` }
    : { path, message: `a second operation in one object: write them one after the other, ${both}` };
}

/** Of a value that is one of several kinds of object: the fields by which they are told apart; empty for others. */
function kindsAt(schema: Shape, items: readonly v.IssuePathItem[]): readonly string[] {
  const last = items.at(-1);
  const above = last === undefined ? undefined : shapeAt(schema, items.slice(0, -1));
  let shape: Shape | undefined = last === undefined ? schema : (above?.entries?.[String(last.key)] ?? above?.item ?? above?.value);
  while (shape !== undefined && (shape.wrapped !== undefined || (shape.type === 'lazy' && shape.getter !== undefined)))
    shape = shape.wrapped ?? shape.getter?.({});
  return shape?.options?.map(nameOf) ?? [];
}

function unknownField(schema: Shape, items: readonly v.IssuePathItem[], path: string, field: string): Told {
  const holder = items.at(-1)?.input;
  const there = isObject(holder) ? Object.keys(holder) : [];
  const fields = Object.keys(shapeAt(schema, items.slice(0, -1))?.entries ?? {});
  const meant = nearest(
    fields.filter((name) => !there.includes(name)),
    field,
  );
  if (meant === undefined) return { path, message: `unknown field: remove it; the fields here are ${someOf(fields)}` };
  const unit = unitOf(meant);
  return { path, message: `unknown field: did you mean "${meant}"?${unit === '' ? '' : ` (${unit})`}`, meant };
}

/** An object that is none of several kinds: the one that its first field names is what its problems are told of. */
function noOption(shape: Shape | undefined, value: object, path: string, kinds: readonly string[]): readonly Told[] {
  // Where the value names its kind, that is the shape already.
  const options = shape?.options ?? (shape === undefined ? [] : [shape]);
  const names = options.map(nameOf);
  const option = options[names.findIndex((name) => Object.hasOwn(value, name))];
  if (option !== undefined) {
    const { issues } = v.safeParse(option as unknown as v.GenericSchema, value);
    if (issues !== undefined) return issues.flatMap((issue) => problemsOf(option, issue, path, kinds));
  }
  const written = Object.keys(value);
  const near = written.map((field) => ({ field, meant: nearest(names, field) })).find(({ meant }) => meant !== undefined);
  const hint = near === undefined ? '' : `: did you mean "${near.meant}" where it says "${near.field}"?`;
  const found = written.length === 0 ? 'an empty object' : `one with ${someOf(written)}`;
  return [{ path, message: `expected an object with one of the fields ${names.join(', ')}; found ${found}${hint}` }];
}

function wrongValue(issue: Issue, field: string): string {
  const { input, expected } = issue;
  const requirement = (issue as { readonly requirement?: unknown }).requirement;
  if (issue.type === 'max_length') {
    const found = Array.isArray(input) || typeof input === 'string' ? input.length : '?';
    return `at most ${requirement} ${typeof input === 'string' ? 'characters' : 'of them'}, found ${found}: that is the limit of what is run`;
  }
  if (issue.kind === 'validation') {
    const bound = issue.type === 'max_value' ? 'at most' : issue.type === 'min_value' ? 'at least' : undefined;
    const own = bound === undefined ? (issue.type === 'integer' ? 'a whole number' : issue.message) : `${bound} ${requirement}`;
    const wanted = issue.message.startsWith('Invalid') ? own : issue.message;
    const errno = wanted.startsWith('an errno') && typeof input === 'string' ? meantErrno(input) : undefined;
    const hint = errno === undefined ? '' : `: did you mean "${errno}"?`;
    return `${wanted}, found ${show(input)}${issue.type === 'integer' ? unitHint(field) : ''}${hint}`;
  }
  if (expected === 'number') {
    const number = typeof input === 'string' ? meantNumber(input, field) : undefined;
    const what = unitOf(field) === '' ? 'a number' : `a number of ${unitOf(field)}`;
    return `expected ${what}, found ${show(input)}${number === undefined ? '' : `: write ${number}, without quotes`}`;
  }
  if (expected === 'Array')
    return `expected a list, found ${show(input)}${isObject(input) ? ': put it between [ and ]' : typeof input === 'string' ? `: write [${show(input)}]` : ''}`;
  if (expected === 'boolean') return `expected true or false, without quotes, found ${show(input)}`;
  const names = [...(expected ?? '').matchAll(/"([^"]*)"/g)].map((match) => match[1] as string);
  const meant = typeof input === 'string' && names.length > 1 ? nearest(names, input) : undefined;
  const wanted = expected === 'Object' ? 'an object' : expected === 'string' ? 'a text' : expected;
  return `expected ${wanted}, found ${show(input)}${meant === undefined ? '' : `: did you mean "${meant}"?`}`;
}

function unitHint(field: string): string {
  return /nanos$/i.test(field) ? ' (1 ms is 1000000)' : '';
}

/** The schema of the value that a path leads to; undefined where it cannot be told. */
function shapeAt(schema: Shape, items: readonly v.IssuePathItem[]): Shape | undefined {
  let at: Shape | undefined = plain(schema, items[0]?.input);
  for (const item of items) {
    if (at === undefined) return undefined;
    const below: Shape | undefined = at.entries?.[String(item.key)] ?? at.item ?? at.value;
    at = below === undefined ? undefined : plain(below, item.value);
  }
  return at;
}

/** Without what wraps it; of several kinds of object the one that the value's fields name. */
function plain(schema: Shape, value: unknown): Shape {
  if (schema.wrapped !== undefined) return plain(schema.wrapped, value);
  if (schema.type === 'lazy' && schema.getter !== undefined) return plain(schema.getter(value), value);
  if (schema.options === undefined || !isObject(value)) return schema;
  return schema.options.find((option) => Object.hasOwn(value, nameOf(option))) ?? schema;
}

/** The field that tells one kind of object from others: the first that it must have. */
function nameOf(option: Shape): string {
  return Object.entries(option.entries ?? {}).find(([, field]) => field.type !== 'exact_optional')?.[0] ?? '';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('.'));
}
