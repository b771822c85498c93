/**
 * A run's stream as QEMU would have written it: `faithful` (a VFIO device as an iterable section of its own kind), and one
 * that QEMU's analyze-migration.py can read, where a device is one full section (qemu-migration-order.md, section 7, rule 4).
 */
import type { DeviceModelSpec, Scenario } from '../../scenario/scenario.ts';
import { kindAt, type Trace } from '../../trace/trace.ts';
import { RefusedRun, type Writer } from '../format.ts';
import type { Recorded } from '../recording/write.ts';
import { BytesOut } from './bytes.ts';
import { pageBytes, sectionBytes } from './content.ts';
import { printStream, type RamRecord, type Section, type SectionType, type Stream, VFIO_CONFIG_BYTES, type VfioRecord } from './stream.ts';

const PAGE = 4096;
const MACHINE = 'pc-q35-10.0';
const BLOCK = 'pc.ram';
const RAM_ID = 2;
const TIMER_ID = 3;
const GLOBAL_ID = 4;
const FIRST_DEVICE_ID = 40;
/** A file that is written for a person to look at, not to fill a disk. */
const MOST_PAGES = 2_000_000;

export const TIMER_BYTES = 24;
export const GLOBALSTATE_BYTES = 104;

interface Sent {
  readonly ram?: readonly number[];
  readonly untilNanos: number;
  readonly device?: string;
  readonly sections: readonly string[];
  readonly versions: readonly number[];
  readonly phase: string;
}

/** The sizes of sections by device come from the models, which the caller knows. */
export function qemuFileOf(run: Recorded, models: readonly DeviceModelSpec[], friendly: boolean): Stream {
  const { scenario, trace } = run;
  if (scenario === null) throw new RefusedRun('an imported log holds no pages: only a run of the emulator has a stream to write');
  const items = sentItems(trace);
  if (items === undefined) throw new RefusedRun('its stream never reaches the end mark: there is no whole file to write');
  if (scenario.memory.pageBytes !== undefined && scenario.memory.pageBytes !== PAGE)
    throw new RefusedRun(`its pages have ${scenario.memory.pageBytes} bytes; the file's have ${PAGE}`);
  const pages = pagesOf(scenario);
  if (pages > MOST_PAGES) throw new RefusedRun(`its guest has ${pages} pages; at most ${MOST_PAGES} are written to a file`);
  const seed = trace.origin.kind === 'emulated' ? trace.origin.seed : 0;
  const maker = new Maker(scenario, models, trace, seed, pages, friendly);
  return { machine: MACHINE, sections: maker.sections(items), description: maker.description(items) };
}

/** What the first outgoing list sent, in its order, up to its end mark; undefined without one. */
function sentItems(trace: Trace): readonly Sent[] | undefined {
  const items: Sent[] = [];
  let host: string | undefined;
  let pages: readonly number[] = [];
  for (let seq = 0; seq < trace.length; seq += 1) {
    const kind = kindAt(trace, seq);
    if (kind !== 'send' && kind !== 'ram-round') continue;
    const at = trace.lanes[trace.lane[seq] as number]?.host;
    const args = trace.args(seq);
    if (kind === 'ram-round') {
      pages = (args['pages'] as readonly number[] | undefined) ?? [];
      continue;
    }
    host ??= at;
    if (at !== host || args['item'] === undefined) continue;
    const untilNanos = (trace.at[seq] as number) + Math.max(0, trace.duration[seq] as number);
    const none = { sections: [], versions: [], phase: '', untilNanos };
    if (args['what'] === 'ram') items.push({ ...none, ram: pages });
    else if (args['what'] === 'image')
      items.push({
        ...none,
        device: String(args['device']),
        sections: (args['sections'] as readonly string[] | undefined) ?? [],
        versions: (args['versions'] as readonly number[] | undefined) ?? [],
        phase: String(args['phase'] ?? 'final'),
      });
    else if (args['mark'] === 'eof') return items;
  }
  return undefined;
}

function pagesOf(scenario: Scenario): number {
  let next = 0;
  let most = 0;
  for (const region of scenario.memory.regions) {
    const first = region.first ?? next;
    next = first + region.pages;
    most = Math.max(most, next);
  }
  return most;
}

class Maker {
  readonly #scenario: Scenario;
  readonly #models: readonly DeviceModelSpec[];
  readonly #trace: Trace;
  readonly #seed: number;
  readonly #pages: number;
  readonly #friendly: boolean;
  /** Last version of a page that was written, as far as the fold has gone; and where the fold stands. */
  readonly #versions = new Map<number, number>();
  #seq = 0;

