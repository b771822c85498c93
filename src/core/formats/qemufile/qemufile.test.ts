/** The stream of a run: read back byte for byte, and the RAM in it is the guest's. */
import { expect, test } from 'vitest';
import { models } from '../../emulator/devices/index.ts';
import { run } from '../../emulator/run.ts';
import { stories } from '../../scenario/library/index.ts';
import { orderingOf } from '../../scenario/ordering.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { kindAt } from '../../trace/trace.ts';
import { parseStream, printStream, type Section } from './stream.ts';
import { GLOBALSTATE_BYTES, qemuFileOf, TIMER_BYTES } from './write.ts';

/** The story with RAM small enough for a test. */
function small(id: string): Scenario {
  const story = stories.find((one) => one.id === id) as Scenario;
  const regions = story.memory.regions.map((region) => ({ ...region, pages: Math.min(region.pages, 4_096), populated: 700 }));
  const writers = story.writers.map((writer) =>
    writer.load === undefined
      ? writer
      : { ...writer, load: { ...writer.load, workingSetPages: Math.min(300, writer.load.workingSetPages ?? 300) } },
  );
  return { ...story, memory: { ...story.memory, regions }, writers };
}

function recorded(scenario: Scenario) {
  return { scenario, ordering: orderingOf(scenario), ...run(scenario) };
}

function bytesOf(scenario: Scenario, friendly: boolean): Uint8Array {
  const pieces = [...printStream(qemuFileOf(recorded(scenario), models, friendly))];
  return Buffer.concat(pieces);
}

function sizesOf(description: string): ReadonlyMap<string, number> {
  const { devices } = JSON.parse(description) as {
    readonly devices: { readonly name: string; readonly fields: { readonly size: number }[] }[];
  };
  return new Map(devices.map((device) => [device.name, device.fields.reduce((sum, field) => sum + field.size, 0)]));
}

const PLAIN = new Map([
  ['timer', TIMER_BYTES],
  ['globalstate', GLOBALSTATE_BYTES],
]);

test.each(['rfc-gilbert', 'rfc-v1-as-drawn', 'v2-mtty', 'v2-qemu-10', 'v2-two-devices', 'v1-qemu-7.2'])(
  '%s: the faithful stream is read back and printed again byte for byte',
  (id) => {
    const bytes = bytesOf(small(id), false);
    const read = parseStream(bytes, PLAIN);
    expect(Buffer.compare(Buffer.concat([...printStream(read)]), bytes)).toBe(0);
  },
);

test.each(['rfc-gilbert', 'v2-mtty'])('%s: the other variant too, its sizes taken from its own description', (id) => {
  const bytes = bytesOf(small(id), true);
  const text = bytes.toString();
  const read = parseStream(bytes, sizesOf(text.slice(text.lastIndexOf('{"page_size"'))));
  expect(Buffer.compare(Buffer.concat([...printStream(read)]), bytes)).toBe(0);
  expect([...read.sections].filter((section) => section.type === 'full').map((section) => section.idstr)).toEqual([
    '0000:00:03.0/vfio',
    'timer',
    'globalstate',
  ]);
});

/** Content by page, as the target would have it. */
function ramIn(sections: Iterable<Section>): ReadonlyMap<number, string> {
  const pages = new Map<number, string>();
  for (const { payload } of sections) {
    if (payload.kind !== 'ram') continue;
    for (const record of payload.records)
      if (record.what !== 'size') pages.set(record.offset / 4096, record.what === 'zero' ? '' : Buffer.from(record.data).toString('hex'));
  }
  return pages;
}

test('a run that loses pages has their old content in the file, one that does not has none', () => {
  const sound = small('rfc-gilbert');
  const lossy = { ...sound, skipped: ['source/copy-last'] };
  const [right, wrong] = [sound, lossy].map((scenario) => ramIn(parseStream(bytesOf(scenario, false), PLAIN).sections));
  const differing = [...(right ?? [])].filter(([page, content]) => wrong?.get(page) !== content).map(([page]) => page);
  const lost = run(lossy).audit.findings.filter((finding) => finding.kind === 'lost-write' && finding.by === 'workload');
  const named = lost.flatMap((finding) => expand(finding.pages ?? []));
  expect(named.length).toBeGreaterThan(0);
  expect(named.filter((page) => !differing.includes(page))).toEqual([]);
});

function expand(runs: readonly number[]): readonly number[] {
  return Array.from({ length: runs.length / 2 }, (_, i) => i).flatMap((i) =>
    Array.from({ length: runs[2 * i + 1] as number }, (_, k) => (runs[2 * i] as number) + k),
  );
}

test('a stream that never ends is refused with its reason', () => {
  const failed = recorded(stories.find((one) => one.id === 'rfc-unmigratable') as Scenario);
  expect(() => qemuFileOf(failed, models, true)).toThrow(/never reaches the end mark/);
  expect(kindAt(failed.trace, 0)).toBe('run-state');
});
