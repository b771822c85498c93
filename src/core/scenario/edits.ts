/**
 * Edits of an ordering, as values with laws: `apply`, `invert`, `print`, `parse`.
 *
 *     apply(apply(o, e), invert(o, e)) = o          parse(print(e)) = e
 *
 * Printed form, as it stands in links, on the clipboard and in tests:
 *
 *     move source/save-device before query-bitmap; skip source/copy-last; delay source/vm-stop 5000000
 *
 * `before` is a step of the same list, or `end`; a step that is called `end` is written with its list.
 */
import type { Nanos } from '../trace/time.ts';
import type { Ordering } from './ordering.ts';

export type OrderingEdit =
  | { readonly kind: 'move'; readonly list: string; readonly steps: readonly string[]; readonly before: string }
  | { readonly kind: 'skip'; readonly list: string; readonly step: string }
  | { readonly kind: 'unskip'; readonly list: string; readonly step: string }
  | { readonly kind: 'delay'; readonly list: string; readonly step: string; readonly nanos: Nanos };

/** Place after the last step of a list: no name of a step. */
export const END = '/';

/** The ordering after the edit; the same object where nothing changes. Unknown steps change nothing. */
export function applyEdit(ordering: Ordering, edit: OrderingEdit): Ordering {
  const ids = ordering.lists[edit.list];
  if (ids === undefined) return ordering;
  if (edit.kind === 'move') return withList(ordering, edit.list, moved(ids, edit.steps, edit.before));
  const key = `${edit.list}/${edit.step}`;
  if (!ids.includes(edit.step)) return ordering;
  if (edit.kind === 'delay') {
    const { [key]: _, ...others } = ordering.delays;
    return { ...ordering, delays: edit.nanos > 0 ? { ...others, [key]: edit.nanos } : others };
  }
  const left = ordering.skipped.includes(key);
  if (edit.kind === 'skip') return left ? ordering : { ...ordering, skipped: [...ordering.skipped, key].sort() };
  return left ? { ...ordering, skipped: ordering.skipped.filter((one) => one !== key) } : ordering;
}

/** The edits that undo `edit` as applied to `ordering`, in the order in which to apply them. */
export function invertEdit(ordering: Ordering, edit: OrderingEdit): readonly OrderingEdit[] {
  const key = edit.kind === 'move' ? '' : `${edit.list}/${edit.step}`;
  switch (edit.kind) {
    case 'skip':
      return ordering.skipped.includes(key) ? [] : [{ kind: 'unskip', list: edit.list, step: edit.step }];
    case 'unskip':
      return ordering.skipped.includes(key) ? [{ kind: 'skip', list: edit.list, step: edit.step }] : [];
    case 'delay':
      return [{ ...edit, nanos: ordering.delays[key] ?? 0 }];
    case 'move': {
      const ids = ordering.lists[edit.list] ?? [];
      // From the back: each step returns to before the one that followed it.
      return [...edit.steps]
        .sort((a, b) => ids.indexOf(b) - ids.indexOf(a))
        .filter((step) => ids.includes(step))
        .map((step) => ({ kind: 'move', list: edit.list, steps: [step], before: ids[ids.indexOf(step) + 1] ?? END }));
    }
  }
}

function moved(ids: readonly string[], steps: readonly string[], before: string): readonly string[] {
  const block = steps.filter((step) => ids.includes(step));
  if (block.length === 0 || block.includes(before)) return ids;
  const rest = ids.filter((id) => !block.includes(id));
  const at = before === END ? rest.length : rest.indexOf(before);
  if (at < 0) return ids;
  return [...rest.slice(0, at), ...block, ...rest.slice(at)];
}

function withList(ordering: Ordering, list: string, ids: readonly string[]): Ordering {
  const before = ordering.lists[list] ?? [];
  if (before.every((id, i) => ids[i] === id)) return ordering;
  return { ...ordering, lists: { ...ordering.lists, [list]: ids } };
}

export function printEdit(edit: OrderingEdit): string {
  switch (edit.kind) {
    case 'move':
      return `move ${edit.list}/${edit.steps.join(',')} before ${printPlace(edit.list, edit.before)}`;
    case 'delay':
      return `delay ${edit.list}/${edit.step} ${edit.nanos}`;
    default:
      return `${edit.kind} ${edit.list}/${edit.step}`;
  }
}

function printPlace(list: string, before: string): string {
  if (before === END) return END_WORD;
  return before === END_WORD ? `${list}/${before}` : before;
}

export function printEdits(edits: readonly OrderingEdit[]): string {
  return edits.map(printEdit).join('; ');
}

