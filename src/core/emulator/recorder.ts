/** What a machine records: a trace, or nothing (previews and exploration run without one). */
import { TraceBuilder } from '../trace/builder.ts';
import type { EventArgs, Trace } from '../trace/trace.ts';
import type { EventKind, LaneKind } from '../trace/vocabulary.ts';
import { EVENT_KINDS } from '../trace/vocabulary.ts';
import type { Program } from './program.ts';

/** Titles of the lanes of a host, in the words of the screen. */
const TITLES: { readonly [kind in LaneKind]: string } = {
  stream: 'Stream',
  ram: 'RAM rounds',
  bitmap: 'Dirty-bitmap syncs',
  region: 'Region reads and writes',
  ioctl: 'ioctls',
  device: 'Device state',
  dma: 'Writes to RAM',
  cpu: 'CPU state callbacks',
  guest: 'Guest',
  migration: 'Steps',
  text: 'Notes',
  track: 'Track',
};

/** Kinds that the emulator never makes. */
const FOREIGN: readonly EventKind[] = ['text', 'slice', 'instant'];

export class Recorder {
  readonly #builder: TraceBuilder | undefined;
  readonly #program: Program;
  /** Open state bands by lane. */
  readonly #bands = new Map<number, number>();

  constructor(program: Program, on: boolean) {
    this.#program = program;
    this.#builder = on ? new TraceBuilder() : undefined;
    if (on) this.#declareLanes();
  }

  get on(): boolean {
    return this.#builder !== undefined;
  }

  get length(): number {
    return this.#builder?.length ?? 0;
  }

  lane(host: number, kind: LaneKind, part = ''): number {
    const builder = this.#builder;
    if (builder === undefined) return 0;
    const id = this.#program.hosts[host]?.id ?? 'wire';
    return builder.lane({
      id: part === '' ? `${id}/${kind}` : `${id}/${kind}:${part}`,
      host: id,
      title: part === '' ? TITLES[kind] : `${TITLES[kind]}: ${part}`,
      kind,
    });
  }

  /** Appends an event and answers its number; -1 when nothing is recorded. */
  event(
    kind: EventKind,
    lane: number,
    atNanos: number,
    options: { durationNanos?: number; step?: string | undefined; cause?: number; args?: EventArgs } = {},
  ): number {
    const builder = this.#builder;
    if (builder === undefined) return -1;
    return builder.add({
      kind,
      lane,
      atNanos,
      ...(options.durationNanos === undefined ? {} : { durationNanos: options.durationNanos }),
      ...(options.step === undefined ? {} : { step: builder.step(options.step) }),
      ...(options.cause === undefined || options.cause < 0 ? {} : { cause: options.cause }),
      ...(options.args === undefined ? {} : { args: options.args }),
    });
  }

  /** Ends the band of a lane and begins the next. */
  band(kind: 'run-state' | 'device-state' | 'phase', lane: number, atNanos: number, args: EventArgs, step?: string): number {
    const builder = this.#builder;
    if (builder === undefined) return -1;
    const open = this.#bands.get(lane);
    if (open !== undefined) builder.close(open, atNanos);
    const seq = this.event(kind, lane, atNanos, { step, args });
    this.#bands.set(lane, seq);
    return seq;
  }

  /** The event of the band that is open on a lane, -1 for none. */
  bandOn(lane: number): number {
    return this.#bands.get(lane) ?? -1;
  }

  close(seq: number, atNanos: number): void {
    if (seq >= 0) this.#builder?.close(seq, atNanos);
  }

  amend(seq: number, args: EventArgs): void {
    if (seq >= 0) this.#builder?.amend(seq, args);
  }

  note(message: string): void {
    this.#builder?.note({ severity: 'warning', message });
  }

  /** The trace, all bands closed at `endNanos`. */
  finish(endNanos: number, seed: number): Trace {
    for (const seq of this.#bands.values()) this.#builder?.close(seq, endNanos);
    return this.#trace(seed);
  }

  #trace(seed: number): Trace {
    const builder = this.#builder ?? new TraceBuilder();
    const clocks = this.#program.hosts.map((host) => ({ host: host.id, zero: '', offsetNanos: 0, plusMinusNanos: 0 }));
    return builder.finish(
      { kind: 'emulated', seed },
      EVENT_KINDS.filter((kind) => !FOREIGN.includes(kind)),
      clocks,
    );
  }

  /** What has been recorded so far, open bands up to `nowNanos`: a trace of its own, and the recording goes on. */
  partial(nowNanos: number, seed: number): Trace {
    const trace = this.#trace(seed);
    for (const seq of this.#bands.values()) trace.duration[seq] = Math.max(0, nowNanos - (trace.at[seq] as number));
    return { ...trace, endNanos: Math.max(nowNanos, trace.endNanos) };
  }

  #declareLanes(): void {
    const kinds: readonly LaneKind[] = ['migration', 'guest', 'cpu', 'dma'];
    const wire: readonly LaneKind[] = ['ioctl', 'region', 'bitmap', 'ram', 'stream'];
    this.#program.hosts.forEach((_, host) => {
      for (const kind of kinds) this.lane(host, kind);
      for (const device of this.#program.devices) this.lane(host, 'device', device.id);
      for (const kind of wire) this.lane(host, kind);
    });
  }
}
