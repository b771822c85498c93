/**
 * What a frame costs, counted and not timed: calls that draw, arguments that are read, arrays that are made. A clock in a test fails on
 * a busy machine; these fail when somebody draws each event again.
 */
import { expect, test } from 'vitest';
import { run } from '../../core/emulator/run.ts';
import { stories } from '../../core/scenario/library/index.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import { makeAxis, wholeView, zoom } from '../../core/swimlane/axis.ts';
import { indexLanes } from '../../core/swimlane/lane-index.ts';
import { makeRows } from '../../core/swimlane/rows.ts';
import { TraceBuilder } from '../../core/trace/builder.ts';
import { StateAt } from '../../core/trace/state-at.ts';
import type { Trace } from '../../core/trace/trace.ts';
import { LANE_KINDS } from '../../core/trace/vocabulary.ts';
import type { RunView } from '../store/state.ts';
import type { Colours } from './colours.ts';
import { createLooks } from './looks.ts';
import { createPixels } from './pixels.ts';
import { inTwoLines } from './row-painter.ts';
import { makeScene, resize, type Scene } from './scene.ts';
import { paintScene } from './scene-painter.ts';

const WIDTH_PX = 1_000;
const INK = '#336699';
const byKind = Object.fromEntries(LANE_KINDS.map((kind) => [kind, INK])) as Colours['hue'];
const COLOURS = {
  ...(Object.fromEntries(
    ['background', 'band', 'line', 'lineStrong', 'ink', 'dim', 'bad', 'badInk', 'onBad', 'accent', 'wire'].map((name) => [name, INK]),
  ) as Omit<Colours, 'hue' | 'onHue'>),
  hue: byKind,
  onHue: byKind,
};

/** A context that counts calls and draws nothing; letters of the usual size are six pixels wide. Words are kept with the place where they stand. */
function countingContext() {
  const calls = new Map<string, number>();
  const words: { readonly text: string; readonly x: number; readonly y: number; readonly widthPx: number }[] = [];
  const context = new Proxy({} as Record<string, unknown>, {
    get(target, name: string) {
      if (name in target) return target[name];
      return (...args: unknown[]) => {
        calls.set(name, (calls.get(name) ?? 0) + 1);
        if (name === 'fillText') {
          const size = Number.parseInt(/(\d+)px/.exec(String(target['font']))?.[1] ?? '11', 10);
          words.push({ text: String(args[0]), x: Number(args[1]), y: Number(args[2]), widthPx: (6 * String(args[0]).length * size) / 11 });
        }
        if (name === 'measureText') return { width: 6 * String(args[0]).length };
        if (name !== 'createImageData') return undefined;
        const [width, height] = args as [number, number];
        return { width, height, data: new Uint8ClampedArray(width * height * 4) };
      };
    },
    set(target, name: string, value) {
      target[name] = value;
      return true;
    },
  }) as unknown as CanvasRenderingContext2D;
  const drawn = () => [...calls].reduce((sum, [name, count]) => sum + (/^(fill|stroke|put|draw|clear)/.test(name) ? count : 0), 0);
  return { context, calls, words, drawn };
}

function picture(trace: Trace, axisKind: 'steps' | 'time') {
  const axis = makeAxis(trace, axisKind);
  const { rows, heightPx, wirePx } = makeRows(trace);
  const view = { trace, index: indexLanes(trace), states: new StateAt(trace), windows: [] } as unknown as RunView;
  const scene = makeScene(view, axis, wholeView(axis), rows, wirePx, heightPx);
  resize(scene, WIDTH_PX, 0, heightPx, 1);
  const counted = countingContext();
  const pixels = createPixels(counted.context);
  const looks = createLooks(trace, (label) => 6 * label.length);
  const frame = (change: (scene: Scene) => void = () => undefined) => {
    const before = counted.drawn();
    change(scene);
    paintScene(counted.context, scene, pixels, looks, COLOURS);
    return counted.drawn() - before;
  };
  return { scene, looks, frame, ...counted };
}

function foreign(events: number): Trace {
  const builder = new TraceBuilder();
  const lanes = Array.from({ length: 12 }, (_, i) => builder.lane({ id: `t${i}`, host: 'p', title: `t${i}`, kind: 'track' }));
  for (let i = 0; i < events; i += 1)
    builder.add({ atNanos: i * 100, durationNanos: 900, lane: lanes[i % 12] as number, kind: 'slice', args: { name: 'work' } });
  return builder.finish({ kind: 'emulated', seed: 1 }, [], []);
}

test('the default story takes so many calls, and not more', () => {
  const story = stories.find((one) => one.id === 'rfc-gilbert') as Scenario;
  const { frame } = picture(run(story).trace, 'steps');
  expect(frame()).toBeLessThan(700);
});

test('a frame of 240,000 events takes as many calls as one of 24,000, and fewer than there are columns', () => {
  const [small, large] = [picture(foreign(24_000), 'time').frame(), picture(foreign(240_000), 'time').frame()];
  expect(large).toBe(small);
  expect(large).toBeLessThan(60);
});

test('no call an event while somebody zooms from all of them to a few', () => {
  const { scene, frame } = picture(foreign(240_000), 'time');
  for (let factor = 1; factor > 1e-5; factor /= 1.3) {
    const drawn = frame(() => {
      scene.view = zoom(scene.axis, wholeView(scene.axis), 0.4 * scene.axis.length, factor);
    });
    // 250 marks a lane, a box and a word each, is the most that has room.
    expect(drawn).toBeLessThan(12 * 250 * 3);
  }
});

test('a second frame reads no arguments, measures no words, makes no image and no arrays', () => {
  const { scene, looks, frame, calls } = picture(foreign(240_000), 'time');
  frame();
  const before = {
    read: looks.read,
    edges: scene.edges,
    columns: scene.columns,
    marks: [...scene.marks],
    measured: calls.get('measureText'),
  };
  for (let i = 0; i < 20; i += 1)
    frame(() => {
      scene.view = { from: i * 1_000, to: scene.axis.length - i * 1_000 };
    });
  expect({
    read: looks.read,
    edges: scene.edges,
    columns: scene.columns,
    marks: [...scene.marks],
    measured: calls.get('measureText'),
  }).toEqual(before);
  expect(calls.get('createImageData')).toBe(1);
});

test('no word stands upon another, in any story, however wide the picture', () => {
  for (const story of stories) {
    const trace = run(story).trace;
    for (const axis of ['steps', 'time'] as const) {
      const { frame, words } = picture(trace, axis);
      frame();
      for (const y of new Set(words.map((word) => word.y))) {
        const row = words.filter((word) => word.y === y);
        row.sort((a, b) => a.x - b.x);
        row.forEach((word, i) => {
          const next = row[i + 1];
          if (next !== undefined && next.x < word.x + word.widthPx - 1)
            throw new Error(`${story.id}, ${axis}: "${word.text}" and "${next.text}"`);
        });
      }
    }
  }
});

test('a label of two lines keeps every word it has room for, and ends within its room', () => {
  const look = (label: string) => ({ label, widthPx: 6 * label.length }) as Parameters<typeof inTwoLines>[0];
  expect(inTwoLines(look('Stop the mdev'), 60)).toEqual(['Stop the', 'mdev']);
  expect(inTwoLines(look('Stop'), 60)).toBeUndefined();
  expect(inTwoLines(look('Verschlüsselungsschicht abbauen'), 60)).toBeUndefined();
  expect(inTwoLines(look('Query the dirty bitmap of all the devices'), 72)).toEqual(['Query the', 'dirty bitma…']);
});
