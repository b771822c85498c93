/** Lost writes: pages whose content on the host that runs the guest is not the last that landed. */
import type { Finding, LossWindow } from '../../trace/audit.ts';
import { printNanos } from '../../trace/time.ts';
import type { Machine } from '../machine.ts';
import { probePage } from '../probes.ts';
import { BY, FREE, LEFT_OUT, LOGGED, PLACED, STATE, UNTOUCHED, WIDTH, WRITER } from '../tracer-row.ts';
import { fateOf, fateOfPage, fateWords, sentTooLate, whyUnlogged } from './fates.ts';
import { hostWords, sentenceCase } from './words.ts';

export function lostWrites(machine: Machine, owner: number): readonly Finding[] {
  if (owner < 0 || machine.program.hosts[owner]?.snapshot === true) return [];
  const lost = [...lostTracers(machine, owner), ...lostPages(machine, owner)].map((finding) => asFault(machine, owner, finding));
  return [...lost, ...clobbered(machine, owner)];
}

/** Whether a row, or a page of the workload, holds what none of the guest's wrote: to lose that is no harm, to keep it is. */
function isClobber(machine: Machine, writer: number): boolean {
  return machine.program.writers[writer]?.spec.clobbers === true;
}

/** Pages that hold what none of the guest's wrote, where the guest runs. */
function clobbered(machine: Machine, owner: number): readonly Finding[] {
  const { tracers, memory, program } = machine;
  return program.writers.flatMap((def, writer): readonly Finding[] => {
    if (!isClobber(machine, writer) || !isMapped(machine, owner, def.region)) return [];
    const gaps: number[] = [];
    let placed = false;
    let found = false;
    let leftOut = false;
    for (let i = 0; i < tracers.count; i += 1) {
      const state = tracers.rows[i * WIDTH + STATE] as number;
      if (tracers.rows[i * WIDTH + WRITER] !== writer || (state & UNTOUCHED) !== 0 || (state & 3) === LOGGED || tracers.isStale(i, owner))
        continue;
      found = true;
      if ((state & PLACED) !== 0) placed = true;
      if ((state & LEFT_OUT) !== 0) leftOut = true;
      gaps.push(...(tracers.gaps?.[i] ?? []));
    }
    const versions = memory.version[owner] as number[];
    const slots = Array.from({ length: memory.slots }, (_, slot) => slot).filter(
      (slot) => slot >= program.regions.length && memory.writer[slot] === writer && versions[slot] === memory.last[slot],
    );
    if (!found && slots.length === 0) return [];
    const window = windowOf(machine, gaps);
    const page = slots[0] === undefined ? probePage(machine, writer, gaps[0] ?? 0) : (memory.page[slots[0]] as number);
    const at = window === undefined ? '' : ` at ${printNanos(window[0])}`;
    const step = machine.gaps[gaps[0] ?? -1]?.step ?? '';
    return [
      {
        by: placed || slots.length > 0 ? 'workload' : 'probe',
        kind: def.spec.stale ?? 'lost-write',
        sentence: sentenceCase(
          `${def.spec.title ?? def.id} wrote over page 0x${page.toString(16)} of ${program.regions[def.region]?.id}${at}${step === '' ? '' : ` (before or during ${step})`}: on ${hostName(machine)} what the guest had there is gone${leftOut ? ', since the page was all zeros and was left out' : ''}`,
        ),
        events: gaps.map((gap) => machine.gaps[gap]?.events[writer] ?? -1).filter((event) => event >= 0),
        pages: slots.length > 0 ? memory.runsOf(slots).pages : [page, 1],
        ...(window === undefined ? {} : { window }),
      },
    ];
  });
}

/** Where a missing page faults (post-copy), nobody reads it stale: the vCPU that touches it waits. */
function asFault(machine: Machine, owner: number, finding: Finding): Finding {
  const page = finding.pages?.[0] ?? -1;
  const region = machine.program.regions.findIndex((one) => page >= one.first && page < one.first + one.pages);
  if (
    region < 0 ||
    (((machine.faults[owner] as number) >> region) & 1) === 0 ||
    [fateWords('overwritten'), fateWords('damaged')].some((words) => finding.sentence.includes(words))
  )
    return finding;
  const name = machine.program.regions[region]?.id;
  return {
    ...finding,
    kind: 'hung-guest',
    sentence: `A vCPU that touches page 0x${page.toString(16)} of ${name} on ${hostName(machine)} faults and waits: its bit is not set, and the other side sends only pages whose bit is.`,
  };
}

