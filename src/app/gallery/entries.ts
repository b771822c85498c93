/** The entries of the gallery, and what becomes of each: obtained by running both orders, never stored. */
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import { checkScenario } from '../../core/scenario/check.ts';
import { orderingOf } from '../../core/scenario/ordering.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import type { Audit, Metrics } from '../../core/trace/audit.ts';
import type { EmulatorPort } from '../emulator-port.ts';

export interface Entry {
  readonly id: string;
  readonly title: string;
  readonly question: string;
  readonly source: string;
  readonly lesson: string;
}

export type Side = 'wrong' | 'right';
export const SIDES: readonly Side[] = ['wrong', 'right'];

/** What one order of an entry came to. */
export type Ran =
  | { readonly scenario: Scenario; readonly audit: Audit; readonly metrics: Metrics; readonly problem?: undefined }
  | { readonly problem: string };

export async function loadEntries(): Promise<readonly Entry[]> {
  return (await fetchJson('examples/gallery/index.json')) as readonly Entry[];
}

/** Those that hold all the words, wherever in the entry they stand; without words all. */
export function entriesWith(entries: readonly Entry[], words: string): readonly Entry[] {
  const wanted = words.toLowerCase().split(/\s+/);
  return entries.filter((entry) => {
    const text = Object.values(entry).join(' ').toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`status ${answer.status}`);
  return answer.json();
}

/** Loads an order of an entry and runs it with probes, as the page itself would; undefined when it was superseded. */
export async function runEntry(port: EmulatorPort, entry: Entry, side: Side): Promise<Ran | undefined> {
  const name = `${entry.id}.${side}.json`;
  try {
    const { scenario, problems } = checkScenario(await fetchJson(`examples/gallery/${name}`), { models, protocols });
    if (scenario === undefined) return { problem: `${name}: ${problems[0]?.path ?? '$'}: ${problems[0]?.message ?? 'no scenario'}` };
    const seed = scenario.seed ?? 1;
    const wish = { topic: 'gallery', scenario, ordering: orderingOf(scenario), probes: true, workload: true, seed };
    const outcome = await port.run(wish);
    if (outcome.kind === 'superseded') return undefined;
    if (outcome.kind === 'failed') return { problem: outcome.message };
    return { scenario, audit: outcome.run.audit, metrics: outcome.run.metrics };
  } catch (error) {
    return { problem: `${name} could not be loaded (${error instanceof Error ? error.message : String(error)})` };
  }
}

/** What differs between the two orders, in words: steps that moved, are left out, or the option. */
export function differenceOf(wrong: Scenario, right: Scenario): string {
  const [a, b] = [orderingOf(wrong), orderingOf(right)];
  const moved = Object.keys(b.lists).filter((list) => (a.lists[list] ?? []).join() !== (b.lists[list] ?? []).join());
  const skipped = [...a.skipped.filter((key) => !b.skipped.includes(key)), ...b.skipped.filter((key) => !a.skipped.includes(key))];
  if (moved.length > 0) return `The order of the ${moved.join(' and ')} steps alone differs.`;
  if (skipped.length > 0) return `The same order; only ${skipped.join(', ')} is left out in one of them.`;
  return 'The same order; one option differs, the one that the fix names.';
}
