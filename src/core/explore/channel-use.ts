/** What of a channel can still matter: who reads from it, and up to where (state-key.ts). */
import type { Machine } from '../emulator/machine.ts';
import type { Op, Program } from '../emulator/program.ts';
import type { Channel, Item } from '../emulator/state.ts';
import { top } from '../emulator/waking.ts';
import { takesOff } from './op-key.ts';

const NO_LISTS: readonly number[] = [];

export class ChannelUse {
  /** By channel: lists that read from it. */
  readonly #readers: readonly (readonly number[])[];
  /** By channel: one operation alone takes items off it, in their order up to the end mark; what is sent after that nobody reads. */
  readonly #streams: readonly boolean[];
  /** Channels that pages are sent through. */
  readonly #carriers: readonly number[];
  /** A fault cuts channels: what is still in flight is lost then, and it matters when an item arrives. */
  readonly #cuts: boolean;
  /** Something asks how many items are on the wires, whoever reads them. */
  readonly counts: boolean;

  /** `ops`: all that a run can come to. */
  constructor(program: Program, ops: readonly Op[]) {
    this.#cuts = (program.scenario.faults ?? []).some((fault) => fault.what === 'cut');
    this.counts = program.channels.length > 1 || ops.some((op) => 'barrier' in op.primitive);
    // A new process on a host gives it new channels, and what ended goes on.
    const renewed = program.lists.some((list) => list.fresh);
    this.#streams = program.channels.map((_, channel) => {
      const taking = ops.filter((op) => op.channel === channel && takesOff(op));
      return !renewed && taking.length === 1 && taking.every(({ primitive }) => 'load' in primitive && primitive.load === 'stream');
    });
    this.#carriers = [...new Set(ops.flatMap((op) => ('copy' in op.primitive ? [op.channel] : [])))];
    this.#readers = program.channels.map((_, channel) =>
      program.lists.flatMap((list, index) => {
        const own = [...list.steps, ...list.recovery].flatMap((step) => step.ops);
        return own.some((op) => op.channel === channel && takesOff(op)) ? [index] : [];
      }),
    );
  }

  /** Whether a list that takes items off a channel may still do so. */
  isRead(machine: Machine, channel: number): boolean {
    for (const list of this.#readers[channel] ?? [])
      for (const thread of machine.threads)
        if (thread.list === list && (thread.status === 'running' || thread.status === 'waiting')) return true;
    return false;
  }

  /** Adds what may still be taken off a channel: of a stream nothing that lies beyond its end mark. */
  collect(machine: Machine, index: number, items: Item[]): void {
    const { queue, ended } = machine.channels[index] as Channel;
    const stream = this.#streams[index] === true;
    if ((stream && ended) || !this.isRead(machine, index)) return;
    for (const item of queue) {
      items.push(item);
      if (stream && item.what === 'mark' && item.end) return;
    }
  }

  /** Whether pages that are sent from now on can arrive. Else no bit and no content that waits to be sent matters any more. */
  carries(machine: Machine): boolean {
    for (const index of this.#carriers) {
      if (!this.isRead(machine, index)) continue;
      const { queue, ended } = machine.channels[index] as Channel;
      if (this.#streams[index] !== true) return true;
      if (!ended && !queue.some((item) => item.what === 'mark' && item.end)) return true;
    }
    return false;
  }

  /** Nanoseconds until a reader of the channel can next look at it: all of them are in the middle of something. */
  busy(machine: Machine, channel: number): number {
    if (this.#cuts) return 0;
    let least = Number.POSITIVE_INFINITY;
    for (const thread of machine.threads) {
      if (thread.status !== 'running' && thread.status !== 'waiting') continue;
      if (!(this.#readers[channel] ?? NO_LISTS).includes(thread.list)) continue;
      const timed = top(thread)?.stage === 'timed';
      least = Math.min(least, timed ? thread.wakeNanos - machine.now : 0);
    }
    return least;
  }
}
