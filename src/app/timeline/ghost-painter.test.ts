/** Where the ghost of a step is painted, by the calls that a canvas would get. */
import { expect, test } from 'vitest';
import { prepare, startRun } from '../../core/emulator/run.ts';
import { type SlotOutcome, slotOutcomes } from '../../core/emulator/slots.ts';
import { stories } from '../../core/scenario/library/index.ts';
import { orderingOf } from '../../core/scenario/ordering.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import { makeAxis, wholeView } from '../../core/swimlane/axis.ts';
import { indexLanes } from '../../core/swimlane/lane-index.ts';
import { makeRows } from '../../core/swimlane/rows.ts';
import type { RunView } from '../store/state.ts';
import type { Colours } from './colours.ts';
import { paintGhost } from './ghost-painter.ts';
import { makeScene, resize, type Scene } from './scene.ts';
import { stepSpans } from './slots.ts';

const COLOURS = {
  background: 'ground',
  dim: 'dim',
  ink: 'ink',
  bad: 'bad',
  lineStrong: 'line',
  hue: { ioctl: 'warn', region: 'good' },
} as unknown as Colours;

interface Call {
  readonly name: string;
  readonly args: readonly unknown[];
  readonly ink: unknown;
}

/** Keeps calls with the ink of the moment; letters are six pixels wide. */
function recordingContext() {
  const calls: Call[] = [];
  const context = new Proxy({} as Record<string, unknown>, {
    get(target, name: string) {
      if (name in target) return target[name];
      return (...args: unknown[]) => {
        calls.push({ name, args, ink: target[name.startsWith('stroke') ? 'strokeStyle' : 'fillStyle'] });
        return name === 'measureText' ? { width: 6 * String(args[0]).length } : undefined;
      };
    },
    set(target, name: string, value) {
      target[name] = value;
      return true;
    },
  }) as unknown as CanvasRenderingContext2D;
  return { context, calls, words: () => calls.filter((call) => call.name === 'fillText') };
}

const story = stories.find((one) => one.id === 'rfc-gilbert') as Scenario;
const program = prepare(story);
const ordering = orderingOf(story);
const trace = startRun(program, ordering, { probes: true, workload: true, seed: 1 }).finish().trace;

function sceneOf(widthPx: number): Scene {
  const axis = makeAxis(trace, 'steps');
  const { rows, heightPx, wirePx } = makeRows(trace);
  const view = { trace, index: indexLanes(trace), windows: [], scenario: story, ordering } as unknown as RunView;
  const scene = makeScene(view, axis, wholeView(axis), rows, wirePx, heightPx);
  resize(scene, widthPx, 0, heightPx, 1);
  return scene;
}

function ghostAt(slot: number, widthPx: number) {
  const scene = sceneOf(widthPx);
  const recorded = recordingContext();
  const outcome = [...slotOutcomes(program, ordering, 'source', ['save-device'], 1)].find((one) => one.slot === slot) as SlotOutcome;
  paintGhost(
    recorded.context,
    scene,
    { list: 'source', step: 'save-device', slot, outcome, words: `It would: ${outcome.sentence}` },
    COLOURS,
  );
  return { scene, outcome, ...recorded };
}

test('it stands where the step would begin or end, in the colour and with the sign of what comes of it', () => {
  const ids = ordering.lists['source'] ?? [];
  const from = ids.indexOf('save-device');
  for (const slot of [from - 2, from + 1]) {
    const { scene, words, outcome } = ghostAt(slot, 1_200);
    const span = stepSpans(scene, 'source', scene.axis).get(ids[slot] ?? '') ?? [0, 0];
    const edge = (slot < from ? span[0] : span[1]) - scene.view.from;
    const [sign] = words();
    expect(sign?.args[0]).toBe(outcome.class === 'silent-corruption' ? '✕' : sign?.args[0]);
    expect(sign?.args[1]).toBeCloseTo((edge * scene.widthPx) / (scene.view.to - scene.view.from), 3);
    expect(sign?.ink).toBe(outcome.class === 'silent-corruption' ? 'bad' : sign?.ink);
  }
  expect(ghostAt(from - 2, 1_200).outcome.class).toBe('silent-corruption');
});

test.each([300, 700, 1_200])('its sentence is whole and within a picture %i pixels wide', (widthPx) => {
  for (const slot of [0, 3, 6]) {
    const { words, outcome } = ghostAt(slot, widthPx);
    const lines = words().slice(1);
    expect(lines.map((line) => line.args[0]).join(' ')).toBe(`It would: ${outcome.sentence}`);
    for (const line of lines) {
      expect(Number(line.args[1])).toBeGreaterThanOrEqual(0);
      expect(Number(line.args[1]) + 6 * String(line.args[0]).length).toBeLessThanOrEqual(widthPx);
    }
  }
});

test('of a step that the run has no place for nothing is painted', () => {
  const recorded = recordingContext();
  paintGhost(recorded.context, sceneOf(800), { list: 'source', step: 'other', slot: 40, outcome: undefined, words: '' }, COLOURS);
  expect(recorded.words()).toEqual([]);
});
