/** One migration as the receiving side's log tells it. */

import type { TraceLine } from './line.ts';
import { isOver, type Mark, microsOf, type StateMark, TERMINAL } from './mark.ts';

/** Events that `feed` looks at. */
export const INCOMING_EVENTS: readonly string[] = [
  'qemu_loadvm_state_section_startfull',
  'process_incoming_migration_co_end',
  'vmstate_downtime_checkpoint',
];

/** `1(ram) 0 4`: section id, idstr, instance, version. */
const START_FULL = /^(\d+)\((.*)\) (\d+) (\d+)$/;

interface Loaded extends Mark {
  readonly section_id: number;
  readonly id: string;
  readonly instance_id: number;
  readonly version_id: number;
}

export class IncomingFacts {
  readonly role = 'incoming';
  readonly states: StateMark[];
  readonly #loaded: Loaded[] = [];
  readonly #checkpoints: (Mark & { readonly checkpoint: string })[] = [];
  #start: Mark | null = null;
  #end: (Mark & { readonly args: string }) | null = null;

  constructor(states: StateMark[]) {
    this.states = states;
  }

  /** A terminal state was reached, or what a snapshot loads has been started. */
  get over(): boolean {
    return this.states.length === 0 ? this.#start !== null : isOver(this.states);
  }

  /** Microseconds since 1970 of the first that tells of it. */
  get began(): number {
    return microsOf(this.states[0], this.#loaded[0]);
  }

  state(mark: StateMark): void {
    this.states.push(mark);
  }

  notify(running: boolean, _args: string, mark: Mark): void {
    if (running) this.#start ??= mark;
  }

  feed(event: TraceLine, mark: Mark): void {
    switch (event.event) {
      case 'qemu_loadvm_state_section_startfull': {
        const found = START_FULL.exec(event.args);
        if (found === null) return;
        const [, section, id, instance, version] = found;
        this.#loaded.push({
          section_id: Number(section),
          id: id as string,
          instance_id: Number(instance),
          version_id: Number(version),
          ...mark,
        });
        return;
      }
      case 'process_incoming_migration_co_end':
        this.#end ??= { ...mark, args: event.args };
        return;
      case 'vmstate_downtime_checkpoint':
        this.#checkpoints.push({ ...mark, checkpoint: event.args.trim() });
        return;
      default:
    }
  }

  /** The guest came to run. */
  get start(): Mark | null {
    return this.#start;
  }

  get loadedIds(): readonly string[] {
    return this.#loaded.map((one) => `${one.id} ${one.section_id}`);
  }

  report(has: (event: string) => boolean): { readonly [field: string]: unknown } {
    const last = this.states.at(-1)?.state ?? '';
    return {
      role: this.role,
      states: this.states,
      result: TERMINAL.has(last) ? last : null,
      sections_loaded: has('qemu_loadvm_state_section_startfull') ? this.#loaded : null,
      vm_start: this.#start,
      // A snapshot is loaded without the coroutine that this event ends.
      ...(this.states.length === 0 ? {} : { co_end: this.#end }),
      ...(this.#checkpoints.length === 0 ? {} : { downtime_checkpoints: this.#checkpoints }),
    };
  }
}
