/** One migration as the sending side's log tells it. */

import type { TraceLine } from './line.ts';
import { isOver, type Mark, microsOf, type StateMark, TERMINAL } from './mark.ts';

interface Sync {
  readonly t: string | null;
  readonly line: number;
  end_t: string | null;
  dirty_pages: number | null;
}

interface Saved {
  readonly id: string;
  readonly section_id: number;
  starts: number;
  last_ret: number | null;
  readonly first_t: string | null;
  readonly first_line: number;
  last_end_t: string | null;
}

/** Events that `feed` looks at. */
export const OUTGOING_EVENTS: readonly string[] = [
  'migration_bitmap_sync_start',
  'migration_bitmap_sync_end',
  'savevm_section_start',
  'savevm_section_end',
  'savevm_section_skip',
  'vmstate_save',
  'migrate_pending',
  'migrate_pending_estimate',
  'migrate_pending_exact',
  'migrate_transferred',
  'migration_throttle',
  'migration_completion_vm_stop',
  'vm_stop_flush_all',
  'vmstate_downtime_checkpoint',
  'vmstate_downtime_save',
];

/** `ram, section_id 1` and `ram, section_id 1 -> 0`. */
const SECTION = /^(.*), section_id (\d+)(?: -> (-?\d+))?$/;
const PENDING = /pending size (\d+)/;
const BANDWIDTH = /bandwidth (\d+)/;
const DOWNTIME_SAVE = /type=(\S+) idstr=(.*) instance_id=(\S+) downtime=(\S+)/;

export class OutgoingFacts {
  readonly role = 'outgoing';
  readonly states: StateMark[];
  readonly #stopped: boolean;
  readonly #syncs: Sync[] = [];
  readonly #saved = new Map<string, Saved>();
  readonly #skipped: { readonly id: string; readonly section_id: number }[] = [];
  readonly #vmstates: string[] = [];
  readonly #checkpoints: (Mark & { readonly checkpoint: string })[] = [];
  readonly #downtimeSave: object[] = [];
  readonly #pending = { count: 0, first: 0, last: 0, max: 0 };
  readonly #bandwidth = { count: 0, min: Number.POSITIVE_INFINITY, max: 0 };
  #throttles = 0;
  #notify: Mark | null = null;
  #reason: string | null = null;
  #completionStop: Mark | null = null;
  #flush: Mark | null = null;
  #lastRamEnd: Mark | null = null;
  #section: (Mark & { readonly id: string }) | null = null;
  #firstDevice: (Mark & { readonly id: string }) | null = null;

  constructor(states: StateMark[], stopped: boolean) {
    this.states = states;
    this.#stopped = stopped;
  }

  get over(): boolean {
    return isOver(this.states);
  }