const END_WORD = 'end';
const STEP = '[^\\s/;,]+';
const MOVE = new RegExp(`^move (${STEP})/(${STEP}(?:,${STEP})*) before (?:(${STEP})/)?(${STEP})$`);
const DELAY = new RegExp(`^delay (${STEP})/(${STEP}) (\\d+)$`);
const SKIP = new RegExp(`^(skip|unskip) (${STEP})/(${STEP})$`);

/** The edits of a printed text; undefined where a part is none. */
export function parseEdits(text: string): readonly OrderingEdit[] | undefined {
  const parts = text
    .split(';')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  const edits = parts.map(parseEdit);
  return edits.every((edit) => edit !== undefined) ? edits : undefined;
}

function parseEdit(text: string): OrderingEdit | undefined {
  const move = MOVE.exec(text);
  if (move !== null) {
    const [, list = '', steps = '', of, place = ''] = move;
    if (of !== undefined && of !== list) return undefined;
    return { kind: 'move', list, steps: steps.split(','), before: of === undefined && place === END_WORD ? END : place };
  }
  const delay = DELAY.exec(text);
  if (delay !== null) return { kind: 'delay', list: delay[1] as string, step: delay[2] as string, nanos: Number(delay[3]) };
  const skip = SKIP.exec(text);
  if (skip === null) return undefined;
  return { kind: skip[1] as 'skip' | 'unskip', list: skip[2] as string, step: skip[3] as string };
}

/** The fewest edits that lead from one ordering to another: steps outside the longest common order move, neighbours as a block. */
export function editsBetween(from: Ordering, to: Ordering): readonly OrderingEdit[] {
  const edits: OrderingEdit[] = [];
  for (const [list, ids] of Object.entries(to.lists)) {
    const kept = new Set(longestCommon(from.lists[list] ?? [], ids));
    for (const { steps, before } of straysIn(ids, kept)) edits.push({ kind: 'move', list, steps, before });
  }
  for (const key of to.skipped) if (!from.skipped.includes(key)) edits.push({ kind: 'skip', ...split(key) });
  for (const key of from.skipped) if (!to.skipped.includes(key)) edits.push({ kind: 'unskip', ...split(key) });
  for (const key of new Set([...Object.keys(from.delays), ...Object.keys(to.delays)])) {
    const nanos = to.delays[key] ?? 0;
    if (nanos !== (from.delays[key] ?? 0)) edits.push({ kind: 'delay', ...split(key), nanos });
  }
  return edits;
}

/** Runs of steps that are not kept, the last first: what each stands before has its place by then. */
function straysIn(
  ids: readonly string[],
  kept: ReadonlySet<string>,
): readonly { readonly steps: readonly string[]; readonly before: string }[] {
  const runs: { readonly steps: readonly string[]; readonly before: string }[] = [];
  let steps: readonly string[] = [];
  for (const id of [...ids, END]) {
    if (id !== END && !kept.has(id)) steps = [...steps, id];
    else if (steps.length > 0) {
      runs.unshift({ steps, before: id });
      steps = [];
    }
  }
  return runs;
}

/** The same as moves of single steps, for who asks which of them matter. */
export function singly(edits: readonly OrderingEdit[]): readonly OrderingEdit[] {
  return edits.flatMap((edit): readonly OrderingEdit[] =>
    edit.kind !== 'move'
      ? [edit]
      : edit.steps.map((step, i): OrderingEdit => ({ ...edit, steps: [step], before: edit.steps[i + 1] ?? edit.before })).toReversed(),
  );
}

function split(key: string): { readonly list: string; readonly step: string } {
  const at = key.indexOf('/');
  return { list: key.slice(0, at), step: key.slice(at + 1) };
}

function longestCommon(a: readonly string[], b: readonly string[]): readonly string[] {
  const best: number[][] = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  const at = (i: number, j: number) => best[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      (best[i] as number[])[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const common: string[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) {
      common.push(a[i] as string);
      i += 1;
      j += 1;
    } else if (at(i + 1, j) >= at(i, j + 1)) i += 1;
    else j += 1;
  }
  return common;
}

/** A name for a take, made from what was edited: "save-device before query-bitmap; without copy-last". */
export function nameOfEdits(edits: readonly OrderingEdit[]): string {
  if (edits.length === 0) return 'as the story lists it';
  return edits
    .map((edit) => {
      switch (edit.kind) {
        case 'move':
          return `${edit.steps.join(', ')} ${edit.before === END ? 'last' : `before ${edit.before}`}`;
        case 'skip':
          return `without ${edit.step}`;
        case 'unskip':
          return `with ${edit.step}`;
        case 'delay':
          return edit.nanos === 0 ? `${edit.step} not delayed` : `${edit.step} later by ${edit.nanos / 1e6} ms`;
      }
    })
    .join('; ');
}
