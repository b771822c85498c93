/**
 * A run as QEMU 10 would have logged it (-trace with the log backend and timestamps): one thread id a host, 1 for the first.
 * What QEMU has no event for is left out. Our own reader of such logs reads it back.
 */
import { type EventArgs, eventAt, type Trace, type TraceEvent } from '../trace/trace.ts';
import type { Writer } from './format.ts';

/** Seconds that the printed clock begins with: 2017-06-26, about the day of the RFC's first version. */
const EPOCH_SECONDS = 1_498_435_200;

export const qemuTrace: Writer = {
  id: 'trace',
  title: 'QEMU-like trace lines',
  extension: 'log',
  mediaType: 'text/plain',
  write: ({ trace }) => `${printQemuTrace(trace).join('\n')}\n`,
};

interface Line {
  readonly nanos: number;
  readonly host: string;
  readonly text: string;
}

/** All lines in the order of time; lines of one moment keep the order of the trace. */
export function printQemuTrace(trace: Trace): readonly string[] {
  const hosts = [...new Set(trace.lanes.map((lane) => lane.host))];
  return new Printer(trace)
    .lines()
    .map((line, i) => ({ ...line, i }))
    .sort((a, b) => a.nanos - b.nanos || a.i - b.i)
    .map((line) => `${hosts.indexOf(line.host) + 1}@${stamp(line.nanos)}:${line.text}`);
}

function stamp(nanos: number): string {
  const micros = Math.floor(nanos / 1_000);
  return `${EPOCH_SECONDS + Math.floor(micros / 1_000_000)}.${String(micros % 1_000_000).padStart(6, '0')}`;
}

/** Section ids: RAM first, devices as they come. */
const RAM_SECTION = 1;
const FIRST_DEVICE_SECTION = 38;

/** Numbers of QEMU's run states as its logs print them. */
const RUN_STATES: { readonly [name: string]: number } = { inmigrate: 1, 'finish-migrate': 7, running: 9 };

class Printer {
  readonly #trace: Trace;
  readonly #lines: Line[] = [];
  readonly #sections = new Map<string, number>([['ram', RAM_SECTION]]);
  /** What a host has said once and does not say again. */
  readonly #said = new Set<string>();
  #syncStep = '';

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  lines(): readonly Line[] {
    for (let seq = 0; seq < this.#trace.length; seq += 1) this.#print(eventAt(this.#trace, seq));
    return this.#lines;
  }

  #say(host: string, nanos: number, text: string): void {
    this.#lines.push({ nanos, host, text });
  }

  #once(host: string, nanos: number, text: string): void {
    if (this.#said.has(`${host} ${text}`)) return;
    this.#said.add(`${host} ${text}`);
    this.#say(host, nanos, text);
  }

  #print(event: TraceEvent): void {
    const host = this.#trace.lanes[event.lane]?.host ?? '';
    const at = event.atNanos;
    const end = at + (event.durationNanos ?? 0);
    const { args } = event;
    switch (event.kind) {
      case 'step':
        this.#once(host, at, 'migrate_set_state new state setup');
        return;
      case 'phase':
        this.#say(host, at, `migrate_set_state new state ${args['status']}`);
        return;
      case 'run-state':
        if (at > 0) this.#runState(host, at, args['state'] === 'running');
        return;
      case 'ioctl':
      case 'region-write':
        this.#setState(host, at, end, args);
        return;
      case 'bitmap-sync':
        this.#sync(host, at, event.step ?? '', Number(args['count'] ?? 0));
        return;
      case 'ram-round':
        this.#once(host, at, 'migrate_set_state new state active');
        this.#say(host, at, `savevm_section_start ram, section_id ${RAM_SECTION}`);
        this.#say(host, end, `savevm_section_end ram, section_id ${RAM_SECTION} -> 0`);
        return;
      case 'send':
        if (args['what'] === 'image')
          this.#save(host, at, end, String(args['device']), args['phase'] === 'precopy', Number(args['bytes'] ?? 0));
        return;
      case 'receive':
        if (args['what'] !== 'mark') this.#receive(host, at, args['what'] === 'ram' ? 'ram' : `${args['device']}/vfio`);
        return;
      case 'section-load':
        if (args['device'] !== undefined)
          this.#say(host, at, `vfio_load_state_device_data  (${args['device']}) size ${args['bytes']} ret 0`);
        return;
      default:
    }
  }

  #runState(host: string, at: number, running: boolean): void {
    const from = running ? (this.#said.has(`${host} loads`) ? 'inmigrate' : 'finish-migrate') : 'running';
    const to = running ? 'running' : 'finish-migrate';
    this.#say(host, at, `runstate_set current_run_state ${RUN_STATES[from]} (${from}) new_state ${RUN_STATES[to]} (${to})`);
    this.#say(host, at, `vm_state_notify running ${running ? 1 : 0} reason ${RUN_STATES[to]} (${to})`);
  }

  /** QEMU logs the states that it asks for, not those passed on the way. */
  #setState(host: string, at: number, end: number, args: EventArgs): void {
    const { device, state, errno } = args;
    if (device === undefined || state === undefined) return;
    this.#say(host, at, `vfio_migration_set_state  (${device}) new state ${state}, recover state ERROR`);
    if (errno === undefined) this.#say(host, end, `vfio_migration_set_device_state  (${device}) state ${state}`);
  }

  /** Harvests of several logs in one step are one sync, as in QEMU. */
  #sync(host: string, at: number, step: string, count: number): void {
    const last = this.#lines.at(-1);
    const open = /^migration_bitmap_sync_end dirty_pages (\d+)$/.exec(last?.host === host ? last.text : '');
    if (open !== null && this.#syncStep === step) {
      this.#lines[this.#lines.length - 1] = { host, nanos: at, text: `migration_bitmap_sync_end dirty_pages ${Number(open[1]) + count}` };
      return;
    }
    this.#syncStep = step;
    this.#say(host, at, 'migration_bitmap_sync_start ');
    this.#say(host, at, `migration_bitmap_sync_end dirty_pages ${count}`);
  }

  #section(id: string): number {
    const known = this.#sections.get(id) ?? FIRST_DEVICE_SECTION + this.#sections.size - 1;
    this.#sections.set(id, known);
    return known;
  }

  #save(host: string, at: number, end: number, device: string, precopy: boolean, bytes: number): void {
    const section = `${device}/vfio, section_id ${this.#section(`${device}/vfio`)}`;
    this.#say(host, at, `savevm_section_start ${section}`);
    this.#say(host, at, `vfio_save_block  (${device}) data_size ${bytes}`);
    if (!precopy) this.#say(host, end, `vfio_save_complete_precopy  (${device}) ret 0`);
    this.#say(host, end, `savevm_section_end ${section} -> 0`);
  }

  #receive(host: string, at: number, id: string): void {
    this.#said.add(`${host} loads`);
    this.#once(host, at, 'migrate_set_state new state active');
    const section = this.#section(id);
    const first = !this.#said.has(`${host} ${id}`);
    this.#said.add(`${host} ${id}`);
    this.#say(
      host,
      at,
      first ? `qemu_loadvm_state_section_startfull ${section}(${id}) 0 1` : `qemu_loadvm_state_section_partend ${section}`,
    );
  }
}
