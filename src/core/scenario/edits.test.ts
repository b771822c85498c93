import { fc, test as property } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { applyEdit, END, editsBetween, invertEdit, nameOfEdits, type OrderingEdit, parseEdits, printEdits, singly } from './edits.ts';
import type { Ordering } from './ordering.ts';

/** One of them is called as the place after the last one is written. */
const STEPS = ['a', 'b', 'c', 'd', 'e', 'end'];
const LISTS: Ordering = { lists: { source: STEPS, target: ['x', 'y'] }, skipped: [], delays: {} };

const stepOf = fc.constantFrom(...STEPS);
const edit: fc.Arbitrary<OrderingEdit> = fc.oneof(
  fc.record({
    kind: fc.constant('move' as const),
    list: fc.constant('source'),
    steps: fc.uniqueArray(stepOf, { minLength: 1, maxLength: 3 }),
    before: fc.oneof(stepOf, fc.constantFrom('end', END)),
  }),
  fc.record({ kind: fc.constantFrom('skip' as const, 'unskip' as const), list: fc.constant('source'), step: stepOf }),
  fc.record({ kind: fc.constant('delay' as const), list: fc.constant('source'), step: stepOf, nanos: fc.nat(9_000) }),
);
const apply = (ordering: Ordering, edits: readonly OrderingEdit[]) => edits.reduce(applyEdit, ordering);

property.prop([fc.array(edit, { maxLength: 8 }), edit], { seed: 11 })('an edit and its inverse leave nothing (seed 11)', (before, one) => {
  const ordering = apply(LISTS, before);
  expect(apply(applyEdit(ordering, one), invertEdit(ordering, one))).toEqual(ordering);
});

property.prop([fc.array(edit, { maxLength: 8 })], { seed: 12 })('print and parse are inverses (seed 12)', (edits) => {
  expect(parseEdits(printEdits(edits))).toEqual(edits);
});

property.prop([fc.array(edit, { maxLength: 10 }), fc.array(edit, { maxLength: 10 })], { seed: 13 })(
  'edits between two orderings lead from one to the other (seed 13)',
  (a, b) => {
    const [from, to] = [apply(LISTS, a), apply(LISTS, b)];
    expect(apply(from, editsBetween(from, to))).toEqual(to);
  },
);

test('one step out of place is one move, named by it', () => {
  const to = applyEdit(LISTS, { kind: 'move', list: 'source', steps: ['d'], before: 'b' });
  expect(printEdits(editsBetween(LISTS, to))).toBe('move source/d before b');
  expect(nameOfEdits(editsBetween(LISTS, to))).toBe('d before b');
});

test('a block that moved is one edit, and as single steps leads to the same', () => {
  const to = applyEdit(LISTS, { kind: 'move', list: 'source', steps: ['d', 'e'], before: 'a' });
  expect(printEdits(editsBetween(LISTS, to))).toBe('move source/d,e before a');
  expect(printEdits(singly(editsBetween(LISTS, to)))).toBe('move source/e before a; move source/d before e');
});

property.prop([fc.array(edit, { maxLength: 10 })], { seed: 14 })('edits one step at a time lead to the same (seed 14)', (edits) => {
  const to = apply(LISTS, edits);
  expect(apply(LISTS, singly(editsBetween(LISTS, to)))).toEqual(to);
});

test('a step that is called end is not the end', () => {
  const before = applyEdit(LISTS, { kind: 'move', list: 'source', steps: ['a'], before: 'end' });
  const last = applyEdit(LISTS, { kind: 'move', list: 'source', steps: ['a'], before: END });
  expect([before, last].map((one) => one.lists['source']?.indexOf('a'))).toEqual([4, 5]);
  expect([before, last].map((one) => printEdits(editsBetween(LISTS, one)))).toEqual([
    'move source/a before source/end',
    'move source/a before end',
  ]);
});

test('a text that is no edit is refused whole', () => {
  expect(parseEdits('skip source/a; jump source/b')).toBeUndefined();
});
