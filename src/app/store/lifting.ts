/**
 * A step in somebody's hand: one state machine for the pointer on the timeline, the pointer in the step lists, touch
 * and the keyboard. Lifting asks the worker to run every slot; what comes back lights the slots up.
 */
import type { SlotOutcome } from '../../core/emulator/slots.ts';
import { withStepAt } from '../../core/emulator/slots.ts';
import type { Lab } from './create-lab.ts';
import type { Lifted } from './state.ts';

export interface Lifting {
  lift(list: string, step: string, by: Lifted['by']): void;
  over(slot: number, outside?: boolean): void;
  move(by: number): void;
  /** To the next slot with another outcome than the present one, skipping all that are alike. */
  leap(direction: 1 | -1): void;
  drop(): void;
  cancel(): void;
  skip(list: string, step: string): void;
}

export function createLifting(lab: Lab): Lifting {
  const { store } = lab;
  const stepsOf = (list: string) => store.getState().ordering.lists[list] ?? [];
  /** Way of a leap that waits for the outcome of the slot it stands on. */
  let leaping: 1 | -1 | undefined;

  function announce(lifted: Lifted): void {
    lab.say(describeSlot(lab, lifted));
  }

  function over(slot: number, outside = false): void {
    const { lifted } = store.getState();
    if (lifted === undefined || (lifted.slot === slot && lifted.outside === outside)) return;
    const next = { ...lifted, slot: Math.min(Math.max(0, slot), stepsOf(lifted.list).length - 1), outside };
    store.setState({ lifted: next });
    announce(next);
  }

  function onSlot(list: string, step: string, outcome: SlotOutcome): void {
    const { lifted } = store.getState();
    if (lifted === undefined || lifted.list !== list || lifted.step !== step) return;
    const next = { ...lifted, outcomes: new Map(lifted.outcomes).set(outcome.slot, outcome) };
    store.setState({ lifted: next });
    if (leaping !== undefined) leapOn(leaping);
    else if (outcome.slot === lifted.slot && lifted.by === 'keyboard') announce(next);
  }

  /** On over slots that are alike; a slot that is still to be run is waited for. */
  function leapOn(direction: 1 | -1): void {
    const { lifted } = store.getState();
    if (lifted === undefined) return;
    const last = stepsOf(lifted.list).length - 1;
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
      const { scenario, ordering } = store.getState();
      const from = stepsOf(list).indexOf(step);
      if (from < 0 || scenario.steps[list]?.find((one) => one.id === step)?.pinned === true) return;
      const lifted: Lifted = { list, step, from, slot: from, by, outcomes: new Map(), outside: false };
      leaping = undefined;
      lab.port.cancel('hint');
      store.setState({ lifted, hint: undefined });
      announce(lifted);
      void lab.port.slots({ topic: 'slots', scenario, ordering, list, step, seed: scenario.seed ?? 1 }, (slot) => onSlot(list, step, slot));
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
      if (lifted.outside) lab.edit({ kind: 'skip', list: lifted.list, step: lifted.step });
      else if (outcome?.outcome === 'forbidden') lab.say(`Not dropped: ${outcome.sentence}`);
      else if (lifted.slot !== lifted.from) lab.setOrdering(withStepAt(ordering, lifted.list, lifted.step, lifted.slot));
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
  const ids = ordering.lists[lifted.list] ?? [];
  if (lifted.outside) return `Dropping leaves ${lifted.step} out.`;
  const next = withStepAt(ordering, lifted.list, lifted.step, lifted.slot).lists[lifted.list]?.[lifted.slot + 1];
  const place = `Slot ${lifted.slot + 1} of ${ids.length}, ${next === undefined ? 'last' : `before ${next}`}.`;
  const outcome = lifted.outcomes.get(lifted.slot);
  if (outcome === undefined) return `${place} To be run.`;
  return `${place} ${outcomeWords(outcome)} ${outcome.sentence}`;
}

export function outcomeWords(outcome: SlotOutcome): string {
  if (outcome.outcome === 'forbidden') return 'Forbidden.';
  const words = outcome.class.replace('-', ' ');
  const name = words.charAt(0).toUpperCase() + words.slice(1);
  return outcome.outcome === 'commutes' ? `${name}; no effect, proven.` : `${name}.`;
}
