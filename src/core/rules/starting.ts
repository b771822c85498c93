/** Rules D: the order in which the target comes to life. */
import { deviceRuns, deviceStarts, deviceStops, type Entry, type Ledger, startsPeer, stoppedAt, vcpusRun } from './ledger.ts';
import type { Broken, Rule } from './rule.ts';

function starts(ledger: Ledger): readonly Entry[] {
  return ledger.deviceStates.filter((entry) => entry.host === ledger.target && deviceStarts(entry));
}

function devicesOf(ledger: Ledger): readonly unknown[] {
  return [...new Set(ledger.deviceStates.filter((entry) => entry.host === ledger.target).map((entry) => entry.args['device']))];
}

/** The change by which a device of the target came to run, where it still runs at that event. */
function runningAt(ledger: Ledger, device: unknown, seq: number): Entry | undefined {
  const before = ledger.deviceStates.filter((entry) => entry.host === ledger.target && entry.args['device'] === device && entry.seq < seq);
  const last = before.at(-1);
  if (last === undefined || !deviceRuns(last)) return undefined;
  return before.findLast(deviceStarts) ?? undefined;
}

function firstRun(ledger: Ledger): Entry | undefined {
  const begins = Math.min(ledger.arrivals[0]?.seq ?? 0, ledger.loads[0]?.seq ?? Number.POSITIVE_INFINITY);
  return ledger.runs.find(
    (entry) => entry.host === ledger.target && vcpusRun(entry) && (ledger.trace.steps.length > 0 || entry.seq > begins),
  );
}

const ramBeforeLoad: Rule = {
  id: 'D1',
  title: 'RAM is complete before a device that walks it is loaded',
  severity: 'X',
  why: 'The load of such a device reads guest RAM at once (ordering-rules.md, D1: the reply’s point).',
  check(ledger) {
    const last = ledger.arrivals.at(-1);
    const walks = ledger.loads.filter((load) => load.args['walks'] === true);
    if (last === undefined || walks.length === 0) return ledger.loads.length === 0 ? undefined : [];
    return walks
      .filter((load) => load.seq < last.seq)
      .map((load) => ({
        sentence: `${load.args['device']} was loaded at #${load.seq}; pages arrived until #${last.seq}.`,
        events: [load.seq, last.seq],
      }));
  },
};

/** Devices whose image went onto the wire, or was to, and that run on the target without any of it loaded. */
function unloaded(ledger: Ledger): readonly Broken[] {
  if (ledger.trace.steps.length === 0) return [];
  return starts(ledger).flatMap((start) => {
    const device = start.args['device'];
    if (ledger.loads.some((load) => load.args['device'] === device)) return [];
    return [{ sentence: `${device} runs from #${start.seq}, and none of its image was loaded.`, events: [start.seq] }];
  });
}

const dataBeforeRun: Rule = {
  id: 'D2',
  title: 'All data of a device are loaded before it runs',
  severity: 'X',
  why: 'Data that come later are refused, or overwrite a running device (ordering-rules.md, D2).',
  check(ledger) {
    if (ledger.target === undefined || starts(ledger).length === 0) return undefined;
    return [
      ...unloaded(ledger),
      ...ledger.loads.flatMap((load) => {
        const start = runningAt(ledger, load.args['device'], load.seq);
        if (start === undefined) return [];
        return [
          {
            sentence: `${load.args['device']} ran from #${start.seq} and its image was loaded at #${load.seq}.`,
            events: [start.seq, load.seq],
          },
        ];
      }),
    ];
  },
};