/** Tracers first: they tell the window exactly. One finding for a writer and a fate. */
function lostTracers(machine: Machine, owner: number): readonly Finding[] {
  const found = new Map<
    string,
    {
      readonly writer: number;
      readonly fate: string;
      readonly late: string;
      readonly placed: boolean;
      readonly untouched: boolean;
      readonly host: number;
      gaps: number[];
    }
  >();
  const { tracers, program } = machine;
  for (let i = 0; i < tracers.count; i += 1) {
    const state = tracers.rows[i * WIDTH + STATE] as number;
    if (!tracers.isStale(i, owner) || (state & 3) === LOGGED || !matters(machine, owner, i)) continue;
    const writer = tracers.rows[i * WIDTH + WRITER] as number;
    if (isClobber(machine, writer) && (state & UNTOUCHED) === 0) continue;
    const host = tracers.rows[i * WIDTH + BY] as number;
    const hostLogs = ((1 << program.logs.length) - 1) << (host * program.logs.length);
    const fate = host === owner ? 'overwritten' : fateOf(tracers, i, hostLogs, host, machine.path);
    const late = fate === 'not loaded' ? sentTooLate(machine, i) : '';
    const key = `${writer}/${host}/${fate}/${late}/${state & (PLACED | UNTOUCHED)}`;
    const kind = { placed: (state & PLACED) !== 0, untouched: (state & UNTOUCHED) !== 0 };
    const known = found.get(key) ?? { writer, fate, late, ...kind, host, gaps: [] };
    known.gaps.push(...(tracers.gaps?.[i] ?? []));
    found.set(key, known);
  }
  return [...found.values()].map((one) => tracerFinding(machine, one));
}

/** Nobody can read a region that was taken away there (one that was absent from the start comes with the guest). */
function isMapped(machine: Machine, owner: number, region: number): boolean {
  return machine.program.regions[region]?.absent === true || (((machine.mapped[owner] as number) >> region) & 1) === 1;
}

/** Content of a page that the guest called free matters only where touching it faults. */
function matters(machine: Machine, owner: number, row: number): boolean {
  const { tracers, program } = machine;
  const region = program.writers[tracers.rows[row * WIDTH + WRITER] as number]?.region ?? 0;
  if (!isMapped(machine, owner, region)) return false;
  if (((tracers.rows[row * WIDTH + STATE] as number) & FREE) === 0) return true;
  return (((machine.faults[owner] as number) >> region) & 1) === 1;
}

function tracerFinding(
  machine: Machine,
  lost: {
    readonly writer: number;
    readonly fate: string;
    readonly late: string;
    readonly placed: boolean;
    readonly untouched: boolean;
    readonly host: number;
    readonly gaps: readonly number[];
  },
): Finding {
  const { program } = machine;
  const def = program.writers[lost.writer];
  const name = def?.spec.title ?? def?.id ?? '';
  const gaps = [...new Set(lost.gaps)].sort((a, b) => a - b);
  const events = gaps.map((gap) => machine.gaps[gap]?.events[lost.writer] ?? -1).filter((event) => event >= 0);
  const window = windowOf(machine, gaps);
  const region = program.regions[def?.region ?? 0];
  const why = lost.fate === 'not logged' ? whyUnlogged(machine, lost.writer, lost.host) : fateWords(lost.fate, lost.late);
  if (lost.untouched) {
    return {
      by: 'probe',
      kind: def?.spec.stale ?? 'lost-write',
      sentence: `Region ${region?.id}: content from before the migration never reached ${hostName(machine)} (${why}).`,
      events: [],
      pages: [region?.first ?? 0, region?.pages ?? 0],
    };
  }
  const page = gaps[0] === undefined ? (region?.first ?? 0) : probePage(machine, lost.writer, gaps[0]);
  const between = window === undefined ? '' : ` between ${printNanos(window[0])} and ${printNanos(window[1])}`;
  const steps = [...new Set(gaps.map((gap) => machine.gaps[gap]?.step ?? '').filter((step) => step !== ''))];
  const where =
    steps.length === 0 ? '' : steps.length === 1 ? ` (before or during ${steps[0]})` : ` (from ${steps[0]} to ${steps[steps.length - 1]})`;
  return {
    by: lost.placed ? 'workload' : 'probe',
    kind: def?.spec.stale ?? 'lost-write',
    sentence: `A write by ${name} to page 0x${page.toString(16)}${between}${where} is lost: ${why}.`,
    events,
    pages: [page, 1],
    ...(window === undefined ? {} : { window }),
  };
}

