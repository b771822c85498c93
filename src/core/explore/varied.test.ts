/** What the scenarios by seed are made of: all that the format can say and a search can come to see. */
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { scenarioSchema } from '../scenario/schema.ts';
import { variedScenario } from './varied.ts';
import { rareScenario } from './varied-rare.ts';

const SEEDS = 500;

/** Words of the format that no scenario by seed needs, by reason. */
const LEFT_OUT: { readonly [reason: string]: readonly string[] } = {
  'shown, not judged': [
    ...['about', 'lookFor', 'tags', 'why', 'call', 'calls', 'as', 'number', 'fd', 'fields'],
    ...['saveCall', 'loadCall', 'beforeSave', 'beforeLoad', 'afterLoad'],
    ...['as=ioctl', 'as=region-write', 'as=region-read', 'as=callback', 'as=none'],
    ...['fd=device', 'fd=container', 'fd=data', 'fd=iommufd', 'fd=kvm'],
  ],
  'of the timed workload, without which orderings are decided': [
    ...['load', 'pagesPerSecond', 'workingSetPages', 'pattern', 'pattern=sequential', 'pattern=random', 'apartNanos', 'changes', 'atNanos'],
    ...['guest', 'thinkNanos', 'ring', 'results', 'depth', 'patienceNanos', 'seed'],
  ],
};

interface Part {
  readonly type?: string;
  readonly entries?: { readonly [name: string]: Part };
  readonly options?: readonly (Part | string)[];
  readonly items?: readonly Part[];
  readonly pipe?: readonly Part[];
  readonly item?: Part;
  readonly wrapped?: Part;
  readonly value?: Part;
  readonly getter?: () => Part;
}

/** Fields as `name`, choices as `name=choice`. */
function wordsOf(schema: Part): ReadonlySet<string> {
  const words = new Set<string>();
  const seen = new Set<Part>();
  const unfolded = new Set<string>();
  const walk = (part: Part | string | undefined, field: string): void => {
    if (typeof part === 'string') words.add(`${field}=${part}`);
    if (typeof part !== 'object' || (seen.has(part) && part.type !== 'picklist')) return;
    seen.add(part);
    if (part.getter !== undefined) {
      // What refers to itself makes itself anew each time.
      if (!unfolded.has(field)) {
        unfolded.add(field);
        walk(part.getter(), field);
      }
      return;
    }
    for (const [name, one] of Object.entries(part.entries ?? {})) {
      words.add(name);
      walk(one, name);
    }
    for (const one of [...(part.options ?? []), ...(part.items ?? []), ...(part.pipe ?? [])]) if (one !== part) walk(one, field);
    for (const one of [part.item, part.wrapped, part.value]) walk(one, field);
  };
  walk(schema, '');
  return words;
}

function use(value: unknown, field: string, used: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) use(one, field, used);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, one] of Object.entries(value)) {
      if (one === undefined) continue;
      used.add(name);
      use(one, name, used);
    }
  } else used.add(`${field}=${value}`);
}

test('every field and every choice of the format occurs in them, but for those with a reason', () => {
  const used = new Set<string>();
  for (let seed = 1; seed <= SEEDS; seed += 1) for (const one of [variedScenario(seed), rareScenario(seed)]) use(one, '', used);
  const words = wordsOf(scenarioSchema as unknown as Part);
  // The walk sees what it should: the primitives, the operations on a log, the conditions.
  for (const word of ['barrier', 'op=fill', 'access=absent', 'migratable', 'twoPhase=log-first', 'arcs']) expect(words).toContain(word);
  const left = new Set(Object.values(LEFT_OUT).flat());
  expect([...words].filter((word) => !used.has(word) && !left.has(word))).toEqual([]);
  expect([...left].filter((word) => !words.has(word))).toEqual([]);
});

test('an operation that the format gains is missed until they have it', () => {
  const more = v.strictObject({ ...scenarioSchema.entries, quiesce: v.picklist(['now']) });
  const news = [...wordsOf(more as unknown as Part)].filter((word) => !wordsOf(scenarioSchema as unknown as Part).has(word));
  expect(news).toEqual(['quiesce', 'quiesce=now']);
});
