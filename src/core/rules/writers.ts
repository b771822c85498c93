/**
 * Who writes guest RAM on the source, until when, and which dirty logs see it: what all rules about lost pages ask.
 *
 * A write is safe if the page is read after it. So for each writer there is a last moment at which it can write (its rest), the
 * logs that note its writes, the syncs of those logs, and the passes that read pages:
 *
 *     writer    |----- writes -----|                rest = #5
 *     sync                            |             #6 finds them: C4 holds
 *     pass                              |-----|     #7 reads them: C6 holds
 */
import type { Migration } from './migration.ts';
import { devicesIn, endsBefore, isBefore, lastOf, type Moment } from './moment.ts';
import { covers } from './pages.ts';
import type { Said } from './precedence.ts';
import type { Side } from './side.ts';
import { deviceRuns, isStop } from './states.ts';

export interface Writer {
  /** Its id in the events of its writes; empty where a log names nobody. */
  readonly writer: string;
  /** As a sentence names it: `the vCPUs`, `nic`, `dma-window of mdev`. */
  readonly name: string;
  /** Where it came to rest for good; undefined if it never did, or the trace does not tell. */
  readonly rest: Moment | undefined;
  /** Where probes stand in every gap: the last moment at which it did write, which may be long before its rest. */
  readonly lastWrite?: Moment;
  /** It could still write when the migration ended. */
  readonly restless: boolean;
  /** Logs that note its writes; undefined where the trace does not say whose writes a log notes: any of them. */
  readonly logs: readonly string[] | undefined;
}

/** The writers of the source. In a run each writer by name; in a log the vCPUs and the devices, seen by every log. */
export function writersOf(migration: Migration): readonly Writer[] {
  const { source } = migration;
  if (source === undefined) return [];
  const named = namedWriters(source);
  if (named.size === 0) return actorsOf(migration, source);
  const probed = source.writes.some((one) => one.args['probe'] === true);
  return [...named].flatMap(([writer, { actor, logs }]): readonly Writer[] => {
    const last = lastOf(source.writes.filter((one) => one.args['writer'] === writer));
    // Where probes stand in every gap, one that never wrote could not.
    if (probed && last === undefined) return [];
    const seen = probed && last !== undefined ? { lastWrite: last } : {};
    const name = actor === 'vcpus' ? `the vCPUs (${writer})` : actor === '' || actor === writer ? writer : `${actor} (${writer})`;
    const device = source.states.some((one) => one.args['device'] === actor);
    if (actor === 'vcpus') return [{ ...vcpus(migration), ...seen, writer, name, logs }];
    if (device) return [{ ...deviceWriter(source, actor, last), ...seen, writer, name, logs }];
    return [{ writer, name, logs, rest: last, restless: false }];
  });
}

/** Writers that a log names, and those that no log sees and that were seen writing. */
function namedWriters(source: Side): ReadonlyMap<string, { readonly actor: string; readonly logs: string[] }> {
  const found = new Map<string, { readonly actor: string; readonly logs: string[] }>();
  for (const start of source.logStarts) {
    const writers = (start.args['writers'] ?? []) as readonly string[];
    const actors = (start.args['sees'] ?? []) as readonly string[];
    writers.forEach((writer, i) => {
      const known = found.get(writer) ?? { actor: actors[i] ?? '', logs: [] };
      found.set(writer, known);
      const log = String(start.args['log']);
      if (!known.logs.includes(log)) known.logs.push(log);
    });
  }
  if (found.size === 0) return found;
  for (const write of source.writes) {
    const writer = String(write.args['writer']);
    if (!found.has(writer)) found.set(writer, { actor: '', logs: [] });
  }
  return found;
}

function actorsOf(migration: Migration, source: Side): readonly Writer[] {
  const devices = devicesIn(source.states).map(
    (device): Writer => ({ ...deviceWriter(source, device, undefined), writer: '', name: device, logs: undefined }),
  );
  return [{ ...vcpus(migration), writer: '', name: 'the vCPUs', logs: undefined }, ...devices];
}

function vcpus(migration: Migration): Pick<Writer, 'rest' | 'restless'> {
  const rest = migration.sourceStop;
  return { rest, restless: rest === undefined && (migration.source?.runs.length ?? 0) > 0 };
}