/** From the first gap to the end of the last one's interval. */
function windowOf(machine: Machine, gaps: readonly number[]): readonly [number, number] | undefined {
  const first = machine.gaps[gaps[0] ?? -1];
  const last = gaps[gaps.length - 1];
  if (first === undefined || last === undefined) return undefined;
  return [first.atNanos, gapEnd(machine, last)];
}

/** A gap stands for the time until the next gap of the same host. */
export function gapEnd(machine: Machine, gap: number): number {
  const from = machine.gaps[gap];
  for (let i = gap + 1; i < machine.gaps.length; i += 1) {
    const next = machine.gaps[i];
    if (next?.host === from?.host) return next?.atNanos ?? machine.now;
  }
  return machine.now;
}

/** Pages of the workload: one finding for all of a writer's, with the first page named. */
function lostPages(machine: Machine, owner: number): readonly Finding[] {
  const { memory, program } = machine;
  const rests = program.regions.length;
  const byWriter = new Map<number, number[]>();
  for (const slot of memory.stale(owner)) {
    if (slot < rests || !isMapped(machine, owner, memory.region[slot] as number)) continue;
    const writer = memory.writer[slot] as number;
    if (isClobber(machine, writer)) continue;
    byWriter.set(writer, [...(byWriter.get(writer) ?? []), slot]);
  }
  return [...byWriter].map(([writer, slots]): Finding => {
    const { pages, count } = memory.runsOf(slots);
    const slot = slots[0] as number;
    const page = memory.page[slot] as number;
    const has = (memory.version[owner] as number[])[slot] as number;
    const name = program.writers[writer]?.spec.title ?? program.writers[writer]?.id ?? 'nobody';
    const host = memory.lastHost[slot] as number;
    const hostLogs = ((1 << program.logs.length) - 1) << (host * program.logs.length);
    const fate = host === owner ? '' : fateOfPage(memory, slot, hostLogs, host);
    return {
      by: 'workload',
      kind: program.writers[writer]?.spec.stale ?? 'lost-write',
      sentence: `${count} ${count === 1 ? 'page' : 'pages'} written by ${name} ${count === 1 ? 'is' : 'are'} stale on ${hostName(machine)}: page 0x${page.toString(16)} is there ${has < 0 ? 'with damaged bytes' : `in version ${has}`}, the last write was version ${memory.last[slot]}${fate === '' ? '' : ` (${fateWords(fate)})`}.`,
      events: [...new Set(slots.map((one) => memory.event[one] as number))]
        .filter((event) => event >= 0)
        .sort((a, b) => a - b)
        .slice(0, 32),
      pages,
    };
  });
}

function hostName(machine: Machine): string {
  return hostWords(machine.program.hosts[machine.owner()]);
}

/** The spans in which a write would have been lost, by writer: the gaps of all lost tracers, joined. */
export function lossWindows(machine: Machine, owner: number): readonly LossWindow[] {
  if (owner < 0 || machine.program.hosts[owner]?.snapshot === true) return [];
  const { tracers, program } = machine;
  const byWriter = new Map<string, { readonly writer: number; readonly host: number; readonly gaps: Set<number> }>();
  for (let i = 0; i < tracers.count; i += 1) {
    const state = tracers.rows[i * WIDTH + STATE] as number;
    const writer = tracers.rows[i * WIDTH + WRITER] as number;
    if (isClobber(machine, writer) ? tracers.isStale(i, owner) : !tracers.isStale(i, owner)) continue;
    if ((state & UNTOUCHED) !== 0 || !matters(machine, owner, i)) continue;
    const host = tracers.rows[i * WIDTH + BY] as number;
    const key = `${writer}/${host}`;
    const known = byWriter.get(key) ?? { writer, host, gaps: new Set<number>() };
    for (const gap of tracers.gaps?.[i] ?? []) known.gaps.add(gap);
    byWriter.set(key, known);
  }
  return [...byWriter.values()].flatMap(({ writer, host, gaps }) => {
    const spans: [number, number][] = [];
    for (const gap of [...gaps].sort((a, b) => a - b)) {
      const from = machine.gaps[gap]?.atNanos ?? 0;
      const to = gapEnd(machine, gap);
      const last = spans[spans.length - 1];
      if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
      else spans.push([from, to]);
    }
    return spans.map(([fromNanos, toNanos]) => ({
      fromNanos,
      toNanos,
      writer: program.writers[writer]?.id ?? '',
      host: program.hosts[host]?.id ?? '',
    }));
  });
}
