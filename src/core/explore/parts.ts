/**
 * Parts of a search as files, so that any batch system can spread a big one over machines: each part holds the endings
 * of its own branches, and all of them together give the same answer as one search.
 */
import * as v from 'valibot';
import type { Program } from '../emulator/program.ts';
import type { FindingKind, RunClass } from '../trace/audit.ts';
import type { Ending } from './endings.ts';
import type { Decided, Shard } from './explore.ts';
import type { Choice } from './graph.ts';

const ending = v.strictObject({
  class: v.string(),
  kinds: v.array(v.string()),
  settled: v.boolean(),
  downtimeNanos: v.number(),
  bytes: v.number(),
  /** A decimal string. */
  count: v.pipe(v.string(), v.regex(/^[0-9]+$/)),
  way: v.array(v.tuple([v.number(), v.number()])),
});

const partSchema = v.strictObject({
  format: v.literal('switchover.exploration-part'),
  version: v.literal(1),
  scenario: v.unknown(),
  shard: v.strictObject({ index: v.number(), of: v.number() }),
  states: v.number(),
  elapsedMs: v.number(),
  endings: v.array(ending),
  pairs: v.array(v.string()),
});

export type Part = v.InferOutput<typeof partSchema>;

export function partOf(program: Program, decided: Decided, shard: Shard, elapsedMs: number): Part {
  return {
    format: 'switchover.exploration-part',
    version: 1,
    scenario: program.scenario,
    shard: { index: shard.index, of: shard.of },
    states: decided.states,
    elapsedMs,
    endings: decided.endings.map((one) => ({
      ...one,
      kinds: [...one.kinds],
      count: String(one.count),
      way: one.way.map(([list, step]): [number, number] => [list, step]),
    })),
    pairs: [...decided.pairs].sort(),
  };
}

/** A file as a part, or what is wrong with it. */
export function readPart(value: unknown): Part | string {
  const parsed = v.safeParse(partSchema, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  return `${issue?.path?.map((item) => String(item.key)).join('.') ?? '$'}: expected ${issue?.expected ?? 'a part of an exploration'}, found ${issue?.received ?? 'nothing'}`;
}

/** All parts of one search as one answer; a sentence where they do not belong together. */
export function mergeParts(parts: readonly Part[], movable: Decided['movable']): Decided | string {
  const [first] = parts;
  if (first === undefined) return 'no parts were given';
  const text = JSON.stringify(first.scenario);
  const { of } = first.shard;
  if (parts.some((part) => JSON.stringify(part.scenario) !== text)) return 'the parts are of different scenarios';
  if (parts.some((part) => part.shard.of !== of)) return 'the parts are of different divisions (--shard I/N with one N)';
  const seen = new Set(parts.map((part) => part.shard.index));
  if (seen.size !== parts.length) return 'a part was given twice';
  const missing = Array.from({ length: of }, (_, i) => i).filter((index) => !seen.has(index));
  if (missing.length > 0) return `parts are missing: ${missing.map((index) => `${index + 1}/${of}`).join(', ')}`;
  const endings = new Map<string, Ending>();
  for (const part of parts) {
    for (const one of part.endings) {
      const next: Ending = {
        ...one,
        class: one.class as RunClass,
        kinds: one.kinds as FindingKind[],
        count: BigInt(one.count),
        way: one.way as readonly Choice[],
      };
      const known = endings.get(keyOf(next));
      if (known === undefined) endings.set(keyOf(next), next);
      else endings.set(keyOf(next), { ...known, count: known.count + next.count });
    }
  }
  return {
    endings: [...endings.values()],
    pairs: new Set(parts.flatMap((part) => part.pairs)),
    graph: undefined,
    complete: true,
    states: parts.reduce((sum, part) => sum + part.states, 0),
    merged: 0,
    movable,
  };
}

/** Endings with equal keys are one. */
function keyOf(one: Ending): string {
  return `${one.class}/${one.kinds.join('+')}/${one.settled ? 1 : 0}/${one.downtimeNanos}/${one.bytes}`;
}
