/** The machine after some choices, run anew from the beginning: a graph keeps no machines. */
import { assemble, nextThread, tick } from '../emulator/clockwork.ts';
import type { Machine } from '../emulator/machine.ts';
import type { Program } from '../emulator/program.ts';
import { top } from '../emulator/waking.ts';
import type { Ordering } from '../scenario/ordering.ts';
import type { Choice } from './graph.ts';
import { planOf } from './orderings.ts';
import { OPTIONS } from './probe.ts';
import { stateWords } from './state-words.ts';

export class Replay {
  readonly #program: Program;
  /** Steps by list and place; pinned ones keep theirs. */
  readonly #plan: readonly (readonly number[])[];
  readonly #begin: Machine;
  /** Machines that stand before their next choice, by the choices that led there. */
  readonly #after = new Map<string, { readonly machine: Machine; readonly words: readonly string[] }>();

  constructor(program: Program, ordering: Ordering) {
    this.#program = program;
    this.#plan = planOf(program);
    const lists = Object.fromEntries(program.lists.map((list) => [list.id, []]));
    this.#begin = assemble(program, { ...ordering, lists }, OPTIONS, false);
  }

  /** The joint state that the choices lead to (state-words.ts). */
  wordsAfter(choices: readonly Choice[]): readonly string[] {
    return this.#at(choices).words;
  }

  #at(choices: readonly Choice[]): { readonly machine: Machine; readonly words: readonly string[] } {
    const key = choices.join(' ');
    const known = this.#after.get(key);
    if (known !== undefined) return known;
    const last = choices.at(-1);
    const machine = (last === undefined ? this.#begin : this.#at(choices.slice(0, -1)).machine).fork();
    const thread = machine.threads[last?.[0] ?? -1];
    if (thread !== undefined && last !== undefined) thread.order = [...thread.order, last[1]];
    this.#toChoice(machine);
    const there = { machine, words: stateWords(machine) };
    this.#after.set(key, there);
    return there;
  }

  /** On to where a list needs a step, or to the end. Pinned steps choose themselves. */
  #toChoice(machine: Machine): void {
    do {
      const index = nextThread(machine);
      const thread = machine.threads[index];
      const idle = thread !== undefined && thread.background < 0 && !thread.recovering && top(thread) === undefined;
      if (!idle || thread.position < thread.order.length) continue;
      const listed = this.#plan[index]?.[thread.order.length];
      if (listed === undefined) continue;
      if (this.#program.lists[index]?.steps[listed]?.pinned !== true) return;
      thread.order = [...thread.order, listed];
    } while (tick(machine));
  }
}