/** A device that stands may still be made to write: what it keeps in caches goes to RAM by a flush of its own. */
function deviceWriter(source: Side, device: string, lastWrite: Moment | undefined): Pick<Writer, 'rest' | 'restless'> {
  const own = source.states.filter((one) => one.args['device'] === device);
  const last = own.at(-1);
  const stop = own.findLast(isStop);
  const rest = stop === undefined || lastWrite === undefined || endsBefore(lastWrite, stop) ? stop : lastWrite;
  return { rest, restless: last !== undefined && deviceRuns(last) };
}

/**
 * Syncs of a writer's logs that could find something, on the source. Where its log is a buffer in front of another, what a sync of
 * the other finds is what was flushed by then: the flush is the moment that counts.
 */
export function syncsOf(source: Side, writer: Writer): readonly Moment[] {
  const useful = source.syncs.filter((one) => one.args['off'] !== true);
  const { logs } = writer;
  if (logs === undefined) return useful;
  const flushes = source.flushes.filter(
    (flush) =>
      logs.includes(String(flush.args['log'])) &&
      flush.args['off'] !== true &&
      useful.some((sync) => sync.args['log'] === flush.args['into'] && isBefore(flush, sync)),
  );
  return [...useful.filter((one) => logs.includes(String(one.args['log']))), ...flushes].sort((a, b) => a.seq - b.seq);
}

export function startsOf(source: Side, writer: Writer): readonly Moment[] {
  return source.logStarts.filter((one) => writer.logs === undefined || writer.logs.includes(String(one.args['log'])));
}

/** The end of the stream, as its sender marks it; what is sent later is read by nobody. */
export function endOfStream(source: Side): Moment | undefined {
  return source.marksSent.find((one) => one.args['mark'] === 'eof');
}

/** Passes that reach the target: those before the end of the stream, and in a run those behind it that were taken all the same. */
export function passesOf({ source, target, emulated }: Migration): readonly Moment[] {
  if (source === undefined) return [];
  const end = endOfStream(source);
  if (end === undefined) return source.passes;
  const arrived = new Set(target?.arrivals.map((one) => one.cause));
  return source.passes.filter((one) => isBefore(one, end) || (emulated && arrived.has(sendOf(source, one)?.seq ?? -1)));
}

/** How the pages of a pass went onto the channel. */
export function sendOf(source: Side, pass: Moment): Moment | undefined {
  return source.sends.find((one) => one.seq > pass.seq && one.step === pass.step);
}

/**
 * Whether a pass has pages at all. Pages of probes are no load and are counted nowhere: in a run a pass that counts none has some
 * where a sync since the pass before it could find what somebody wrote.
 */
export function carries(migration: Migration, source: Side, pass: Moment): boolean {
  if (pass.args['count'] !== 0) return true;
  if (!migration.emulated) return false;
  // A pass of some regions leaves what was found of the others.
  const last = source.passes.findLast((one) => one.seq < pass.seq && one.args['within'] === undefined);
  const before = last?.seq ?? -1;
  // What did not come the last time was marked again.
  const asked = source.remarks.some((one) => one.args['lackingOn'] !== undefined && one.seq > before && one.seq < pass.seq);
  if (asked && last !== undefined && carries(migration, source, last)) return true;
  return source.syncs.some((sync) => {
    if (sync.seq < before || sync.seq > pass.seq || sync.args['off'] === true) return false;
    const starts = source.logStarts.filter((one) => one.args['log'] === sync.args['log'] && one.seq < sync.seq);
    const writers = starts.flatMap((one) => (one.args['writers'] ?? []) as readonly string[]);
    const reads = source.syncs.filter((one) => one.args['log'] === sync.args['log'] && one.seq < sync.seq);
    const since = Math.max(reads.at(-1)?.seq ?? -1, starts[0]?.seq ?? Infinity);
    // What a pass before it has read already is nothing new.
    const isRead = (write: Moment) =>
      source.passes.some((one) => one.seq < pass.seq && endsBefore(write, one) && covers(one.args['pages'], write.args['pages']));
    return source.writes.some(
      (one) => one.seq > since && one.seq < sync.seq && writers.includes(String(one.args['writer'])) && !isRead(one),
    );
  });
}

/** The pass whose pages a send put onto the channel. */
export function passOf(source: Side, send: Moment): Moment | undefined {
  return source.passes.findLast((one) => one.seq < send.seq && one.step === send.step);
}

