/** Damaged gallery files: each is told what is wrong with it, or runs to an end within the limits. Never a crash, never a hang. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type RandomStream, randomStream } from '../base/random.ts';
import { models } from '../emulator/devices/index.ts';
import { protocols } from '../emulator/protocols/index.ts';
import { prepare, startRun } from '../emulator/run.ts';
import { checkScenario } from './check.ts';
import { orderingOf } from './ordering.ts';

const FOLDER = join(import.meta.dirname, '../../../public/examples/gallery');
const FILES = readdirSync(FOLDER).filter((file) => file !== 'index.json');
const NUMBERS = [0, -1, 1, 1e9, 1e15, 2 ** 40, 0.5, Number.NaN, 1e308];

type Place = readonly [holder: { [key: string]: unknown }, key: string];

function placesIn(value: unknown, found: Place[] = []): readonly Place[] {
  if (typeof value !== 'object' || value === null) return found;
  for (const key of Object.keys(value)) {
    found.push([value as Place[0], key]);
    placesIn((value as Place[0])[key], found);
  }
  return found;
}

/** One of the ways in which hands and programs spoil a file. */
function damage(file: unknown, words: readonly string[], chance: RandomStream): void {
  const places = placesIn(file);
  const [holder, key] = places[chance.below(places.length)] as Place;
  const [other, otherKey] = places[chance.below(places.length)] as Place;
  const value = holder[key];
  const ways: readonly (() => void)[] = [
    () => (Array.isArray(holder) ? void holder.splice(Number(key), 1) : void delete holder[key]),
    () => void (holder[key] = words[chance.below(words.length)]),
    () => void (holder[key] = NUMBERS[chance.below(NUMBERS.length)]),
    () => void (Array.isArray(value) && value.reverse()),
    () => void (Array.isArray(value) && value.length > 0 && value.push(structuredClone(value[chance.below(value.length)]))),
    () => void (holder[key] = structuredClone(other[otherKey])),
    () => void (holder[key] = null),
    () => void (holder[key] = []),
    () => void (typeof value === 'number' && (holder[key] = value * ([0, 2, 1e3, 1e6][chance.below(4)] as number))),
  ];
  ways[chance.below(ways.length)]?.();
}

test.each([1, 2, 3])('300 damaged files give problems or an end (seed=%i)', (seed) => {
  const chance = randomStream(seed, 'fuzz');
  const files = FILES.map((file) => JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as unknown);
  const words = [...new Set(files.flatMap(valuesIn).filter((word) => typeof word === 'string' && word.length < 30))] as string[];
  let ran = 0;
  for (let i = 0; i < 300; i += 1) {
    const file = structuredClone(files[chance.below(files.length)]);
    for (let n = 1 + chance.below(3); n > 0; n -= 1) damage(file, words, chance);
    const { scenario, problems } = checkScenario(file, { models, protocols });
    if (scenario === undefined) {
      for (const { path, message } of problems) expect(path.length * message.length, JSON.stringify(problems)).toBeGreaterThan(0);
      continue;
    }
    const limited = { ...scenario, limits: { ...scenario.limits, events: 5_000 } };
    const run = startRun(prepare(limited), orderingOf(limited), { probes: true, workload: true, seed });
    for (let steps = 0; !run.advance(1_000); steps += 1) expect(steps).toBeLessThan(10);
    expect(run.finish().audit.sentence).not.toBe('');
    ran += 1;
  }
  expect(ran).toBeGreaterThan(20);
});

function valuesIn(file: unknown): readonly unknown[] {
  return placesIn(file).map(([holder, key]) => holder[key]);
}
