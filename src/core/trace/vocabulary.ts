/**
 * What can happen: the closed list of event kinds, and of lane kinds.
 *
 * An event kind is the same whether the emulator made the event or a reader found it in a log;
 * `Trace.reports` says which kinds a maker would have recorded had they happened.
 */

/** Lane kinds from the wire outward (DESIGN.md section 1); the swimlane mirrors them for the second host. */
export const LANE_KINDS = [
  'stream', // what the one host sends and the other receives
  'ram', // RAM rounds: passes of a page copy
  'bitmap', // dirty-bitmap syncs, log arming
  'region', // reads and writes of a device's region or data_fd
  'ioctl',
  'device', // state of one device: unbroken labelled bands
  'dma', // writes to guest RAM by devices, back-ends, the VMM
  'cpu', // run state of the vCPUs (bands) and run-state callbacks
  'guest', // requests, doorbells, interrupts as the guest sees them
  'migration', // migration status and phases of one host
  'text', // lines of a log that carry a time and no known meaning
  'track', // a lane of a foreign trace (Chrome JSON)
] as const;
export type LaneKind = (typeof LANE_KINDS)[number];

/**
 * Event kinds. The comment names the arguments (`args`) that a maker fills in where it knows them.
 * `pages` is always a flat list of runs, `[first, count, first, count, …]`, in guest page numbers.
 */
export const EVENT_KINDS = [
  'phase', // migration: status
  'checkpoint', // migration: name (a downtime checkpoint)
  'run-state', // cpu band: state, from?, reason?
  'callback', // cpu: name, device?, running, phase (prepare | change), errno?
  'device-state', // device band: device, state, from?, wanted? (the state that was asked for and not reached), reset?, access? (queued: accesses wait), opened? (by a new process); at the beginning: peers? (whom it writes to), sections? (0: no image carries anything of it), worksWhile? (what it works by, where that is not its own state: `vcpus`, or a condition in words)
  'ioctl', // ioctl: name, number, fd, errno?, further struct fields
  'region-read', // region: device, region, offset, bytes, reads? (in so many pieces), holds? (bytes of the region, where the image is larger), errno?
  'region-write', // region: device, region, offset, bytes, value?, errno?
  'log-start', // bitmap: log, ranges? (page runs that it watches), writers? and sees? (who writes, as which actor: the same order), pinned?
  'log-stop', // bitmap: log, dropped?
  'log-clear', // bitmap: log, op (swap | discard | clear: those that were read and left): bits cleared by a call of its own, no sync; `clear` protects their pages again
  'log-protect', // bitmap: log: written pages are protected again by a call of its own, no sync
  'log-flush', // bitmap: log, into, off? (the other log was not on: the bits are gone): what a buffer holds goes into another log, no sync
  'log-full', // bitmap: log, loses (what comes now is not noted; else who writes stands still until it is read)
  'bitmap-sync', // bitmap: log, pages, count, cleared, off? (the log was not on: nothing could be found), op? (remark | unmark | hint: a step's own marks), lackingOn? (remark: a host that has not got them)
  'ram-round', // ram: round, what (all | dirty), pages, count, bytes, remaining, within? (regions, where not all were asked for), clear? (after: bits are cleared after the pages were read)
  'send', // stream: item, what, bytes, pages?, section?, interruptsOf? (devices whose interrupts the image holds)
  'receive', // stream: item, what, bytes; cause = the send
  'section-save', // stream: section, idstr, part, bytes
  'section-load', // stream: section, idstr, part, bytes, pages?, errno?, walks? (the load reads guest RAM)
  'register-write', // device: register, value, was
  'write', // dma or cpu: writer, pages, count, version; probe?: true; foreign?: true (what is written is none of the guest's)
  'land', // dma: the second half of a two-phase write
  'request', // guest: request, state (submitted | started | completed | noticed), device
  'doorbell', // guest: device, lost?
  'interrupt', // guest: device, lost?, parked?
  'token', // migration: token, op (take | give | fence)
  'access', // dma: access (map | unmap | protect | allow | present | absent), pages, drops? (logs whose bits an unmap drops), leaves? and moves? (pages that a window pointed to until now, and logs whose bits are its addresses)
  'migratable', // migration: device, migratable: somebody asked
  'process', // migration: list: a new process begins on this host, its RAM empty, its devices opened anew, its logs off
  'wait', // migration: list, for, met; at the end of a run for each list that still waits: of? (the step, not run yet, that would bring it about), cause = the step that waits, or the fault by which its call never returns
  'fault', // migration: errno, what (an authored failure, a cut channel)
  'error', // migration: errno?, message, policy?, call? (the primitive that met it); cause = what it follows from: the call, a fault, the end of a channel, an answer
  'step', // migration: one step of a list, start to end: list, label
  'note', // text: message (a limit that was hit, a gap)
  'text', // text: line, text
  'slice', // track: name (foreign traces)
  'instant', // track: name
  'counter', // track: name, value
] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

const KIND_INDEX: ReadonlyMap<string, number> = new Map(EVENT_KINDS.map((kind, index) => [kind, index]));

/** Position of a kind in `EVENT_KINDS`; the number that the columns of a trace hold. */
export function kindIndex(kind: EventKind): number {
  return KIND_INDEX.get(kind) as number;
}
