/**
 * The first minute: one step asks to be dragged, and what it does there is worth seeing. Which one is found by running
 * the slots of some steps of the first list, so that every scenario has its own.
 */
import type { SlotOutcome } from '../../core/emulator/slots.ts';
import type { StepSpec } from '../../core/scenario/scenario.ts';
import type { Lab } from './lab.ts';
import type { Hint } from './state.ts';

/** Steps tried at most. */
const MOST_TRIED = 3;

/** Sets the hint of the scenario on screen, unless somebody has begun to edit by then. */
export async function findHint(lab: Lab): Promise<void> {
  const { scenario, ordering, past, run } = lab.store.getState();
  const [list, specs] = Object.entries(scenario.steps)[0] ?? [];
  const now = run?.audit?.class;
  if (list === undefined || specs === undefined || now === undefined || past.length > 0) return;
  const safe = now === 'sound' || now === 'equivalent';
  const wanted = (slot: SlotOutcome) => (safe ? slot.class === 'silent-corruption' : slot.class === 'sound' || slot.class === 'equivalent');
  for (const spec of candidates(specs)) {
    const from = ordering.lists[list]?.indexOf(spec.id) ?? 0;
    const wish = { topic: 'hint', scenario, ordering, list, steps: [spec.id], seed: scenario.seed ?? 1 };
    // The slots come nearest first: the first that is worth seeing ends the search.
    let there: SlotOutcome | undefined;
    const onSlot = (slot: SlotOutcome) => {
      if (there !== undefined || slot.slot === from || !wanted(slot)) return;
      there = slot;
      lab.port.cancel('hint');
    };
    await lab.port.slots(wish, onSlot, true);
    if (lab.store.getState().ordering !== ordering) return;
    if (there === undefined) continue;
    const { lifted } = lab.store.getState();
    if (lifted === undefined) lab.store.setState({ hint: hintOf(list, spec, specs, ordering.lists[list] ?? [], there.slot, from, safe) });
    return;
  }
}

/** What sends RAM or saves a device breaks most when it moves; the others after them. */
function candidates(specs: readonly StepSpec[]): readonly StepSpec[] {
  const rank = (spec: StepSpec) =>
    spec.does.some((one) => 'copy' in one && one.copy === 'dirty' && one.until !== 'threshold')
      ? 0
      : spec.does.some((one) => 'save' in one)
        ? 1
        : 2;
  return specs
    .filter((spec) => spec.pinned !== true)
    .toSorted((a, b) => rank(a) - rank(b) || specs.indexOf(b) - specs.indexOf(a))
    .slice(0, MOST_TRIED);
}

function hintOf(
  list: string,
  spec: StepSpec,
  specs: readonly StepSpec[],
  ids: readonly string[],
  slot: number,
  from: number,
  safe: boolean,
): Hint {
  const way = slot < from ? 'up' : 'down';
  const beside = specs.find((one) => one.id === ids[slot])?.label ?? '';
  const words = `Drag “${spec.label}” ${way}, ${way === 'up' ? 'before' : 'after'} “${beside}”: see ${safe ? 'what breaks' : 'it mended'}. Every order is run, and kept here as a take.`;
  return { step: `${list}/${spec.id}`, way, words };
}
