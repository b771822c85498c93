/** Traces that bring viewers down: drawn, or refused in words; the page goes on answering. */
import { writeFileSync } from 'node:fs';
import type { LabPage } from './lab-page.ts';
import { expect, test } from './test.ts';

type Event = { readonly ph: string; readonly ts: number; readonly dur?: number; readonly tid?: number; readonly name?: string };

function write(path: string, events: Iterable<Event>): void {
  const lines: string[] = [];
  for (const { ph, ts, dur, tid = 1, name = 'a' } of events)
    lines.push(`{"ph":"${ph}","ts":${ts},${dur === undefined ? '' : `"dur":${dur},`}"pid":1,"tid":${tid},"name":"${name}"}`);
  writeFileSync(path, `[\n${lines.join(',\n')}\n]\n`);
}

function* many(count: number, event: (i: number) => Event): Generator<Event> {
  for (let i = 0; i < count; i += 1) yield event(i);
}

/** It is on screen, and can be zoomed, scrubbed and left. */
async function isAlive(lab: LabPage, events: number): Promise<void> {
  await expect.poll(async () => (await lab.dump()).events, { timeout: 45_000 }).toBe(events);
  await lab.idle();
  await lab.timeline.focus();
  for (const key of ['KeyW', 'KeyW', 'KeyD', 'KeyS', 'Digit0', 'End', 'ArrowLeft']) await lab.page.keyboard.press(key);
  await lab.idle();
  expect((await lab.dump()).cursor).toBeGreaterThan(0);
}

const DRAWN: readonly (readonly [what: string, events: number, list: () => Iterable<Event>])[] = [
  ['a million events at one instant', 1_000_000, () => many(1_000_000, () => ({ ph: 'i', ts: 5 }))],
  [
    'one event of the length of the whole',
    20_001,
    () => [{ ph: 'X', ts: 0, dur: 1e7, name: 'whole' }, ...many(20_000, (i) => ({ ph: 'X', ts: i * 500, dur: 400, tid: 2 }))],
  ],
  ['times near the end of what numbers hold', 1_000, () => many(1_000, (i) => ({ ph: 'X', ts: 9_007_199_000_000 + i * 200, dur: 100 }))],
  [
    'events in no order, nested and overlapping',
    3_000,
    () => many(3_000, (i) => ({ ph: 'X', ts: (i * 7_919) % 30_011, dur: 1 + ((i * 31) % 400) })),
  ],
];

for (const [what, events, list] of DRAWN) {
  test(`${what}: drawn`, async ({ lab }, info) => {
    const path = info.outputPath('trace.json');
    write(path, list());
    await lab.openFiles([path]);
    await isAlive(lab, events);
  });
}

test('ten thousand lanes: drawn, and said how many are shown', async ({ lab }, info) => {
  const path = info.outputPath('trace.json');
  write(
    path,
    many(20_000, (i) => ({ ph: 'X', ts: i, dur: 3, tid: i % 10_000 })),
  );
  await lab.openFiles([path]);
  await isAlive(lab, 20_000);
  await expect(lab.page.getByText(/10,000 lanes: the first \d+ are shown/)).toBeVisible();
});

test('negative durations: drawn as taking no time, and said', async ({ lab, page }, info) => {
  const path = info.outputPath('trace.json');
  write(
    path,
    many(100, (i) => ({ ph: 'X', ts: i * 10, dur: i % 2 === 0 ? 5 : -5 })),
  );
  await lab.openFiles([path]);
  await isAlive(lab, 100);
  await expect(page.getByText('50 events have a negative duration', { exact: false })).toBeVisible();
});

for (const [what, event, words] of [
  ['a time beyond what numbers hold', { ph: 'X', ts: 1e16, dur: 1 }, /event 1: its time/],
  ['a time before zero', { ph: 'X', ts: -5, dur: 1 }, /event 1: its time/],
  ['an end beyond what numbers hold', { ph: 'X', ts: 9_007_199_000_000, dur: 1e12 }, /event 1: it ends/],
] as const) {
  test(`${what}: refused, and what was on screen is kept`, async ({ lab, page }, info) => {
    const before = (await lab.dump()).events;
    const path = info.outputPath('trace.json');
    write(path, [event]);
    await lab.openFiles([path]);
    await expect(page.getByRole('alert').filter({ hasText: words })).toBeVisible();
    expect((await lab.dump()).events).toBe(before);
  });
}
