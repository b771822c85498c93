/** Rules C3 to C6 and C8: how the source comes to rest. */
import type { Migration } from './migration.ts';
import { deviceOf, devicesIn, endsBefore, firstOf, isBefore, lastOf, type Moment, when, whenOver } from './moment.ts';
import { overlap } from './pages.ts';
import { capital, precedes } from './precedence.ts';
import { broken, cannotTell, EVERY, holds, type Opinion, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { deviceRuns, isStop, stateOf, vcpusRun } from './states.ts';
import { endOfStream, isPinned, lastRead, lastSureRead, passesOf, readAnyway, syncsOf, type Writer, writersOf } from './writers.ts';

const NO_SOURCE = 'the log of the source is missing';

/** The stops of the devices of a side that belong to the migration. */
function stopsOf(side: Side): readonly Moment[] {
  return side.states.filter(isStop);
}

/** Somebody asked a device for data of its image, and it gave none. */
export function isRefusedRead({ kind, args }: Moment): boolean {
  return kind === 'region-read' && args['errno'] !== undefined && args['state'] === undefined && args['holds'] === undefined;
}

/** A device gave no data of its image to a step that calls nothing by name: the refusal stands in the error alone. */
export function isRefusedSave({ kind, args }: Moment, device: string): boolean {
  return kind === 'error' && args['call'] === 'save' && String(args['message']).startsWith(`${device} gives no final data`);
}

/** ordering-rules.md, C3: S15 before the VFIO part of S18. */
const stopBeforeRead: Rule = {
  id: 'C3',
  title: 'A device is stopped before its final state is read',
  severity: 'X',
  ofTheEnd: true,
  // Feature v2 gives no final data while the device runs: the kernel keeps the rule, by an errno.
  also: ['E'],
  binds: EVERY,
  why: 'The image must be of one instant (ordering-rules.md, C3).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    const refused = source.states.filter((state) => source.failures.some((one) => isRefusedSave(one, deviceOf(state))));
    const opinions = devicesIn(source.images, source.calls.filter(isRefusedRead), refused).map((device): Opinion => {
      const early =
        source.calls.find((one) => one.args['device'] === device && isRefusedRead(one) && one.args['phase'] !== 'precopy') ??
        source.failures.find((one) => isRefusedSave(one, device));
      const before =
        early === undefined ? undefined : source.states.findLast((one) => one.args['device'] === device && isBefore(one, early));
      if (early !== undefined && before !== undefined && deviceRuns(before))
        return broken(
          `The final state of ${device} was asked for at ${when(early)}, while it was in ${stateOf(before)}: the driver answered ${early.args['errno']}.`,
          before,
          early,
        );
      const image = finalImage(migration, source, device);
      if (image === undefined) return cannotTell(`no final state of ${device} was read`);
      const own = source.states.filter((one) => one.args['device'] === device);
      const read = migration.emulated ? readOf(source, device, image) : image;
      const stop = own.findLast((one) => isStop(one) && (migration.emulated || one.seq < image.seq)) ?? own.findLast(isStop);
      const again = own.find((one) => deviceRuns(one) && one.seq > read.seq);
      if (!migration.handedOver && (stop === undefined || !isBefore(stop, read)))
        return cannotTell('the migration was given up, and the image was not used');
      if (again !== undefined && migration.handedOver && migration.emulated)
        return broken(`The final state of ${device} was read at ${when(read)}, and it ran again from ${when(again)}.`, read, again);
      if (stop === undefined)
        return own.length === 0
          ? cannotTell(`no event of this trace tells when ${device} stopped`)
          : broken(`The final state of ${device} was read at ${when(read)}, and it never stopped.`, own.at(-1) as Moment, read);
      return precedes(
        migration,
        { moment: stop, words: `${device} stopped` },
        { moment: read, words: `the final state of ${device} was read` },
      );
    });
    return together(opinions, 'no event of this trace tells when the state of a device is read');
  },
};

