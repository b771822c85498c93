import { expect, test } from 'vitest';
import { FINDING_KINDS, type Finding } from './audit.ts';
import { guaranteesOf } from './guarantees.ts';

const finding = (kind: Finding['kind'], events: readonly number[]): Finding => ({ by: 'probe', kind, sentence: `${kind}.`, events });

test('every kind of finding breaks exactly one guarantee', () => {
  for (const kind of FINDING_KINDS) expect(guaranteesOf([finding(kind, [7])]).filter((one) => one.findings.length > 0)).toHaveLength(1);
});

test('a guarantee is broken from the first event of all the evidence against it', () => {
  const [ram] = guaranteesOf([finding('lost-write', [41, 44]), finding('torn-state', [2]), finding('lost-write', [39])]);
  expect(ram).toMatchObject({ name: 'RAM', brokenAt: 39, findings: [{ events: [41, 44] }, { events: [39] }] });
});

test('one that no event tells of is broken without a place', () => {
  const owner = guaranteesOf([finding('no-owner', [])]).find((one) => one.name === 'Owner');
  expect(owner).toMatchObject({ brokenAt: undefined, findings: [{ kind: 'no-owner' }] });
});
