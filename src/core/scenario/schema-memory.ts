/** The schema of guest RAM: its regions, who writes them, and the logs that notice. */
import * as v from 'valibot';
import { call, condition, cost, errno, id, nanos, optional, shape, text } from './schema-parts.ts';

const region = shape(
  {
    id,
    pages: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(2 ** 40)),
    first: optional(v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 40))),
    populated: optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    absent: optional(v.boolean()),
    shared: optional(v.boolean()),
  },
  {
    id: 'Name of this part of guest RAM.',
    pages: 'Its size, in pages.',
    first: 'Its first guest page number, in pages from 0. Left out: right after the region before it.',
    populated: 'Pages with content at the beginning; the others are zero pages, which cost 9 bytes each to send. Left out: all pages.',
    absent: 'Not there at the beginning: `access` with `map` brings it (hotplug). Default: no.',
    shared:
      'The same pages on all hosts (shared storage; RAM handed over by its descriptor, CPR): a write is there at once for all, and no copy sends it. Default: no.',
  },
);

const window = shape(
  { id, to: optional(id) },
  { id: 'Name of this range of device addresses (IOVA).', to: 'Region it points to at first. Left out: nowhere, until a step maps it.' },
);

export const memory = shape(
  {
    pageBytes: optional(v.pipe(v.number(), v.integer(), v.minValue(512), v.maxValue(2 ** 30))),
    regions: v.pipe(v.array(region), v.minLength(1), v.maxLength(30)),
    windows: optional(v.pipe(v.array(window), v.maxLength(30))),
  },
  {
    pageBytes: 'Size of a page, in bytes. Default: 4096.',
    regions: 'Guest RAM in parts by use: a ring, page tables, DMA buffers, the rest.',
    windows: 'Ranges of device addresses (IOVA) that point to a region, and may come to point to another. Left out: none.',
  },
);

export const log = shape(
  {
    id,
    title: optional(text),
    kind: optional(v.picklist(['bitmap', 'protect', 'pinned'])),
    owner: optional(text),
    armed: optional(v.boolean()),
    regions: optional(v.array(id)),
    key: optional(v.picklist(['gpa', 'iova'])),
    whenFull: optional(v.picklist(['stall', 'lose'])),
    diesWithMapping: optional(v.boolean()),
    disarms: optional(v.boolean()),
    armTwiceErrno: optional(errno),
    offErrno: optional(errno),
    maxRegions: optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
    tooManyErrno: optional(errno),
    calls: optional(v.record(text, call)),
    cost: optional(cost),
  },
  {
    id: 'Name of the log; writers say which logs notice them.',
    title: 'Name on the screen. Left out: the id.',
    kind: '`bitmap`: a write sets a bit, a harvest reads and clears it. `protect`: as bitmap, and a written page stays open, with no further bit, until it is re-protected (KVM). `pinned`: every page of its regions at each harvest, never cleared (RFC 2017). Default: `bitmap`.',
    owner: 'Whose object it is and dies with: a slot, a mapping, a device. Left out: nobody’s.',
    armed: 'It notes writes from the beginning. Default: yes for a pinned log, no for others.',
    regions: 'Regions it can see. Left out: those that exist when it is armed.',
    key: 'A bit stands for a guest page (`gpa`), or for a device address that is translated when the log is read (`iova`: VFIO_IOMMU_DIRTY_PAGES). Default: `gpa`.',
    whenFull:
      'Once a step has filled it: who would be noted stands still (`stall`, KVM’s dirty ring), or is not noted (`lose`). Default: `stall`.',
    diesWithMapping: 'To unmap a region drops its bits that were not harvested (VFIO_IOMMU_UNMAP_DMA without the dirty flag). Default: no.',
    disarms: 'Whether `disarm` reaches anybody; if not it answers 0 and the log stays on. Default: yes.',
    armTwiceErrno: 'Answer of a second `arm` without `disarm`. Left out: it succeeds.',
    offErrno: 'Answer of harvest or disarm while it is off. Left out: it succeeds.',
    maxRegions: 'Number of ranges it takes at most (VFIO_DEVICE_FEATURE_DMA_LOGGING_START). Left out: no limit.',
    tooManyErrno: 'Answer to more ranges than that. Default: E2BIG.',
    calls:
      'How its operations look from outside, by operation: {"harvest": {"as": "ioctl", "name": "KVM_GET_DIRTY_LOG"}}. Left out: plain calls.',
    cost: 'Time of a harvest. Left out: none.',
  },
);

const rateOfPages = v.pipe(v.number(), v.minValue(0), v.maxValue(1e8));
const change = shape(
  { atNanos: nanos, pagesPerSecond: rateOfPages },
  { atNanos: 'When, in nanoseconds from the start.', pagesPerSecond: 'Rate from then on, in pages a second.' },
);

const load = shape(
  {
    pagesPerSecond: rateOfPages,
    workingSetPages: optional(v.pipe(v.number(), v.integer(), v.minValue(1))),
    pattern: optional(v.picklist(['sequential', 'random'])),
    apartNanos: optional(nanos),
    changes: optional(v.pipe(v.array(change), v.maxLength(10_000))),
  },
  {
    pagesPerSecond: 'Pages it writes a second.',
    workingSetPages: 'Pages it goes round in, from the region’s start. Left out: the whole region, in pages.',
    pattern: 'Which page comes next: `sequential` or `random` (from the seed). Default: `sequential`.',
    apartNanos: 'Of a writer with `twoPhase`: from the first half of a write to its second, in nanoseconds. Default: 100000 (100 µs).',
    changes: 'Other rates from given times on, in the order of time. Left out: the rate stays.',
  },
);

export const writer = shape(
  {
    id,
    title: optional(text),
    actor: id,
    region: id,
    logs: v.array(id),
    through: optional(id),
    stale: optional(v.picklist(['lost-write', 'torn-state', 'lost-signal', 'hung-guest'])),
    active: optional(condition),
    twoPhase: optional(v.picklist(['log-first', 'land-first'])),
    onlyPlaced: optional(v.boolean()),
    longLived: optional(v.boolean()),
    clobbers: optional(v.boolean()),
    zeroes: optional(v.boolean()),
    load: optional(load),
  },
  {
    id: 'Name of the writer.',
    title: 'Name on the screen. Left out: the id.',
    actor: 'Who writes: vcpus, a device, or any other name (a vhost back-end, a VMM thread).',
    region: 'Part of guest RAM that it writes.',
    logs: 'Logs that notice its writes. An empty list: none does, and that is how pages get lost.',
    through: 'Window of device addresses it writes through, to wherever that points. Left out: straight to the region.',
    stale:
      'What it means that a write of it is lost: `lost-write`, `torn-state`, `lost-signal` (a pending table) or `hung-guest`. Default: `lost-write`.',
    active:
      'When it can write, once the guest (or its device) is at work on a host. It stands in place of “while its actor runs”: name the states of the device, too, where they count. Left out: while its actor runs.',
    twoPhase:
      'The bit and the data come apart: `log-first` (marked before it lands) or `land-first` (marked after). Left out: both at once.',
    onlyPlaced: 'It writes only where a step says `write`; no probe stands for it. Default: no.',
    longLived: 'It holds a long-lived mapping, and writes even where access was taken away. Default: no.',
    clobbers:
      'What it writes is none of the guest’s (a ROM that the VMM writes once more after the load): where the guest runs with it, its own content is gone. Default: no.',
    zeroes: 'What it writes is zeros (memory that is cleared or given back), as RAM is that nothing was put into. Default: no.',
    load: 'The timed workload. Left out: probes only, a write in every gap between two steps.',
  },
);
