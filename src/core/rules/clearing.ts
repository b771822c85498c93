/** Rule B1: which bits are cleared when, and what is written to their pages since. */
import type { EventSeq } from '../trace/time.ts';
import type { Migration } from './migration.ts';
import { endsBefore, isBefore, type Moment, when, whenOver } from './moment.ts';
import { covers } from './pages.ts';
import { precedes } from './precedence.ts';
import { broken, cannotTell, EVERY, holds, type Opinion, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { lastFullPass, lastSureRead, passesOf, syncsOf, writersOf, writesAfter } from './writers.ts';

/** ordering-rules.md, B1: the sync of S10 before the pages of S11. */
export const clearBeforeRead: Rule = {
  id: 'B1',
  title: 'A dirty bit is fetched and cleared before its page is read',
  severity: 'L',
  binds: EVERY,
  why: 'A write after the read must leave a bit; if the bit is cleared then, the update is lost (ordering-rules.md, B1).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell('the log of the source is missing');
    if (!migration.emulated) return clearedInLog(source);
    const passes = passesOf(migration);
    const late = [...clearedAfter(migration, passes), ...leftOpen(migration, passes), ...landedAfter(migration, passes)];
    if (late.length > 0)
      return migration.handedOver ? together(late, '') : cannotTell('the migration was given up, and the source kept its pages');
    const sync = source.syncs.findLast((one) => passes.some((pass) => isBefore(one, pass)));
    const pass = sync === undefined ? undefined : passes.find((one) => isBefore(sync, one));
    if (sync === undefined || pass === undefined) return cannotTell('no pages were sent after a dirty sync');
    return precedes(
      migration,
      { moment: sync, words: `the bits of ${sync.args['log']} were fetched` },
      { moment: pass, words: 'the pages were read' },
    );
  },
};

/** A log that tells the first page of a round and when its bits were cleared (QEMU: `migration_bitmap_clear_dirty`, `ram_save_page`). */
function clearedInLog(source: Side): Opinion {
  const told = source.rounds.filter((one) => one.args['clear'] !== undefined);
  const late = told.find((one) => one.args['clear'] === 'after');
  const lines = (one: Moment) =>
    `line ${one.args['pageLine']}), and its dirty bits were cleared ${one.args['clear']} (line ${one.args['clearLine']}`;
  if (late !== undefined)
    return broken(`The first page of the round at ${when(late)} was read (${lines(late)}): what was written between has no bit.`, late);
  const [first] = told;
  if (first === undefined) return cannotTell('no event of this trace tells when the bits of a page are cleared and when it is read');
  return holds(
    `In ${told.length} of ${source.rounds.length} rounds the log tells the first page: the one at ${when(first)} was read (${lines(first)}).`,
    ...told,
  );
}

/** Bits thrown away, by a call of its own or by the copy, after their pages were read, with a writer that went on. */
function clearedAfter(migration: Migration, passes: readonly Moment[]): readonly Opinion[] {
  const { source } = migration;
  if (source === undefined) return [];
  const full = lastFullPass(migration);
  const copies = passes.filter((pass) => pass.args['clear'] === 'after').map((pass) => ({ read: pass, clear: pass, log: undefined }));
  const calls = source.clears
    .filter((clear) => clear.args['op'] !== 'swap')
    .flatMap((clear) => {
      // Bits that were read and left are cleared later: pages that were read between are the ones that count.
      const left = source.syncs.findLast((one) => one.args['log'] === clear.args['log'] && isBefore(one, clear));
      const read = passes.findLast((pass) => isBefore(pass, clear));
      if (read === undefined || (clear.args['op'] === 'clear' && (left === undefined || isBefore(read, left)))) return [];
      return [{ read, clear, log: String(clear.args['log']) }];
    });
  return [...copies, ...calls].flatMap(({ read, clear, log }): readonly Opinion[] => {
    if (full !== undefined && full !== clear && isBefore(clear, full)) return [];
    const writer = writersOf(migration).find(
      (one) =>
        (log === undefined || one.logs?.includes(log) === true) && writesAfter(one, read === clear ? { ...read, to: read.from } : read),
    );
    if (writer === undefined) return [];
    return [
      broken(
        `The dirty bits were cleared at ${whenOver(clear)}, after their pages had been read at ${whenOver(read)}: what ${writer.name} wrote between has no bit.`,
        read,
        clear,
      ),
    ];
  });
}

/** Bits cleared by a call of its own, and the pages not protected again until they were read: a write between makes no bit. */
function leftOpen(migration: Migration, passes: readonly Moment[]): readonly Opinion[] {
  const { source } = migration;
  if (source === undefined) return [];
  const full = lastFullPass(migration);
  return source.clears.flatMap((clear): readonly Opinion[] => {
    const log = String(clear.args['log']);
    const protects = source.protects.filter((one) => one.args['log'] === log);
    if (clear.args['op'] !== 'swap' || protects.length === 0) return [];
    // What was swapped out is copied once it is merged.
    const merge = source.syncs.find((one) => one.args['log'] === log && isBefore(clear, one));
    const read = merge === undefined ? undefined : passes.find((pass) => endsBefore(merge, pass));
    if (read === undefined || merge === undefined) return [];
    if (protects.some((one) => isBefore(clear, one) && isBefore(one, merge))) return [];
    const sure = full !== undefined && isBefore(clear, full) && endsBefore(read, full) ? full : read;
    // What is written before the pages are read goes with them; only then a write needs a bit.
    const writer = writersOf(migration).find((one) => one.logs?.includes(log) === true && writesAfter(one, { ...sure, to: sure.from }));
    if (writer === undefined) return [];
    return [
      broken(
        `The bits of ${log} were cleared at ${when(clear)}, and its pages were not protected again before they were read at ${whenOver(read)}: what ${writer.name} wrote since has no bit.`,
        clear,
        read,
      ),
    ];
  });
}

/** Writes whose bit was set before they landed: it was fetched and the page read in between, and none came after them. */
function landedAfter(migration: Migration, passes: readonly Moment[]): readonly Opinion[] {
  const { source } = migration;
  if (source === undefined) return [];
  const marked = new Map(source.writes.filter((one) => one.args['half'] === 'log').map((one) => [one.seq, one]));
  return writersOf(migration).flatMap((writer): readonly Opinion[] => {
    const syncs = syncsOf(source, writer);
    const full = lastSureRead(migration, writer);
    for (const land of source.writes) {
      const mark = marked.get(land.cause as EventSeq);
      if (land.kind !== 'land' || mark === undefined || mark.args['writer'] !== writer.writer) continue;
      const sync = syncs.find((one) => isBefore(mark, one));
      if (sync === undefined || isBefore(land, sync) || (full !== undefined && endsBefore(land, full))) continue;
      const read = passes.find((one) => endsBefore(sync, one));
      if (read === undefined || isBefore(land, { ...read, to: read.from })) continue;
      const again = source.writes.some(
        (one) => one !== mark && one.seq > mark.seq && one.kind === 'write' && covers(one.args['pages'], land.args['pages']),
      );
      if (!again)
        return [
          broken(
            `${writer.name} set its bit at ${when(mark)} and landed at ${when(land)}: the bit was fetched at ${when(sync)} and the page read until ${whenOver(read)} in between.`,
            mark,
            sync,
            land,
          ),
        ];
    }
    return [];
  });
}