/** The last image of a device that is not of the pre-copy phase. */
export function finalImage(migration: Migration, source: Side, device: string): Moment | undefined {
  const end = endOfStream(source);
  // In a run what comes after the end mark may be taken all the same.
  const taken = new Set(migration.emulated ? migration.target?.loads.map((one) => one.cause) : []);
  const sent = source.images.filter(
    (one) =>
      one.args['device'] === device && one.args['phase'] !== 'precopy' && (end === undefined || one.seq < end.seq || taken.has(one.seq)),
  );
  if (migration.emulated) return oldestOfLast(sent);
  const stop = migration.sourceStop;
  return sent.findLast((one) => stop === undefined || one.seq > stop.seq);
}

/** Where an image is read in parts, each counts as it was read last: the oldest of those. */
function oldestOfLast(sent: readonly Moment[]): Moment | undefined {
  const sectionsOf = (one: Moment) => String(one.args['sections'] ?? '').split(',');
  return sent.find((one, i) => sectionsOf(one).some((section) => !sent.slice(i + 1).some((later) => sectionsOf(later).includes(section))));
}

/** When the reading of an image began: the first call on the device since the image before it, else the sending. */
function readOf(source: Side, device: string, image: Moment): Moment {
  const before = source.images.findLast((one) => one.args['device'] === device && one.seq < image.seq)?.seq ?? -1;
  const calls = source.calls.filter(
    (one) =>
      one.args['device'] === device &&
      one.args['state'] === undefined &&
      one.seq > before &&
      one.seq < image.seq &&
      one.args['region'] !== 'CONFIG' &&
      one.args['name'] !== 'pending_bytes',
  );
  // A buffer that was filled earlier and read late is as old as its filling.
  return calls[0] ?? image;
}

/** ordering-rules.md, C4: S15 before the sync of S18. */
const stopBeforeSync: Rule = {
  id: 'C4',
  title: 'Everything that writes RAM has stopped before the last dirty sync',
  severity: 'L',
  ofTheEnd: true,
  binds: EVERY,
  why: 'What is written after the last sync is seen by nobody (ordering-rules.md, C4).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    if (source.syncs.length === 0) return cannotTell('no event of this trace tells of a dirty sync');
    if (!migration.handedOver) return cannotTell('the migration was given up before its last dirty sync');
    return together(
      writersOf(migration).map((writer) => restBeforeSync(migration, writer)),
      'no event of this trace tells who writes to guest RAM',
    );
  },
};

/** One writer: at rest before what it wrote was looked for the last time. */
function restBeforeSync(migration: Migration, writer: Writer): Opinion {
  const last = lastRead(migration, writer);
  if (last === undefined) return cannotTell(`no dirty log of ${writer.name} was read while it was on`);
  const { lastWrite } = writer;
  const restsLate = writer.rest === undefined || !endsBefore(writer.rest, last.moment);
  if (restsLate && lastWrite !== undefined && endsBefore(lastWrite, last.moment))
    return precedes(migration, { moment: lastWrite, words: `${writer.name} wrote for the last time`, byItsEnd: true }, last);
  if (writer.restless)
    return broken(`${capital(last.words)} at ${whenOver(last.moment)}, and ${writer.name} never came to rest.`, last.moment);
  if (writer.rest === undefined) return cannotTell(`no event of this trace tells when ${writer.name} could write`);
  return precedes(migration, { moment: writer.rest, words: `${writer.name} came to rest`, byItsEnd: true }, last);
}

