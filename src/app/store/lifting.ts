/**
 * A step in somebody's hand: one state machine for the pointer on the timeline, the pointer in the step lists, touch
 * and the keyboard. Lifting asks the worker to run every slot; what comes back lights the slots up.
 */
import { type SlotOutcome, slotCount, withStepsAt } from '../../core/emulator/slots.ts';
import { applyEdit } from '../../core/scenario/edits.ts';
import { classWord } from '../../core/trace/audit.ts';
import type { Lab, Lifting } from './lab.ts';
import { keptOf } from './selectors.ts';
import type { KeptPair, Lifted } from './state.ts';

export function createLifting(lab: Lab): Lifting {
  const { store } = lab;
  const stepsOf = (list: string) => store.getState().ordering.lists[list] ?? [];
  const lastSlot = ({ list, steps }: Lifted) => slotCount(store.getState().ordering, list, steps) - 1;
  const isPinned = (list: string, step: string) => store.getState().scenario.steps[list]?.find((one) => one.id === step)?.pinned === true;
  /** Way of a leap that waits for the outcome of the slot it stands on. */
  let leaping: 1 | -1 | undefined;

  function announce(lifted: Lifted): void {
    const kept = lifted.slot === lifted.from ? keptWords(lifted, keptOf(store.getState())) : '';
    lab.say(`${describeSlot(lab, lifted)}${kept}`);
  }

  function over(slot: number, outside = false): void {
    const { lifted } = store.getState();
    if (lifted === undefined) return;
    const next = { ...lifted, slot: Math.min(Math.max(0, slot), lastSlot(lifted)), outside };
    if (next.slot === lifted.slot && outside === lifted.outside) return;
    store.setState({ lifted: next });
    announce(next);
  }

  function onSlot(list: string, steps: readonly string[], outcome: SlotOutcome): void {
    const { lifted } = store.getState();
    if (lifted === undefined || lifted.list !== list || lifted.steps !== steps) return;
    const next = { ...lifted, outcomes: new Map(lifted.outcomes).set(outcome.slot, outcome) };
    store.setState({ lifted: next });
    if (leaping !== undefined) leapOn(leaping);
    else if (outcome.slot === lifted.slot && lifted.by === 'keyboard') announce(next);
  }

  /** On over slots that are alike; a slot that is still to be run is waited for. */
  function leapOn(direction: 1 | -1): void {
    const { lifted } = store.getState();
    if (lifted === undefined) return;
    const last = lastSlot(lifted);
    const here = lifted.outcomes.get(lifted.slot)?.class;
    leaping = here === undefined ? direction : undefined;
    if (here === undefined) return;
    for (let slot = lifted.slot + direction; slot >= 0 && slot <= last; slot += direction) {
      const there = lifted.outcomes.get(slot)?.class;
      if (there === here) continue;
      leaping = there === undefined ? direction : undefined;
      if (there !== undefined) over(slot);
      return;
    }
    lab.say(`No slot with another outcome ${direction > 0 ? 'after' : 'before'} this one.`);
  }

  return {
    lift(list, step, by) {
      const { scenario, ordering, selection } = store.getState();
      const block = selection?.list === list && selection.steps.includes(step);
      const steps = block ? selection.steps : [step];
      const from = stepsOf(list).indexOf(steps[0] ?? step);
      if (from < 0 || isPinned(list, step)) return;
      if (!block) store.setState({ selection: undefined });
      const lifted: Lifted = { list, step, steps, from, slot: from, by, outcomes: new Map(), outside: false };
      leaping = undefined;
      lab.port.cancel('hint');
      store.setState({ lifted, hint: undefined });
      announce(lifted);
      void lab.port.slots({ topic: 'slots', scenario, ordering, list, steps, seed: scenario.seed ?? 1 }, (slot) =>
        onSlot(list, steps, slot),
      );
    },
    select(list, to) {
      const { selection } = store.getState();
      const ids = stepsOf(list);
      const anchor = selection?.list === list && ids.includes(selection.step) ? selection.step : to;
      if (to === undefined || anchor === undefined || !ids.includes(to)) return store.setState({ selection: undefined });
      const [a, b] = [ids.indexOf(anchor), ids.indexOf(to)];
      const range = ids.slice(Math.min(a, b), Math.max(a, b) + 1);
      const fixed = range.find((id) => isPinned(list, id));
      if (fixed !== undefined) return lab.say(`${fixed} is pinned: it moves with no other.`);
      store.setState({ selection: { list, step: anchor, steps: range } });
      lab.say(
        range.length === 1
          ? `${to} selected.`
          : `${range.length} steps selected, ${range[0]} to ${range[range.length - 1]}: they move together.`,
      );
    },
    over,
    move(by) {
      const { lifted } = store.getState();
      leaping = undefined;
      if (lifted !== undefined) over(lifted.slot + by);
    },
    leap: leapOn,
    drop() {
      const { lifted, ordering } = store.getState();
      if (lifted === undefined) return;
      store.setState({ lifted: undefined });
      lab.port.cancel('slots');
      const outcome = lifted.outcomes.get(lifted.slot);
      if (lifted.outside)
        lab.setOrdering(lifted.steps.reduce((one, step) => applyEdit(one, { kind: 'skip', list: lifted.list, step }), ordering));
      else if (outcome?.outcome === 'forbidden') lab.say(`Not dropped: ${outcome.sentence}`);
      else if (lifted.slot !== lifted.from) lab.setOrdering(withStepsAt(ordering, lifted.list, lifted.steps, lifted.slot));
    },
    cancel() {
      if (store.getState().lifted === undefined) return;
      store.setState({ lifted: undefined });
      lab.port.cancel('slots');
      lab.say('Given up; nothing was moved.');
    },
    skip(list, step) {
      const left = store.getState().ordering.skipped.includes(`${list}/${step}`);
      lab.edit({ kind: left ? 'unskip' : 'skip', list, step });
    },
  };
}

