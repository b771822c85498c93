/** Rules B about pages: what must be so while RAM is copied and the guest goes on. */
import { clearBeforeRead } from './clearing.ts';
import type { Migration } from './migration.ts';
import { endsBefore, lastOf, type Moment, when, whenOver } from './moment.ts';
import { overlap } from './pages.ts';
import { precedes } from './precedence.ts';
import { broken, cannotTell, EVERY, holds, type Opinion, REGION_AND_FEATURE, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { carries, passOf, readAnyway } from './writers.ts';

/** ordering-rules.md, B2. */
const versionsInOrder: Rule = {
  id: 'B2',
  title: 'Versions of one page arrive in the order in which they were sent',
  severity: 'L',
  binds: EVERY,
  why: 'The last one wins: an older content would overwrite a newer one (ordering-rules.md, B2).',
  check(migration) {
    const { source, target } = migration;
    if (source !== undefined && target !== undefined && !migration.emulated) return piecesInLog(migration, source, target);
    const arrivals = target?.arrivals.filter((one) => Array.isArray(one.args['pages']) && one.cause >= 0) ?? [];
    if (source === undefined || arrivals.length === 0) return cannotTell('no event of this trace tells which version of a page arrived');
    const sent = new Map(source.sends.map((one) => [one.seq, one]));
    for (let i = 1; i < arrivals.length; i += 1) {
      const [later, now] = [sent.get((arrivals[i - 1] as Moment).cause), sent.get((arrivals[i] as Moment).cause)];
      if (later === undefined || now === undefined || endsBefore(later, now)) continue;
      const both = overlap((arrivals[i - 1] as Moment).args['pages'], (arrivals[i] as Moment).args['pages']);
      if (!both && !isProbedOnly(migration, source, now, later)) continue;
      return broken(
        `Pages read at ${whenOver(now)} took effect at ${when(arrivals[i] as Moment)}, over those read later at ${whenOver(later)}.`,
        now,
        later,
        arrivals[i - 1] as Moment,
        arrivals[i] as Moment,
      );
    }
    const [first, last] = [arrivals[0] as Moment, arrivals.at(-1) as Moment];
    return holds(`Pages took effect in the order in which they were sent, from ${when(first)} to ${when(last)}.`, first, last);
  },
};

/** What was sent carries what probes wrote and no more, what was sent later has all pages, and somebody wrote in between. */
function isProbedOnly(migration: Migration, source: Side, send: Moment, later: Moment): boolean {
  const [pass, all] = [passOf(source, send), passOf(source, later)];
  if (send.args['count'] !== 0 || pass === undefined || all?.args['what'] !== 'all' || !carries(migration, source, pass)) return false;
  return source.writes.some((one) => one.seq > pass.seq && one.seq < later.seq);
}

/** Events of RAM on several channels, between which nothing but barriers keeps an order. */
const BARRIER_SENT = /^multifd_send_sync_main$/;
const BARRIER_HEARD = /^multifd_recv_sync_main$/;
const CHANNELS = /^(?:multifd|postcopy_preempt)_/;

/** In a log: RAM on one channel, as many sections taken as were sent; or on several, with as many barriers on both sides. */
function piecesInLog(migration: Migration, source: Side, target: Side): Opinion {
  const postcopy = [...source.phases, ...target.phases].find((one) => one.args['status'] === 'postcopy-active');
  if (postcopy !== undefined)
    return cannotTell(`pages were fetched on demand in post-copy (#${postcopy.seq}), and no event tells which version of a page arrived`);
  if (migration.targetOver?.args['status'] !== 'completed') return cannotTell('the target did not take all that was sent');
  const named = (side: Side, name: RegExp) => side.checkpoints.filter((one) => name.test(String(one.args['name'])));
  if ([...named(source, CHANNELS), ...named(target, CHANNELS)].length > 0) {
    const [sent, heard] = [named(source, BARRIER_SENT), named(target, BARRIER_HEARD)];
    const [first, last] = [sent[0], heard.at(-1)];
    if (first === undefined || last === undefined || sent.length !== heard.length)
      return cannotTell('RAM went through several channels, and no event tells of a barrier between its rounds on both sides');
    return holds(
      `RAM went through several channels with a barrier after each round: ${sent.length} were sent from ${when(first)} on, and as many heard until ${when(last)}.`,
      first,
      last,
    );
  }
  // The beginning of a section that has a set-up stage is no piece of it.
  const pieces = target.arrivals.filter((one) => one.args['sectionId'] === undefined);
  const [first, last] = [source.passes[0], pieces.at(-1)];
  if (first === undefined || last === undefined)
    return cannotTell('no event of this trace tells which pieces of RAM were sent and which arrived');
  if (pieces.length !== source.passes.length)
    return cannotTell(`RAM was sent in ${source.passes.length} pieces and taken in ${pieces.length}`);
  const early = pieces.findIndex((one, i) => migration.causality.order(one, source.passes[i] as Moment) === 'before');
  if (early >= 0)
    return cannotTell(`piece ${early + 1} of RAM is taken before it is sent by the clocks of this trace (#${pieces[early]?.seq})`);
  return holds(
    `RAM went through one channel, which keeps its order: ${pieces.length} pieces were sent from ${when(first)} on, and as many taken until ${when(last)}.`,
    first,
    last,
  );
}

/** ordering-rules.md, B6. */
const fetchedBeforeUnmapped: Rule = {
  id: 'B6',
  title: 'Dirty bits of a range are fetched before it is unmapped',
  severity: 'L',
  binds: ['R', '1', 'iommufd'],
  why: 'What was tracked for a mapping, or for a slot, dies with it (ordering-rules.md, B6).',
  check(migration) {
    const { source } = migration;
    const [start] = source?.logStarts ?? [];
    if (source === undefined || start === undefined) return cannotTell('no event of this trace tells when dirty logging begins');
    const ends = [
      ...source.accesses.filter((one) => one.args['access'] === 'unmap' || one.args['moves'] !== undefined),
      ...source.logStops.filter((one) => one.args['dropped'] === true),
    ].filter((one) => one.seq > start.seq);
    if (ends.length === 0) {
      if (!migration.reports('access')) return cannotTell('no event of this trace tells when a range is unmapped');
      return holds(`Nothing was unmapped while dirty logging was on, from ${when(start)}.`, start);
    }
    if (!migration.reports('write'))
      return cannotTell(`no event of this trace tells what was written to what was unmapped (#${ends[0]?.seq})`);
    if (!migration.handedOver) return cannotTell('the migration was given up, and the source kept its pages');
    return together(
      ends.map((end) => fetchedBefore(migration, source, end)),
      'nothing was unmapped',
    );
  },
};

function fetchedBefore(migration: Migration, source: Side, end: Moment): Opinion {
  const lost = [...((end.args['drops'] ?? []) as readonly string[]), ...((end.args['moves'] ?? []) as readonly string[])];
  const logs = end.args['log'] === undefined ? lost : [String(end.args['log'])];
  const pages = end.args['leaves'] ?? end.args['pages'];
  const writers = source.logStarts
    .filter((one) => logs.includes(String(one.args['log'])))
    .flatMap((one) => (one.args['writers'] ?? []) as readonly string[]);
  const write = source.writes.findLast(
    (one) =>
      one.seq < end.seq && writers.includes(String(one.args['writer'])) && (pages === undefined || overlap(one.args['pages'], pages)),
  );
  const sync = source.syncs.findLast((one) => one.seq < end.seq && logs.includes(String(one.args['log'])));
  const name =
    end.kind !== 'access'
      ? `${end.args['log']} was dropped with its owner`
      : end.args['access'] === 'unmap'
        ? 'the range was unmapped'
        : 'its addresses were given to other pages';
  if (write === undefined) return holds(`Nothing had been written there when ${name} at ${when(end)}.`, end);
  if (sync !== undefined && sync.seq > write.seq)
    return holds(
      `${sync.args['log']} was read at ${when(sync)}, after the last write (#${write.seq}) and before ${name} at ${when(end)}.`,
      sync,
      end,
    );
  const full = readAnyway(migration, write);
  if (full !== undefined)
    return holds(`What had been written there was read with all pages until ${whenOver(full)}, whatever became of its bit.`, full, end);
  return broken(`${write.args['writer']} wrote at ${when(write)}, and ${name} at ${when(end)} before its bit was fetched.`, write, end);
}

/** ordering-rules.md, B7: S18 before S24. */
const syncBeforeLogStop: Rule = {
  id: 'B7',
  title: 'The last dirty sync comes before logging stops',
  severity: 'E',
  ofTheEnd: true,
  binds: REGION_AND_FEATURE,
  why: 'GET or REPORT while logging is off is an error (ordering-rules.md, B7).',
  check(migration) {
    const { source } = migration;
    const refused = source?.calls.find((one) => isRefusedSync(source, one));
    if (source !== undefined && refused !== undefined) return readWhileOff(source, refused);
    const last = lastOf(source?.syncs ?? []);
    if (source === undefined || last === undefined) return cannotTell('no event of this trace tells of a dirty sync');
    const stops = source.logStops.filter((stop) => stop.args['dropped'] !== true);
    const stoppedAt = (sync: Moment) => stops.findLast((one) => one.args['log'] === sync.args['log'] && one.seq < sync.seq);
    const off = source.syncs.find((one) => one.args['off'] === true && stoppedAt(one) !== undefined);
    const before = off === undefined ? undefined : stoppedAt(off);
    if (off !== undefined && before !== undefined) {
      return broken(`${off.args['log']} was read at ${when(off)}, after it had been stopped at ${when(before)}.`, before, off);
    }
    // A log that is started once more after its stop is none of the last.
    const stop = stops.findLast((one) => !source.logStarts.some((start) => start.args['log'] === one.args['log'] && start.seq > one.seq));
    if (stop !== undefined)
      return precedes(
        migration,
        { moment: last, words: 'the last dirty sync was made' },
        { moment: stop, words: 'dirty logging was stopped' },
      );
    if (!migration.reports('log-stop')) return cannotTell('no event of this trace tells when dirty logging stops');
    return holds(`Logging was still on after the last dirty sync at ${when(last)}.`, last);
  },
};

/** A dirty log was asked for its bits while it was off, and the kernel said no. */
function isRefusedSync(source: Side, { args, seq }: Moment): boolean {
  if (args['errno'] === undefined || args['log'] === undefined || !/GET|REPORT/.test(`${args['name']} ${args['flags']} ${args['feature']}`))
    return false;
  const own = [...source.logStarts, ...source.logStops].filter((one) => one.args['log'] === args['log'] && one.seq < seq);
  return lastOf(own)?.kind !== 'log-start';
}

function readWhileOff(source: Side, refused: Moment): Opinion {
  const { log, errno } = refused.args;
  const stop = source.logStops.findLast((one) => one.args['log'] === log && one.seq < refused.seq);
  if (stop !== undefined)
    return broken(`${log} was read at ${when(refused)} and answered ${errno}: it had been stopped at ${when(stop)}.`, stop, refused);
  return broken(`${log} was read at ${when(refused)} and answered ${errno}: it had not been started.`, refused);
}

/** ordering-rules.md, B9: S10, the exact query. */
const convergenceCounts: Rule = {
  id: 'B9',
  title: 'The convergence test counts what only a stopped device gives, and that fits the downtime limit',
  severity: 'H',
  binds: ['2'],
  why: 'Uncounted it comes on top of the downtime; counted and too large it keeps the migration from ever switching over (ordering-rules.md, B9).',
  check(migration) {
    const { source } = migration;
    const test = source?.pending.at(-1);
    if (source === undefined || test === undefined) return cannotTell('no event of this trace tells what the convergence test counted');
    const stop = migration.sourceStop;
    const bytes = Number(test.args['ofDevices'] ?? 0);
    const gaveUp = test.args['fits'] === false && source.failures.some((one) => one.args['errno'] === 'ECANCELED' && one.seq > test.seq);
    if (gaveUp)
      return broken(
        `At ${when(test)} ${test.args['value']} bytes were still to be sent, ${bytes} of them device state that only a stopped device gives: the limit is never met.`,
        test,
      );
    if (bytes > 0 || ((test.args['devices'] as readonly string[] | undefined)?.length ?? 0) > 0)
      return holds(`The test at ${when(test)} counted ${bytes} bytes of device state.`, test);
    const images = source.images.filter((one) => stop !== undefined && one.seq > stop.seq && Number(one.args['bytes'] ?? 0) > 0);
    const [image] = images;
    if (image === undefined) return cannotTell('no device gave state after the stop');
    return cannotTell(
      `the last test (#${test.seq}) counted no device state, and ${image.args['bytes']} bytes of ${image.args['device']} followed at ${when(image)}: a longer downtime, no hang`,
    );
  },
};

/** ordering-rules.md, B8. */
const initialBeforeSwitchover: Rule = {
  id: 'B8',
  title: 'Initial bytes are loaded on the target before the switchover',
  severity: 'P',
  binds: ['2'],
  why: 'A large load would fall into the downtime; switchover-ack waits for it (ordering-rules.md, B8).',
  check(migration) {
    const { source, target } = migration;
    const stop = migration.sourceStop;
    if (source === undefined || target === undefined || stop === undefined)
      return cannotTell('no event of this trace tells when the source stopped and what the target had loaded by then');
    const ack = source.marksHeard.find((one) => one.args['mark'] === 'switchover-ack');
    if (ack !== undefined)
      return precedes(migration, { moment: ack, words: 'the target’s switchover-ack came' }, { moment: stop, words: 'the source stopped' });
    const initial = source.images.filter((one) => one.args['phase'] === 'precopy' || (one.kind === 'region-read' && one.seq < stop.seq));
    const opinions = [...new Set(initial.map((one) => String(one.args['device'])))].map((device): Opinion => {
      const load = migration.emulated ? target.loads.find((one) => one.args['device'] === device) : target.loads[0];
      if (load === undefined) return cannotTell(`no event of this trace tells when the initial bytes of ${device} were loaded`);
      return precedes(
        migration,
        { moment: load, words: `the initial bytes of ${device} were loaded` },
        { moment: stop, words: 'the source stopped' },
      );
    });
    return together(opinions, 'no device gave bytes before the stop');
  },
};

export const iterating: readonly Rule[] = [
  clearBeforeRead,
  versionsInOrder,
  fetchedBeforeUnmapped,
  syncBeforeLogStop,
  initialBeforeSwitchover,
  convergenceCounts,
];