  constructor(scenario: Scenario, models: readonly DeviceModelSpec[], trace: Trace, seed: number, pages: number, friendly: boolean) {
    this.#scenario = scenario;
    this.#models = [...(scenario.models ?? []), ...models];
    this.#trace = trace;
    this.#seed = seed;
    this.#pages = pages;
    this.#friendly = friendly;
  }

  *sections(items: readonly Sent[]): Generator<Section> {
    yield this.#ram('start', [{ what: 'size', block: BLOCK, bytes: this.#pages * PAGE }]);
    if (!this.#friendly)
      for (const device of this.#scenario.devices) yield this.#vfio(device.id, 'start', [{ what: 'setup' }, { what: 'end' }]);
    const lastRam = items.findLastIndex((item) => item.ram !== undefined);
    const whole = new Map<string, Uint8Array[]>();
    for (const [i, item] of items.entries()) {
      if (item.ram !== undefined) {
        this.#foldTo(item.untilNanos);
        yield this.#ram(i === lastRam ? 'end' : 'part', this.#records(item.ram));
        continue;
      }
      const device = item.device ?? '';
      const data = this.#image(device, item);
      if (!this.#friendly) {
        const type = item.phase === 'precopy' ? 'part' : 'end';
        yield this.#vfio(device, type, [...data.map((one): VfioRecord => ({ what: 'data', data: one })), { what: 'end' }]);
        continue;
      }
      whole.set(device, [...(whole.get(device) ?? []), ...data]);
      const more = items.slice(i + 1).some((later) => later.device === device);
      if (!more) yield this.#raw(this.#idOf(device), nameOf(this.#scenario, device), 1, joined(whole.get(device) ?? []));
    }
    if (lastRam < 0) yield this.#ram('end', []);
    yield this.#raw(TIMER_ID, 'timer', 2, new Uint8Array(TIMER_BYTES));
    if (!this.#friendly)
      for (const device of this.#scenario.devices)
        yield this.#vfio(device.id, 'full', [{ what: 'config', data: this.#config(device.id) }, { what: 'end' }]);
    yield this.#raw(GLOBAL_ID, 'globalstate', 1, globalState());
  }

  /** The description lists plain sections: in the faithful variant the device's would break QEMU's own script. */
  description(items: readonly Sent[]): string {
    const images = this.#friendly
      ? this.#scenario.devices.flatMap((device) => {
          const fields = items
            .filter((item) => item.device === device.id)
            .flatMap((item) => item.sections.map((section) => ({ name: section, type: 'buffer', size: this.#sizeOf(device.id, section) })));
          if (fields.length === 0) return [];
          return [
            { name: nameOf(this.#scenario, device.id), instance_id: 0, vmsd_name: device.model, version: 1, fields: distinct(fields) },
          ];
        })
      : [];
    let text = JSON.stringify({
      page_size: PAGE,
      devices: [
        ...images,
        {
          name: 'timer',
          instance_id: 0,
          vmsd_name: 'timer',
          version: 2,
          fields: [
            { name: 'cpu_ticks_offset', type: 'int64', size: 8 },
            { name: 'unused', type: 'unused_buffer', size: 8 },
            { name: 'cpu_clock_offset', type: 'int64', size: 8 },
          ],
        },
        {
          name: 'globalstate',
          instance_id: 0,
          vmsd_name: 'globalstate',
          version: 1,
          fields: [
            { name: 'size', type: 'uint32', size: 4 },
            { name: 'runstate', type: 'buffer', size: 32 },
            { name: 'has_vm_was_suspended', type: 'uint8', size: 1 },
            { name: 'vm_was_suspended', type: 'uint8', size: 1 },
            { name: 'unused', type: 'unused_buffer', size: 66 },
          ],
        },
      ],
    });
    // The script takes the first brace after the last NUL for the JSON: the length must hold none (rule 6).
    while (hasBrace(text.length)) text += ' ';
    return text;
  }

  #ram(type: SectionType, records: readonly RamRecord[]): Section {
    return { type, id: RAM_ID, idstr: 'ram', instance: 0, version: 4, payload: { kind: 'ram', records } };
  }

  #vfio(device: string, type: SectionType, records: readonly VfioRecord[]): Section {
    return {
      type,
      id: this.#idOf(device),
      idstr: nameOf(this.#scenario, device),
      instance: 0,
      version: 1,
      payload: { kind: 'vfio', records },
    };
  }

  #raw(id: number, idstr: string, version: number, data: Uint8Array): Section {
    return { type: 'full', id, idstr, instance: 0, version, payload: { kind: 'raw', data } };
  }

  #idOf(device: string): number {
    return FIRST_DEVICE_ID + this.#scenario.devices.findIndex((one) => one.id === device);
  }

  #sizeOf(device: string, section: string): number {
    const spec = this.#scenario.devices.find((one) => one.id === device);
    const model = this.#models.find((one) => one.id === spec?.model);
    return spec?.figures?.[`sections.${section}.bytes`] ?? model?.sections.find((one) => one.id === section)?.bytes ?? 0;
  }

  #image(device: string, item: Sent): readonly Uint8Array[] {
    return item.sections.map((section, i) =>
      sectionBytes(this.#seed, device, section, item.versions[i] ?? 0, this.#sizeOf(device, section)),
    );
  }

  /** PCI version 2, a configuration space, no INTx level up. */
  #config(device: string): Uint8Array {
    const space = sectionBytes(this.#seed, device, 'config space', 1, 256);
    return new BytesOut()
      .u32(2)
      .bytes(space)
      .bytes(new Uint8Array(VFIO_CONFIG_BYTES - 260))
      .take();
  }

  /** Writes up to a moment: the last of a page is its version. Probes are no writes of a guest. */
  #foldTo(nanos: number): void {
    const trace = this.#trace;
    for (; this.#seq < trace.length && (trace.at[this.#seq] as number) <= nanos; this.#seq += 1) {
      const kind = kindAt(trace, this.#seq);
      if (kind !== 'write' && kind !== 'land') continue;
      const args = trace.args(this.#seq);
      if (args['probe'] === true) continue;
      const runs = (args['pages'] as readonly number[] | undefined) ?? [];
      for (let i = 0; i < runs.length; i += 2)
        for (let page = runs[i] as number; page < (runs[i] as number) + (runs[i + 1] as number); page += 1)
          this.#versions.set(page, this.#seq + 2);
    }
  }

  /** 1: content from before the run; 0: never populated. */
  #versionOf(page: number): number {
    const written = this.#versions.get(page);
    if (written !== undefined) return written;
    let next = 0;
    for (const region of this.#scenario.memory.regions) {
      const first = region.first ?? next;
      next = first + region.pages;
      if (page >= first && page < next) return page - first < (region.populated ?? region.pages) ? 1 : 0;
    }
    return 0;
  }

  #records(runs: readonly number[]): readonly RamRecord[] {
    const records: RamRecord[] = [];
    for (let i = 0; i < runs.length; i += 2) {
      for (let page = runs[i] as number; page < (runs[i] as number) + (runs[i + 1] as number); page += 1) {
        const version = this.#versionOf(page);
        records.push(
          version === 0
            ? { what: 'zero', offset: page * PAGE }
            : { what: 'page', offset: page * PAGE, data: pageBytes(this.#seed, page, version, PAGE) },
        );
      }
    }
    return records;
  }
}

function hasBrace(length: number): boolean {
  return [length & 0xff, (length >> 8) & 0xff, (length >> 16) & 0xff].includes(0x7b);
}

function distinct<Field extends { readonly name: string }>(fields: readonly Field[]): readonly Field[] {
  const seen = new Map<string, number>();
  return fields.map((field) => {
    const count = (seen.get(field.name) ?? 0) + 1;
    seen.set(field.name, count);
    return count === 1 ? field : { ...field, name: `${field.name}#${count}` };
  });
}

export function nameOf(scenario: Scenario, device: string): string {
  const index = scenario.devices.findIndex((one) => one.id === device);
  return `0000:00:${(index + 3).toString(16).padStart(2, '0')}.0/vfio`;
}

/** "running" is what the guest was before the stop; the length counts the NUL. */
function globalState(): Uint8Array {
  const text = 'running';
  return new BytesOut()
    .u32(text.length + 1)
    .ascii(text)
    .bytes(new Uint8Array(GLOBALSTATE_BYTES - 4 - text.length))
    .take();
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** The two writers; the built-in models are given by whoever may know them. */
export function qemuFileWriters(models: readonly DeviceModelSpec[]): readonly Writer[] {
  const one = (id: string, title: string, friendly: boolean): Writer => ({
    id,
    title,
    extension: 'qemufile',
    mediaType: 'application/octet-stream',
    write: (run) => printStream(qemuFileOf(run, models, friendly)),
  });
  return [one('qemufile', 'QEMUFile that analyze-migration.py reads', true), one('qemufile-faithful', 'QEMUFile as QEMU writes it', false)];
}