/** ordering-rules.md, C5. */
const writeBackBeforeSync: Rule = {
  id: 'C5',
  title: 'What a device writes to RAM while it stops comes before the last dirty sync',
  severity: 'L',
  ofTheEnd: true,
  binds: EVERY,
  why: 'A stop may flush caches and rings into guest RAM (ordering-rules.md, C5).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    if (!migration.handedOver) return cannotTell('the migration was given up before its last dirty sync');
    if (!migration.emulated) return writeBackInLog(migration, source);
    if (!migration.reports('write')) return cannotTell('no event of this trace tells of writes to guest RAM');
    const opinions = stopsOf(source).map((stop): Opinion => {
      const device = String(stop.args['device']);
      const call = source.calls.findLast((one) => one.args['device'] === device && one.args['state'] !== undefined && one.seq < stop.seq);
      const begins = firstOf(
        [
          ...source.callbacks.filter((one) => one.args['device'] === device && one.args['phase'] === 'change' && one.seq < stop.seq),
          ...(call === undefined ? [] : [call]),
        ].slice(-1),
      );
      const own = source.writes.filter(
        (one) => begins !== undefined && one.args['probe'] !== true && one.seq > begins.seq && one.seq < stop.seq,
      );
      const write = own.at(-1);
      if (write === undefined) return cannotTell(`${device} wrote nothing to guest RAM while it stopped (#${stop.seq})`);
      const writer = writersOf(migration).find((one) => one.writer === write.args['writer']);
      const last = writer === undefined ? undefined : lastRead(migration, writer);
      if (last === undefined) return cannotTell('no event of this trace tells of a dirty sync');
      return precedes(migration, { moment: write, words: `${device} wrote to guest RAM while it stopped`, byItsEnd: true }, last);
    });
    return together(opinions, 'no device stopped');
  },
};

/** In a log: a stop that has returned has written what it writes. Of one that returned after the sync nobody knows whether it wrote. */
function writeBackInLog(migration: Migration, source: Side): Opinion {
  const sync = lastOf(source.syncs);
  if (sync === undefined) return cannotTell('no event of this trace tells of a dirty sync');
  if (migration.isSnapshot) return cannotTell('the source saved a snapshot of itself: pages are protected, and not synced');
  const over = migration.sourceOver;
  const within = (one: Moment) => over === undefined || one.seq < over.seq;
  const opinions = stopsOf(source)
    .filter(within)
    .map((stop): Opinion => {
      if (migration.causality.order(stop, sync) !== 'before')
        return cannotTell(`no event of this trace tells whether ${deviceOf(stop)} wrote to guest RAM in its stop (#${stop.seq})`);
      return holds(
        `The stop of ${deviceOf(stop)}, and what it wrote to RAM in it, was over at ${when(stop)}, before the last dirty sync at ${when(sync)}.`,
        stop,
        sync,
      );
    });
  // Requests of emulated disks end in guest RAM: they are waited for before the stop is over.
  const drained = source.checkpoints.findLast((one) => one.args['name'] === 'vm_stop_flush_all' && within(one) && isBefore(one, sync));
  if (drained !== undefined)
    opinions.push(
      holds(`Requests of emulated disks were drained at ${when(drained)}, before the last dirty sync at ${when(sync)}.`, drained, sync),
    );
  const untold = opinions.find((one) => one.outcome === 'cannot tell');
  return untold ?? together(opinions, 'no event of this trace tells of a stop that may write to guest RAM');
}

/** ordering-rules.md, C6: the sync of S18 before its pages. */
const syncBeforePages: Rule = {
  id: 'C6',
  title: 'The last dirty sync comes before the last RAM pages',
  severity: 'L',
  ofTheEnd: true,
  binds: EVERY,
  why: 'The last pages are those that the last sync found (ordering-rules.md, C6).',
  check(migration) {
    const { source } = migration;
    const sync = source === undefined ? undefined : lastOf(source.syncs.filter((one) => one.args['off'] !== true));
    if (source === undefined || sync === undefined) return cannotTell('no event of this trace tells of a dirty sync');
    if (!migration.handedOver) return cannotTell('the migration was given up before its last dirty sync');
    const passes = passesOf(migration);
    const gone = migration.emulated ? unmappedUnread(migration, source) : undefined;
    if (gone !== undefined) return gone;
    const pass = passes.find((one) => endsBefore(sync, one));
    if (pass !== undefined)
      return holds(`The last dirty sync at ${when(sync)} was over before the last pages were read at ${whenOver(pass)}.`, sync, pass);
    const last = passes.at(-1);
    if (last === undefined && source.sends.length + source.passes.length === 0)
      return cannotTell('no event of this trace tells when pages are sent');
    const read = last === undefined ? '' : `; the last pages are those of ${whenOver(last)}`;
    const unread = migration.emulated ? writersOf(migration).find((one) => isUnread(migration, source, one)) : undefined;
    if (unread === undefined && (migration.emulated || sync.args['count'] === 0))
      return holds(
        `There was nothing left for the last dirty sync at ${when(sync)} to find${read}.`,
        sync,
        ...(last === undefined ? [] : [last]),
      );
    return broken(`No page went out after the last dirty sync at ${when(sync)}${read}.`, ...(last === undefined ? [] : [last]), sync);
  },
};