/** What a lifted step would do where it is: "Slot 3 of 7, before copy-last. Silent corruption. …" */
export function describeSlot(lab: Lab, lifted: Lifted): string {
  const { ordering } = lab.store.getState();
  const { list, steps, slot } = lifted;
  if (lifted.outside) return `Dropping leaves ${steps.join(', ')} out.`;
  const next = withStepsAt(ordering, list, steps, slot).lists[list]?.[slot + steps.length];
  const what = steps.length > 1 ? `${steps.length} steps: slot` : 'Slot';
  const place = `${what} ${slot + 1} of ${slotCount(ordering, list, steps)}, ${next === undefined ? 'last' : `before ${next}`}.`;
  const outcome = lifted.outcomes.get(lifted.slot);
  if (outcome === undefined) return `${place} To be run.`;
  return `${place} ${outcomeWords(outcome)} ${outcome.sentence}`;
}

/** What every safe order keeps about steps that are lifted; nothing before all orderings are decided. */
function keptWords({ list, steps }: Lifted, kept: readonly KeptPair[]): string {
  const isLifted = (key: string) => steps.some((step) => key === `${list}/${step}`);
  const nameOf = (key: string) => key.slice(key.indexOf('/') + 1);
  const after = kept.filter((pair) => isLifted(pair.after) && !isLifted(pair.before)).map((pair) => nameOf(pair.before));
  const before = kept.filter((pair) => isLifted(pair.before) && !isLifted(pair.after)).map((pair) => nameOf(pair.after));
  const words = [after.length === 0 ? '' : `after ${after.join(', ')}`, before.length === 0 ? '' : `before ${before.join(', ')}`].filter(
    (one) => one !== '',
  );
  return words.length === 0 ? '' : ` Every safe order keeps it ${words.join(' and ')}.`;
}

export function outcomeWords(outcome: SlotOutcome): string {
  if (outcome.outcome === 'forbidden') return 'Cannot happen here.';
  const name = classWord(outcome.class);
  return outcome.outcome === 'commutes' ? `${name}; no effect, proven.` : `${name}.`;
}
