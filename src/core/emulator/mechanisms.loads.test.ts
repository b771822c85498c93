/** Loads that answer 0 and do harm, and processes that are gone or not there yet: each with what makes it harmless. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { put, step } from '../scenario/mechanisms.scenes.ts';
import { auditOf, type Case, type Loose, outcome, PLAIN_FILE } from './mechanisms.cases.ts';

const FILE = readFileSync(join(import.meta.dirname, PLAIN_FILE), 'utf8');

/** The device in two sections, saved in this order by a step each; the target loads what comes. */
function inSections(s: Loose, order: readonly string[], head: Loose, body: Loose): void {
  s.models[0].sections = [
    { id: 'head', bytes: 64, ...head },
    { id: 'body', bytes: 4096, ...body },
  ];
  step(s, 'source', 'save').does = order.map((id) => ({ save: 'mdev', sections: [id] }));
}

/** The second section is taken only while a flag is set. */
function whenReady(s: Loose): void {
  s.flags = { ready: 0 };
  inSections(s, ['head', 'body'], {}, { needs: [{ condition: { flag: 'ready', is: 1 }, errno: 'EINVAL' }], unmet: 'ignored' });
}

/** Two attempts, the first of which fails once RAM is on its way; the target's second is a new process. */
function twice(s: Loose): void {
  const { source, target } = s.steps;
  const stop = (one: Loose) => one.id !== 'bulk' && one.id !== 'arm';
  s.steps = { source, target, 'source.out.2': structuredClone(source.filter(stop)), 'target.in.2': structuredClone(target) };
  s.lists = {
    ...s.lists,
    source: { host: 'source', recovery: [{ id: 'go-on', label: 'Go on', does: [] }] },
    'source.out.2': { host: 'source' },
    'target.in.2': { host: 'target', fresh: true },
  };
  s.faults = [{ step: 'source/vm-stop', what: 'errno', errno: 'ECANCELED' }];
}

const CASES: readonly Case[] = [
  [
    'a section whose load came too early answers 0 and takes nothing',
    'torn-state',
    /without section head: the load of head answered 0 and took nothing, since body was not loaded yet/,
    (s) => inSections(s, ['head', 'body'], { after: ['body'], unmet: 'ignored' }, {}),
    (s) => inSections(s, ['body', 'head'], { after: ['body'], unmet: 'ignored' }, {}),
  ],
  [
    'a section whose need in the world is not met',
    'torn-state',
    /the load of body answered 0 and took nothing, since it needs flag ready = 1/,
    whenReady,
    (s) => {
      whenReady(s);
      put(s, 'target', 'load', 'ready', { flag: 'ready', value: 1 });
    },
  ],
  [
    'a section whose load puts back one that was loaded before',
    'torn-state',
    /without section body: the load of head put body back to its reset value after it had been loaded/,
    (s) => inSections(s, ['body', 'head'], { resets: ['body'] }, {}),
    (s) => inSections(s, ['head', 'body'], { resets: ['body'] }, {}),
  ],
  [
    'a constant section that was put back',
    'torn-state',
    /put body back to its reset value/,
    (s) => inSections(s, ['body', 'head'], { resets: ['body'] }, { constant: true }),
    (s) => inSections(s, ['head', 'body'], { resets: ['body'] }, { constant: true }),
  ],
  [
    'pages that went to the process of an earlier attempt',
    'lost-write',
    /it went to a process of an earlier attempt, which is gone, and nothing marked it again/,
    twice,
    (s) => {
      twice(s);
      put(s, 'source.out.2', 'round', 'again', { log: 'kvm', op: 'remark' }, { log: 'vmm', op: 'remark' });
    },
  ],
];

test.each(CASES)('%s', (...one) => {
  const { found, ...others } = outcome(FILE, one);
  expect(found).toMatch(one[2]);
  expect(others).toEqual({ ok: false, mendedOk: true, left: others.left.filter((sentence) => /^(EIO|ECANCELED)/.test(sentence)) });
});

test('a load that takes nothing is the only thing told of it', () => {
  const audit = auditOf(FILE, (s) => inSections(s, ['head', 'body'], { after: ['body'], unmet: 'ignored' }, {}));
  expect(audit.findings).toHaveLength(1);
});

describe('channels', () => {
  test('a list reads on while one of its background steps does', () => {
    const audit = auditOf(FILE, (s) => {
      s.channels.push({ id: 'side', from: 'source', to: 'target', bytesPerSecond: 100_000_000, latencyNanos: 100_000 });
      // The reader's list is over long before the sender's mark.
      step(s, 'source', 'bulk').does = [{ copy: 'all', channel: 'side' }];
      put(s, 'source', '', 'late', { cost: { nanos: 5_000_000 } }, { signal: 'over', op: 'send', channel: 'side', end: true });
      s.steps.target.unshift({ id: 'side', label: 'side', background: true, does: [{ load: 'stream', channel: 'side' }] });
    });
    expect(audit.findings.filter((one) => one.kind === 'refused')).toEqual([]);
  });

  test('a later attempt begins when the new process that it sends to is there', () => {
    const audit = auditOf(FILE, (s) => {
      twice(s);
      // The target notices late that its first attempt has failed.
      s.channels[0].latencyNanos = 50_000_000;
      put(s, 'source.out.2', 'round', 'again', { log: 'kvm', op: 'remark' }, { log: 'vmm', op: 'remark' });
    });
    expect(audit.findings.map((one) => one.kind)).toEqual(['refused', 'refused']);
    expect(audit.reported).toBe('completed');
  });
});
