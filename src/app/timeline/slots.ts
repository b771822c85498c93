/** The slots of a list in the picture: where they lie, and what each would do as sign and colour. */
import type { Axis } from '../../core/swimlane/axis.ts';
import { eventsOf } from '../../core/swimlane/lane-index.ts';
import { spanOf } from '../../core/swimlane/marks.ts';
import type { Colours } from './colours.ts';
import type { Scene } from './scene.ts';

/** Where the slots of a list lie in the picture. */
export interface SlotPlace {
  readonly slot: number;
  readonly px: number;
}

export function signOf(outcome: string, runClass: string): string {
  if (outcome === 'commutes') return '=';
  if (outcome === 'forbidden') return '–';
  if (runClass === 'silent-corruption') return '✕';
  if (runClass === 'fails-badly' || runClass === 'fails-cleanly') return '!';
  return '✓';
}

export function inkOf(outcome: string, runClass: string, colours: Colours): string {
  if (outcome === 'forbidden') return colours.dim;
  if (runClass === 'silent-corruption' || runClass === 'fails-badly') return colours.bad;
  return runClass === 'fails-cleanly' ? colours.hue.ioctl : colours.hue.region;
}

export function hostOf(scene: Scene, list: string): string {
  const spec = scene.run.scenario.lists?.[list];
  return spec?.host ?? list.split('.')[0] ?? list;
}

/** Where each slot of the lifted steps lies: in the middle of what stands there now, of the steps themselves in their own. */
export function slotPlaces(scene: Scene, list: string, steps: readonly string[]): readonly SlotPlace[] {
  const { run, axis, view, widthPx } = scene;
  const scale = widthPx / (view.to - view.from);
  const ids = run.ordering.lists[list] ?? [];
  const spans = stepSpans(scene, list, axis);
  let last = 0;
  const middles = ids.map((id) => {
    const span = spans.get(id);
    const u = span === undefined ? last : (span[0] + span[1]) / 2;
    last = span === undefined ? last : span[1];
    return (u - view.from) * scale;
  });
  const first = ids.indexOf(steps[0] ?? '');
  const own = middles.slice(first, first + steps.length);
  const places = [...middles.slice(0, first), (Math.min(...own) + Math.max(...own)) / 2, ...middles.slice(first + steps.length)];
  return apart(places).map((px, slot) => ({ slot, px }));
}

/** Room of one slot's sign. */
const SIGN_PX = 16;

/** Places of slots that lie upon one another (steps that take no time, on an axis of time) moved on so that each can be seen and hit. */
export function apart(places: readonly number[]): readonly number[] {
  const moved: number[] = [];
  // What stands before all that are too near is where the row of them begins: half of its length before their middle.
  let from = 0;
  for (let i = 1; i <= places.length; i += 1) {
    if (i < places.length && (places[i] as number) - (places[i - 1] as number) < SIGN_PX) continue;
    const near = places.slice(from, i);
    const middle = ((near[0] as number) + (near.at(-1) as number)) / 2;
    const start = Math.max(middle - ((near.length - 1) * SIGN_PX) / 2, (moved.at(-1) ?? Number.NEGATIVE_INFINITY) + SIGN_PX);
    near.forEach((_, k) => {
      moved.push(near.length === 1 ? Math.max(near[0] as number, start) : start + k * SIGN_PX);
    });
    from = i;
  }
  return moved;
}

export function stepSpans(scene: Scene, list: string, axis: Axis): ReadonlyMap<string, readonly [number, number]> {
  const { trace } = scene.run;
  const spans = new Map<string, readonly [number, number]>();
  const rows = scene.rows.filter((row) => row.kind === 'migration');
  for (const row of rows) {
    for (const seq of eventsOf(scene.index, row.lane)) {
      const key = trace.steps[trace.step[seq] as number];
      if (key?.startsWith(`${list}/`) !== true || trace.args(seq)['label'] === undefined) continue;
      spans.set(key.slice(list.length + 1), spanOf(trace, scene.run.index, axis, seq));
    }
  }
  return spans;
}
