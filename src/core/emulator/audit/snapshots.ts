/**
 * Snapshots: a host that is to hold the guest as it was at one moment is held against that moment. A page that is newer is
 * as wrong as one that is older: it does not belong to the device state beside it. Where the guest has gone on from there (a
 * secondary that took over from its last checkpoint), what it wrote itself is in order.
 */

import type { Finding } from '../../trace/audit.ts';
import { printNanos } from '../../trace/time.ts';
import type { Machine } from '../machine.ts';
import { probePage } from '../probes.ts';
import { AFTER, BY, FREE, STATE, WIDTH, WRITER } from '../tracer-row.ts';
import { sendsOf } from './devices.ts';
import { hostWords, known } from './words.ts';

export function damageToSnapshots(machine: Machine): readonly Finding[] {
  const { snapshot, program } = machine;
  if (snapshot === undefined) return [];
  return program.hosts.flatMap((host, index) =>
    host.snapshot
      ? [
          ...pagesOff(machine, index, snapshot.atNanos),
          ...workloadOff(machine, index, snapshot.atNanos),
          ...devicesOff(machine, index, snapshot),
        ]
      : [],
  );
}

/** Rows written after it whose content is there, and rows from before whose content is not. */
function pagesOff(machine: Machine, host: number, atNanos: number): readonly Finding[] {
  const { tracers, program } = machine;
  const found = new Map<string, { readonly writer: number; readonly newer: boolean; readonly gaps: number[] }>();
  for (let i = 0; i < tracers.count; i += 1) {
    const state = tracers.rows[i * WIDTH + STATE] as number;
    const newer = (state & AFTER) !== 0;
    // Written after it, and here: newer. Written before it, and not here: older.
    if (newer === tracers.isStale(i, host) || (state & (3 | FREE)) !== 0) continue;
    if (newer && tracers.rows[i * WIDTH + BY] === host && machine.hasRun(host)) continue;
    const writer = tracers.rows[i * WIDTH + WRITER] as number;
    const key = `${writer}/${newer}`;
    const one = found.get(key) ?? { writer, newer, gaps: [] };
    one.gaps.push(...(tracers.gaps?.[i] ?? []));
    found.set(key, one);
  }
  return [...found.values()].map(({ writer, newer, gaps }): Finding => {
    const def = program.writers[writer];
    const first = gaps.toSorted((a, b) => a - b)[0];
    const gap = machine.gaps[first ?? -1];
    const name = def?.spec.title ?? def?.id ?? '';
    const page = first === undefined ? (program.regions[def?.region ?? 0]?.first ?? 0) : probePage(machine, writer, first);
    const at = gap === undefined ? '' : ` at ${printNanos(gap.atNanos)}${gap.step === '' ? '' : ` (${gap.step})`}`;
    return {
      by: 'probe',
      kind: newer ? 'torn-state' : 'lost-write',
      sentence: newer
        ? `Page 0x${page.toString(16)} is newer on ${hostWords(program.hosts[host])} than the snapshot of ${printNanos(atNanos)}: ${name} wrote it${at} before it was copied, and nothing held the write back.`
        : `Page 0x${page.toString(16)} is older on ${hostWords(program.hosts[host])} than the snapshot of ${printNanos(atNanos)}: the write by ${name}${at} never got there.`,
      events: known(gaps.map((one) => machine.gaps[one]?.events[writer] ?? -1)).slice(0, 32),
      pages: [page, 1],
    };
  });
}

function workloadOff(machine: Machine, host: number, atNanos: number): readonly Finding[] {
  const { memory, program } = machine;
  const own = (slot: number) => memory.lastHost[slot] === host && machine.hasRun(host);
  const slots = memory.offSnapshot(host).filter((slot) => slot >= program.regions.length && !own(slot));
  if (slots.length === 0) return [];
  const { pages, count } = memory.runsOf(slots);
  return [
    {
      by: 'workload',
      kind: 'torn-state',
      sentence: `${count} ${count === 1 ? 'page' : 'pages'} on ${hostWords(program.hosts[host])} are not as they were when the snapshot was taken at ${printNanos(atNanos)}.`,
      events: known(slots.map((slot) => memory.event[slot] as number)).slice(0, 32),
      pages,
    },
  ];
}

function devicesOff(machine: Machine, host: number, snapshot: NonNullable<Machine['snapshot']>): readonly Finding[] {
  return machine.program.devices.flatMap((def, device): readonly Finding[] => {
    const { stamps } = machine.device(device, host);
    const version = snapshot.versions[device] as number;
    const off = def.sections.flatMap((section, i) => {
      const stamp = stamps[i] as number;
      return section.constant === true || stamp === version ? [] : [{ section, stamp }];
    });
    const first = off[0];
    if (first === undefined) return [];
    const how = first.stamp < 0 ? 'is not in the snapshot' : `is in the snapshot in version ${first.stamp}`;
    return [
      {
        by: 'probe',
        kind: first.section.stale ?? 'torn-state',
        sentence: `${off.map((one) => one.section.id).join(', ')} of ${def.id} ${how}, and the snapshot was taken at version ${version} (${printNanos(snapshot.atNanos)}).`,
        events: known(sendsOf(machine, device, host)),
      },
    ];
  });
}
