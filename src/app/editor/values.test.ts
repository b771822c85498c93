import { fc, test as prop } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { idsIn, insert, printPath, put, rename, shift, valueAt, without } from './values.ts';

const doc = { id: 'one', steps: { source: [{ id: 'a' }, { id: 'b' }, { id: 'c' }] } };

test('paths print as the checks print them', () => {
  expect(printPath(['steps', 'source', 2, 'label'])).toBe('$.steps.source[2].label');
  expect(printPath([])).toBe('$');
});

test('a value is put, taken away, inserted, moved, renamed; what it was stays as it was', () => {
  const before = JSON.stringify(doc);
  expect(valueAt(put(doc, ['steps', 'source', 1, 'label'], 'B'), ['steps', 'source', 1])).toEqual({ id: 'b', label: 'B' });
  expect(put(doc, ['limits', 'rounds'], 3)).toEqual({ ...doc, limits: { rounds: 3 } });
  expect(without(doc, ['steps', 'source', 0])).toEqual({ id: 'one', steps: { source: [{ id: 'b' }, { id: 'c' }] } });
  expect(without(doc, ['id'])).toEqual({ steps: doc.steps });
  expect(insert(doc, ['logs'], 0, { id: 'kvm' })).toEqual({ ...doc, logs: [{ id: 'kvm' }] });
  expect(idsIn(shift(doc, ['steps', 'source', 0], 2))).toEqual(new Set(['one', 'b', 'c', 'a']));
  expect(shift(doc, ['steps', 'source', 0], -1)).toBe(doc);
  expect(Object.keys(rename(doc, ['id'], 'name') as object)).toEqual(['name', 'steps']);
  expect(rename(doc, ['id'], 'steps')).toBe(doc);
  expect(JSON.stringify(doc)).toBe(before);
});

prop.prop([fc.array(fc.integer(), { minLength: 1, maxLength: 9 }), fc.nat(8), fc.integer({ min: -8, max: 8 })], { seed: 12 })(
  'a move is undone by its opposite, whatever the list (seed 12)',
  (items, from, by) => {
    const path = ['list', from % items.length];
    const moved = shift({ list: items }, path, by);
    const back = shift(moved, ['list', (from % items.length) + by], -by);
    if (moved !== back) expect(back).toEqual({ list: items });
  },
);