  /** Microseconds since 1970 of the first that tells of it. */
  get began(): number {
    return microsOf(this.states[0], this.#syncs[0], this.#section);
  }

  state(mark: StateMark): void {
    this.states.push(mark);
  }

  notify(running: boolean, args: string, mark: Mark): void {
    if (running || this.over || this.#notify !== null) return;
    this.#notify = mark;
    this.#reason = args;
  }

  feed(event: TraceLine, mark: Mark): void {
    const { args } = event;
    switch (event.event) {
      case 'migration_bitmap_sync_start':
        this.#syncs.push({ ...mark, end_t: null, dirty_pages: null });
        return;
      case 'migration_bitmap_sync_end':
        this.#syncEnd(args, mark);
        return;
      case 'savevm_section_start':
        this.#sectionStart(args, mark);
        return;
      case 'savevm_section_end':
        this.#sectionEnd(args, mark);
        return;
      case 'savevm_section_skip': {
        const found = SECTION.exec(args);
        if (found !== null) this.#skipped.push({ id: found[1] as string, section_id: Number(found[2]) });
        return;
      }
      case 'vmstate_save':
        this.#vmstates.push(args);
        this.#firstDevice ??= this.#section;
        return;
      case 'migrate_pending':
      case 'migrate_pending_estimate':
      case 'migrate_pending_exact':
        this.#pendingSample(PENDING.exec(args)?.[1]);
        return;
      case 'migrate_transferred':
        this.#bandwidthSample(BANDWIDTH.exec(args)?.[1]);
        return;
      case 'migration_throttle':
        this.#throttles += 1;
        return;
      case 'migration_completion_vm_stop':
        this.#completionStop ??= mark;
        return;
      case 'vm_stop_flush_all':
        if (!this.over) this.#flush ??= mark;
        return;
      case 'vmstate_downtime_checkpoint':
        this.#checkpoints.push({ ...mark, checkpoint: args.trim() });
        return;
      case 'vmstate_downtime_save':
        this.#downtime(args);
        return;
      default:
    }
  }

  /** The guest stopped to be sent. */
  get stop(): Mark | null {
    return this.#notify;
  }

  /** Section and id of all that was saved. */
  get savedIds(): readonly string[] {
    return [...this.#saved.values()].map((one) => `${one.id} ${one.section_id}`);
  }

  report(has: (event: string) => boolean): { readonly [field: string]: unknown } {
    const last = this.states.at(-1)?.state ?? '';
    const sections = has('savevm_section_start');
    return {
      role: this.role,
      states: this.states,
      result: TERMINAL.has(last) ? last : null,
      rounds: this.#syncs.length,
      bitmap_syncs: this.#syncs,
      vm_stop: {
        vm_state_notify: this.#notify,
        reason: this.#reason,
        migration_completion_vm_stop: this.#completionStop,
        vm_stop_flush_all: this.#flush,
      },
      stopped_before_migration: this.#stopped,
      final_bitmap_sync: this.#finalSync(),
      sections_saved: sections ? [...this.#saved.values()] : null,
      sections_skipped: sections ? this.#skipped : null,
      ...this.#ramFirst(),
      // The event has this name up to 8.x; a log with that version's pending event would have had it.
      throttle_events: this.#throttles > 0 || has('migration_throttle') || has('migrate_pending') ? this.#throttles : null,
      ...this.#samples(),
      ...(this.#checkpoints.length === 0 ? {} : { downtime_checkpoints: this.#checkpoints }),
      ...(this.#downtimeSave.length === 0 ? {} : { downtime_save: this.#downtimeSave }),
    };
  }

  #syncEnd(args: string, mark: Mark): void {
    const sync = this.#syncs.at(-1);
    if (sync === undefined || sync.dirty_pages !== null) return;
    sync.end_t = mark.t;
    sync.dirty_pages = Number(args.replace('dirty_pages ', ''));
  }

  #sectionStart(args: string, mark: Mark): void {
    const found = SECTION.exec(args);
    if (found === null) return;
    const id = found[1] as string;
    this.#section = { ...mark, id };
    const key = `${id}\n${found[2]}`;
    const known = this.#saved.get(key);
    if (known !== undefined) known.starts += 1;
    else
      this.#saved.set(key, {
        id,
        section_id: Number(found[2]),
        starts: 1,
        last_ret: null,
        first_t: mark.t,
        first_line: mark.line,
        last_end_t: null,
      });
  }

  #sectionEnd(args: string, mark: Mark): void {
    const found = SECTION.exec(args);
    if (found === null) return;
    if (found[1] === 'ram') this.#lastRamEnd = mark;
    const known = this.#saved.get(`${found[1]}\n${found[2]}`);
    if (known === undefined) return;
    known.last_ret = Number(found[3]);
    known.last_end_t = mark.t;
  }

  #pendingSample(text: string | undefined): void {
    if (text === undefined) return;
    const value = Number(text);
    if (this.#pending.count === 0) this.#pending.first = value;
    this.#pending.count += 1;
    this.#pending.last = value;
    this.#pending.max = Math.max(this.#pending.max, value);
  }

  #bandwidthSample(text: string | undefined): void {
    if (text === undefined) return;
    const value = Number(text);
    this.#bandwidth.count += 1;
    this.#bandwidth.min = Math.min(this.#bandwidth.min, value);
    this.#bandwidth.max = Math.max(this.#bandwidth.max, value);
  }

  #downtime(args: string): void {
    const found = DOWNTIME_SAVE.exec(args);
    if (found === null) return;
    this.#downtimeSave.push({ type: found[1], idstr: found[2], instance_id: found[3], us: found[4] });
  }

  #finalSync(): object | null {
    const sync = this.#syncs.at(-1);
    if (sync === undefined) return null;
    return {
      t: sync.t,
      line: sync.line,
      end_t: sync.end_t,
      index: this.#syncs.length,
      dirty_pages: sync.dirty_pages,
      after_vm_stop: this.#notify === null ? null : sync.line > this.#notify.line,
    };
  }

  #ramFirst(): object {
    const [end, device] = [this.#lastRamEnd, this.#firstDevice];
    if (end === null || device === null) return { ram_completed_before_devices: null };
    return {
      ram_completed_before_devices: end.line < device.line,
      last_ram_section_end: end,
      first_device_section_start: device,
      vmstate_saved: this.#vmstates,
    };
  }

  #samples(): object {
    const { count, first, last, max } = this.#pending;
    const pending =
      count === 0 ? { pending_samples: null } : { pending_samples: count, pending_first: first, pending_last: last, pending_max: max };
    if (this.#bandwidth.count === 0) return pending;
    return { ...pending, bandwidth_samples: { ...this.#bandwidth, unit: 'bytes per millisecond, as QEMU prints it' } };
  }
}