const ramBeforeRun: Rule = {
  id: 'D6',
  title: 'RAM is complete before a device or a vCPU runs on the target',
  severity: 'L',
  why: 'Device DMA cannot fault: it reads old data, or a late page covers what it wrote (ordering-rules.md, D6).',
  check(ledger) {
    const last = ledger.arrivals.at(-1);
    const run = firstRun(ledger);
    if (last === undefined || (starts(ledger).length === 0 && run === undefined)) return undefined;
    const early =
      run !== undefined && run.seq < last.seq && ledger.trace.steps.length > 0
        ? [{ sentence: `The vCPUs ran from #${run.seq}; pages arrived until #${last.seq}.`, events: [run.seq, last.seq] }]
        : [];
    const devices = [...new Set(starts(ledger).map((start) => start.args['device']))]
      .flatMap((device) => runningAt(ledger, device, last.seq) ?? [])
      .map((start) => ({
        sentence: `${start.args['device']} ran from #${start.seq}; pages arrived until #${last.seq}.`,
        events: [start.seq, last.seq],
      }));
    return [...early, ...devices];
  },
};

const deviceBeforeVcpus: Rule = {
  id: 'D8',
  title: 'Devices run before the vCPUs do',
  severity: 'I',
  why: 'The guest touches the device at once (ordering-rules.md, D8).',
  check(ledger) {
    const run = firstRun(ledger);
    if (run === undefined || devicesOf(ledger).length === 0) return undefined;
    const stops = ledger.deviceStates
      .filter((entry) => entry.host === ledger.target && entry.seq > run.seq && deviceStops(entry))
      .map((stop) => ({
        sentence: `${stop.args['device']} left its running state at #${stop.seq} under the vCPUs that ran from #${run.seq}.`,
        events: [run.seq, stop.seq],
      }));
    const late = devicesOf(ledger).flatMap((device) => {
      const last = ledger.deviceStates.findLast((one) => one.host === ledger.target && one.args['device'] === device && one.seq < run.seq);
      const next = starts(ledger).find((one) => one.args['device'] === device && one.seq > run.seq);
      if (last !== undefined ? deviceRuns(last) : next === undefined) return [];
      const since = next === undefined ? 'never' : `only from #${next.seq}`;
      return [
        { sentence: `The vCPUs ran from #${run.seq}, ${device} ${since}.`, events: [run.seq, ...(next === undefined ? [] : [next.seq])] },
      ];
    });
    return [...late, ...stops];
  },
};

const oneOwner: Rule = {
  id: 'D9',
  title: 'The source has stopped for good before the target runs',
  severity: 'B',
  why: 'One guest, one identity (ordering-rules.md, D9 and D11).',
  check(ledger) {
    const run = firstRun(ledger);
    const last = ledger.runs.findLast((entry) => entry.host === ledger.source);
    if (run === undefined || last === undefined) return undefined;
    if (!vcpusRun(last) && last.seq < run.seq) return [];
    return [
      {
        sentence: `The target ran from #${run.seq}; the last run state of the source is #${last.seq} (${last.args['state']}).`,
        events: [run.seq, last.seq],
      },
    ];
  },
};

const peersFirst: Rule = {
  id: 'D7',
  title: 'All devices take peer-to-peer writes before any begins them',
  severity: 'X',
  why: 'The first one that runs may write to a peer that still stands (ordering-rules.md, D7).',
  check(ledger) {
    const devices = devicesOf(ledger);
    if (devices.length < 2 || starts(ledger).length === 0) return undefined;
    const own = ledger.deviceStates.filter((entry) => entry.host === ledger.target);
    const from = ledger.loads.at(-1)?.seq ?? 0;
    return own
      .filter((entry) => entry.seq > from && startsPeer(entry))
      .flatMap((entry) =>
        stoppedAt(own, devices, entry).map((other) => ({
          sentence: `${entry.args['device']} ran from #${entry.seq} while ${other.args['device']} stood in ${other.args['state']}.`,
          events: [entry.seq, other.seq],
        })),
      );
  },
};

export const starting: readonly Rule[] = [ramBeforeLoad, dataBeforeRun, ramBeforeRun, peersFirst, deviceBeforeVcpus, oneOwner];