/** What was found dirty, and unmapped for good before any pass read it. */
function unmappedUnread(migration: Migration, source: Side): Opinion | undefined {
  const passes = passesOf(migration);
  for (const unmap of source.accesses.filter((one) => one.args['access'] === 'unmap')) {
    const write = source.writes.findLast((one) => one.seq < unmap.seq && overlap(one.args['pages'], unmap.args['pages']));
    const writer = writersOf(migration).find((one) => one.writer === write?.args['writer']);
    if (write === undefined || writer === undefined || readAnyway(migration, write) !== undefined) continue;
    const found = syncsOf(source, writer).find((one) => isBefore(write, one) && one.seq < unmap.seq);
    if (found === undefined || passes.some((one) => endsBefore(found, one) && isBefore(one, unmap))) continue;
    const again = source.accesses.find(
      (one) => one.seq > unmap.seq && one.args['access'] === 'map' && overlap(one.args['pages'], unmap.args['pages']),
    );
    if (again !== undefined && passes.some((one) => isBefore(again, one))) continue;
    return broken(
      `What ${writer.name} wrote was found at ${when(found)}, and its range was unmapped at ${when(unmap)} before any pass read it.`,
      found,
      unmap,
    );
  }
  return undefined;
}

/** What the writer wrote last was found by a sync, and neither that sync nor a pass of all pages brought it onto the wire. */
function isUnread(migration: Migration, source: Side, writer: Writer): boolean {
  const rest = writer.lastWrite ?? writer.rest;
  if (rest === undefined) return false;
  const full = lastSureRead(migration, writer);
  // A log that reports every pinned page has them all read after any sync of it.
  const pinned = source.syncs.find((sync) => writer.logs?.includes(String(sync.args['log'])) === true && isPinned(source, sync));
  if (pinned !== undefined && passesOf(migration).some((one) => isBefore(pinned, one) && endsBefore(rest, one))) return false;
  const found = syncsOf(source, writer).find((one) => isBefore(rest, one));
  const read = found !== undefined && passesOf(migration).some((one) => endsBefore(found, one));
  return found !== undefined && !read && (full === undefined || !endsBefore(rest, full));
}

/** ordering-rules.md, C8. */
const clockFirst: Rule = {
  id: 'C8',
  title: 'The virtual clock stands before RAM is copied for the last time',
  severity: 'L',
  ofTheEnd: true,
  binds: ['emulated'],
  why: 'Timers of emulated devices fire DMA (ordering-rules.md, C8).',
  check(migration) {
    const { source } = migration;
    const stop = migration.sourceStop;
    if (source === undefined || stop === undefined) return cannotTell('no event of this trace tells when the virtual clock stops');
    if (!migration.handedOver) return cannotTell('the migration was given up before RAM was copied for the last time');
    const pass = passesOf(migration).at(-1);
    if (pass === undefined) return cannotTell('no event of this trace tells when RAM is copied');
    const again = migration.emulated ? undefined : source.runs.find((one) => vcpusRun(one) && one.seq > stop.seq && one.seq < pass.seq);
    if (again !== undefined)
      return cannotTell(
        `the VM ran again (#${again.seq}) while RAM was still copied: what it writes then is kept back by other means, or lost`,
      );
    return precedes(
      migration,
      { moment: stop, words: 'the VM and with it its clock stopped' },
      { moment: pass, words: 'the last RAM pages were read', byItsEnd: migration.emulated },
    );
  },
};

export const stopping: readonly Rule[] = [stopBeforeRead, stopBeforeSync, writeBackBeforeSync, syncBeforePages, clockFirst];
