/** Rules A4 and C: logging before copying, and the order in which the source comes to rest. */

import { endOf } from '../trace/trace.ts';
import { deviceStops, type Entry, type Ledger, startsPeer, vcpusRun } from './ledger.ts';
import type { Broken, Rule } from './rule.ts';

/** The last moment at which the vCPUs of a host stopped. */
function stopOf(ledger: Ledger, host: string | undefined): Entry | undefined {
  return ledger.runs.findLast((entry) => entry.host === host && !vcpusRun(entry));
}

function stopsOf(ledger: Ledger): readonly Entry[] {
  return ledger.deviceStates.filter((entry) => entry.host === ledger.source && deviceStops(entry));
}

function lastOf(entries: readonly Entry[], host: string | undefined): Entry | undefined {
  return entries.findLast((entry) => entry.host === host);
}

const loggingFirst: Rule = {
  id: 'A4',
  title: 'Dirty logging is on before the first page is read',
  severity: 'L',
  why: 'A write between copy and logging leaves no bit (ordering-rules.md, A4).',
  check(ledger) {
    const [page] = ledger.pages;
    const [start] = ledger.logStarts;
    if (page === undefined || start === undefined) return undefined;
    if (start.seq < page.seq) return [];
    return [{ sentence: `Pages were sent at #${page.seq}, before a dirty log was armed at #${start.seq}.`, events: [page.seq, start.seq] }];
  },
};

const vcpusFirst: Rule = {
  id: 'C1',
  title: 'vCPUs pause before a device stops',
  severity: 'I',
  why: 'A doorbell rung at a stopped device is lost (ordering-rules.md, C1).',
  check(ledger) {
    const stops = stopsOf(ledger);
    const pause = stopOf(ledger, ledger.source);
    if (stops.length === 0 || pause === undefined) return undefined;
    return stops
      .filter((stop) => stop.seq < pause.seq)
      .map((stop) => ({
        sentence: `${stop.args['device']} left its running state at #${stop.seq} while the vCPUs ran until #${pause.seq}.`,
        events: [stop.seq, pause.seq],
      }));
  },
};

const peersStill: Rule = {
  id: 'C2',
  title: 'All devices cease peer-to-peer writes before any stops',
  severity: 'X',
  why: 'A device that has stopped takes no writes of a peer that still runs (ordering-rules.md, C2).',
  check(ledger) {
    const own = ledger.deviceStates.filter((entry) => entry.host === ledger.source);
    const devices = [...new Set(own.map((entry) => entry.args['device']))];
    const stops = stopsOf(ledger);
    if (devices.length < 2 || stops.length === 0) return undefined;
    return stops.flatMap((stop) =>
      devices.flatMap((device): readonly Broken[] => {
        if (device === stop.args['device']) return [];
        const last = own.findLast((entry) => entry.args['device'] === device && entry.seq < stop.seq);
        if (
          last !== undefined
            ? !startsPeer(last)
            : !own.some((entry) => entry.args['device'] === device && startsPeer({ ...entry, args: { state: entry.args['from'] ?? '' } }))
        )
          return [];
        return [
          {
            sentence: `${stop.args['device']} stopped at #${stop.seq} while ${device} could still write to it.`,
            events: [stop.seq, ...(last === undefined ? [] : [last.seq])],
          },
        ];
      }),
    );
  },
};

const stopBeforeRead: Rule = {
  id: 'C3',
  title: 'A device is stopped before its final state is read',
  severity: 'X',
  why: 'The image must be of one instant (ordering-rules.md, C3).',
  check(ledger) {
    const stops = stopsOf(ledger);
    if (ledger.images.length === 0 || stops.length === 0) return undefined;
    return ledger.images.flatMap((image): readonly Broken[] => {
      const stop = stops.findLast((one) => one.args['device'] === image.args['device']);
      if (stop === undefined || stop.seq < image.seq || image.args['phase'] === 'precopy') return [];
      return [
        { sentence: `${image.args['device']} was read at #${image.seq} and stopped at #${stop.seq}.`, events: [image.seq, stop.seq] },
      ];
    });
  },
};

const stopBeforeSync: Rule = {
  id: 'C4',
  title: 'Everything that writes RAM has stopped before the last dirty sync',
  severity: 'L',
  why: 'What is written after the last sync is seen by nobody (ordering-rules.md, C4 and C5).',
  check(ledger) {
    const sync = lastOf(ledger.syncs, ledger.source);
    const pause = stopOf(ledger, ledger.source);
    if (sync === undefined || pause === undefined || ledger.gaveUp) return undefined;
    const late = [pause, ...stopsOf(ledger)].filter((stop) => stop.seq > sync.seq);
    return late.map((stop) => ({
      sentence: `The last dirty sync is #${sync.seq}; ${stop.args['device'] ?? 'the vCPUs'} stopped only at #${stop.seq}.`,
      events: [sync.seq, stop.seq],
    }));
  },
};

const syncBeforePages: Rule = {
  id: 'C6',
  title: 'The last dirty sync comes before the last RAM pages',
  severity: 'L',
  why: 'The last pages are those that the last sync found (ordering-rules.md, C6).',
  check(ledger) {
    const sync = lastOf(ledger.syncs, ledger.source);
    const page = lastOf(ledger.pages, ledger.source);
    if (sync === undefined || page === undefined || stopOf(ledger, ledger.source) === undefined || ledger.gaveUp) return undefined;
    // A log's RAM section begins before the sync that its completion makes, and ends after the pages.
    const around = endOf(ledger.trace, page.seq) > (ledger.trace.at[sync.seq] as number);
    if (sync.seq < page.seq || around || sync.args['count'] === 0) return [];
    return [
      {
        sentence: `No page was sent after the last dirty sync #${sync.seq}; the last pages are #${page.seq}.`,
        events: [page.seq, sync.seq],
      },
    ];
  },
};

const allBeforeEnd: Rule = {
  id: 'C9',
  title: 'All data are sent before the end of the stream',
  severity: 'X',
  why: 'What comes after the end mark is read by nobody, and the rest is discarded with the session (ordering-rules.md, C9).',
  check(ledger) {
    if (ledger.images.length === 0 && ledger.pages.length === 0) return undefined;
    return ledger.late.map((entry) => ({
      sentence: `${entry.args['device'] ?? 'RAM'} was sent at #${entry.seq}, after the end mark.`,
      events: [entry.seq],
    }));
  },
};

export const stopping: readonly Rule[] = [
  loggingFirst,
  vcpusFirst,
  peersStill,
  stopBeforeRead,
  stopBeforeSync,
  syncBeforePages,
  allBeforeEnd,
];