/** The last pass that reads everything whatever the logs say: in a run one of all pages, in a log the first. */
export function lastFullPass(migration: Migration): Moment | undefined {
  const passes = passesOf(migration);
  return migration.emulated ? passes.findLast((one) => one.args['what'] === 'all' && one.args['within'] === undefined) : passes[0];
}

/** The pass that reads what a step marked whatever the logs say, where the writer wrote nothing else; undefined for none. */
function remarkedPass(migration: Migration, { writer }: Writer): Moment | undefined {
  const { emulated, source } = migration;
  const written = emulated ? (source?.writes.filter((one) => one.args['writer'] === writer) ?? []) : [];
  if (source === undefined || written.length === 0) return undefined;
  const remark = source.remarks.findLast((one) => written.every((write) => covers(one.args['pages'], write.args['pages'])));
  if (remark === undefined) return undefined;
  return passesOf(migration).find(
    (pass) => isBefore(remark, pass) && written.every((one) => covers(pass.args['pages'], one.args['pages'])),
  );
}

/** The last pass that reads all that a writer wrote whatever the logs say: what is not mapped is in no pass. */
export function lastSureRead(migration: Migration, writer: Writer): Moment | undefined {
  const written = migration.emulated ? (migration.source?.writes.filter((one) => one.args['writer'] === writer.writer) ?? []) : [];
  const last = lastFullPass(migration);
  const full =
    written.length === 0
      ? last
      : passesOf(migration).findLast(
          (pass) => pass.args['what'] === 'all' && written.every((write) => covers(pass.args['pages'], write.args['pages'])),
        );
  const marked = remarkedPass(migration, writer);
  return full === undefined || (marked !== undefined && endsBefore(full, marked)) ? marked : full;
}

/** The pass of all pages that read what a write wrote, whatever became of its bit. */
export function readAnyway(migration: Migration, write: Moment): Moment | undefined {
  return passesOf(migration).find(
    (pass) => pass.args['what'] === 'all' && endsBefore(write, pass) && covers(pass.args['pages'], write.args['pages']),
  );
}

/** Whether the writer could write once the given moment was over. */
export function writesAfter(writer: Writer, moment: Moment | undefined): boolean {
  if (writer.lastWrite !== undefined && moment !== undefined && endsBefore(writer.lastWrite, moment)) return false;
  if (writer.restless) return true;
  if (writer.rest === undefined) return false;
  return moment === undefined || !endsBefore(writer.rest, moment);
}

/**
 * The last moment at which what the writer wrote was still found, and the words for it: the last sync of its logs; a later pass that
 * reads all pages; or, for a log that reports every pinned page whenever it is asked, the pages read after its last sync.
 */
export function lastRead(migration: Migration, writer: Writer): Said | undefined {
  const { source } = migration;
  if (source === undefined) return undefined;
  const sync = lastOf(syncsOf(source, writer));
  const full = migration.emulated ? lastSureRead(migration, writer) : undefined;
  const pinned = sync === undefined ? undefined : pagesOfPinned(migration, source, sync);
  if (pinned !== undefined && (full === undefined || endsBefore(full, pinned)))
    return { moment: pinned, words: 'the last pages of the pinned log were read', byItsEnd: true };
  if (full !== undefined && (sync === undefined || endsBefore(sync, full)))
    return {
      moment: full,
      words: full === lastFullPass(migration) ? 'all pages were read for the last time' : 'what was marked whatever the logs say was read',
      byItsEnd: true,
    };
  if (sync?.kind === 'log-flush')
    return { moment: sync, words: `what ${sync.args['log']} held went into ${sync.args['into']} for the last time` };
  return sync === undefined ? undefined : { moment: sync, words: 'the last dirty sync was made' };
}

function pagesOfPinned(migration: Migration, source: Side, sync: Moment): Moment | undefined {
  return isPinned(source, sync) ? passesOf(migration).find((pass) => endsBefore(sync, pass)) : undefined;
}

/** That sync is of a log that reports every pinned page whenever it is asked. */
export function isPinned(source: Side, sync: Moment): boolean {
  return source.logStarts.some((one) => one.args['log'] === sync.args['log'] && one.args['pinned'] === true);
}
