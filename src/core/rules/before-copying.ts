/** Rules A: what must be so before the first page is read. */

import type { Migration } from './migration.ts';
import { devicesIn, firstOf, isBefore, isEarlier, type Moment, when, whenOver } from './moment.ts';
import { capital, list, precedes } from './precedence.ts';
import { broken, cannotTell, EVERY, holds, type Opinion, REGION_AND_FEATURE, type Rule, together } from './rule.ts';
import { hasImage, isStart } from './states.ts';
import { lastRead, lastSureRead, passesOf, readAnyway, startsOf, type Writer, writersOf, writesAfter } from './writers.ts';

/** ordering-rules.md, A1. */
export const migratabilityFirst: Rule = {
  id: 'A1',
  title: 'Whether a device can be migrated is asked before anything is sent',
  severity: 'X',
  binds: EVERY,
  why: 'A device without code to save it leaves its state behind, and nobody says so (ordering-rules.md, A1).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell('the log of the source is missing');
    const first = firstOf([...source.passes, ...source.images]);
    const opinions = devicesIn(source.states, source.questions).map((device): Opinion => {
      const asked = source.questions.find((one) => one.args['device'] === device);
      const sent = source.images.find((one) => one.args['device'] === device);
      if (asked !== undefined && first === undefined)
        return holds(`${device} was asked for at ${when(asked)}, and nothing was sent.`, asked);
      if (asked !== undefined && first !== undefined && isBefore(first, asked)) {
        return cannotTell(
          `whether ${device} can be migrated was asked late (#${asked.seq}), after the first bytes were sent (#${first.seq}), and in time to give up`,
        );
      }
      if (asked !== undefined && first !== undefined) {
        return precedes(
          migration,
          { moment: asked, words: `whether ${device} can be migrated was asked` },
          { moment: first, words: 'the first bytes were sent' },
        );
      }
      if (sent !== undefined) return holds(`${device} has code to save it: its state went out at ${when(sent)}.`, sent);
      return unasked(migration, device);
    });
    return together(opinions, 'no event of this trace tells of a device or of a question whether it can be migrated');
  },
};

/** A device that nobody asked about and of which nothing was sent. */
function unasked(migration: Migration, device: string): Opinion {
  const start = migration.targetRun ?? migration.sourceOver;
  const known = migration.source?.states.find((one) => one.args['device'] === device);
  if (!migration.handedOver || start === undefined || known === undefined) {
    return cannotTell(`no event of this trace tells whether anybody asked if ${device} can be migrated`);
  }
  if (!hasImage(migration.source?.states ?? [], device)) return cannotTell(`${device} has no state of its own that could be left behind`);
  return broken(
    `Nobody asked whether ${device} can be migrated, and the migration went through at ${when(start)} without any of its state.`,
    known,
    start,
  );
}

/** ordering-rules.md, A2. */
export const sameMachineFirst: Rule = {
  id: 'A2',
  title: 'The target has the same devices before the first section comes',
  severity: 'E',
  binds: EVERY,
  why: 'Sections are matched by name and instance; an unknown one ends the load with EINVAL (ordering-rules.md, A2).',
  check(migration) {
    const { target } = migration;
    const taken = [...(target?.sections ?? []), ...(target?.taken ?? []), ...(target?.arrivals ?? [])].sort((a, b) => a.seq - b.seq);
    const [first] = taken;
    const last = taken.at(-1);
    if (target === undefined || first === undefined || last === undefined)
      return cannotTell('no event of this trace tells what the target loaded');
    const over = migration.targetOver;
    const unknown = target.failures.find((one) => /unknown savevm|ENODEV/i.test(`${one.args['message']} ${one.args['errno']}`));
    if (unknown !== undefined)
      return broken(`The target has no ${nameOf(last)}: it refused the section at ${when(unknown)}.`, last, unknown);
    if (migration.emulated || over?.args['status'] === 'completed' || migration.targetRun !== undefined) {
      return holds(
        `The target knew every section that came, from ${nameOf(first)} at ${when(first)} to ${nameOf(last)} at ${when(last)}.`,
        first,
        last,
      );
    }
    // A section that the target knows goes on with its description, in a log that has descriptions at all (vmstate_load).
    const described = taken.some((one) => one.args['description'] !== undefined);
    if (described && over?.args['status'] === 'failed' && last.args['sectionId'] !== undefined && last.args['description'] === undefined)
      return broken(
        `The load of the target ended with section ${nameOf(last)} at ${when(last)}, before any of it was read: the target does not know it.`,
        last,
        over,
      );
    return cannotTell('no event of this trace tells why the load of the target ended');
  },
};

function nameOf(moment: Moment): string {
  return String(moment.args['section'] ?? moment.args['device'] ?? moment.args['what'] ?? 'the section');
}

/** ordering-rules.md, A3. */
export const mappedFirst: Rule = {
  id: 'A3',
  title: 'Guest RAM is mapped for DMA on the target before a device runs',
  severity: 'X',
  binds: EVERY,
  why: 'A device may DMA as soon as it runs, and meets an IOMMU fault (ordering-rules.md, A3).',
  check(migration) {
    const { target } = migration;
    if (target === undefined) return cannotTell('the log of the target is missing');
    const starts = target.states.filter((one) => isStart(one) && one.args['reset'] !== true);
    if (starts.length === 0) return cannotTell('no device came to run on the target');
    const maps = target.accesses.filter(
      (one) => one.args['access'] === 'map' && (migration.targetRun === undefined || isEarlier(one, migration.targetRun)),
    );
    const last = maps.at(-1);
    const first = firstOf(starts) as Moment;
    if (last !== undefined) {
      return precedes(
        migration,
        { moment: last, words: 'the last range of guest RAM was mapped' },
        { moment: first, words: `${first.args['device']} came to run` },
      );
    }
    if (!migration.reports('access')) return cannotTell('no event of this trace tells when guest RAM is mapped for DMA');
    return holds(
      `All guest RAM was mapped from the beginning: nothing was added before ${first.args['device']} came to run at ${when(first)}.`,
      first,
    );
  },
};

/** ordering-rules.md, A4: S7a before S11. */
export const loggingFirst: Rule = {
  id: 'A4',
  title: 'Dirty logging of every writer is on before the first page is read',
  severity: 'L',
  binds: EVERY,
  why: 'A write between copy and logging leaves no bit (ordering-rules.md, A4).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell('the log of the source is missing');
    const [page] = passesOf(migration);
    if (page === undefined) return cannotTell('no page was sent');
    if (source.logStarts.length === 0 && !migration.reports('log-start'))
      return cannotTell('no event of this trace tells when dirty logging begins');
    if (!migration.emulated) return loggingInLog(migration, page);
    return together(
      writersOf(migration).map((writer) => loggingOf(migration, writer, page)),
      'nobody wrote to guest RAM',
    );
  },
};

function loggingInLog(migration: Migration, page: Moment): Opinion {
  const starts = migration.source?.logStarts ?? [];
  const [start] = starts;
  if (start === undefined) return cannotTell('no event of this trace tells when dirty logging begins');
  return together(
    starts
      .filter((one) => one === start || isBefore(one, page))
      .map((one) =>
        precedes(
          migration,
          { moment: one, words: `dirty log ${one.args['log']} was on` },
          { moment: page, words: 'the first page was read' },
        ),
      ),
    'no dirty log was started',
  );
}

/** One writer: its log on before the first pass, or everything read once more after, or nothing written between. */
function loggingOf(migration: Migration, writer: Writer, page: Moment): Opinion {
  const { source } = migration;
  const [start] = source === undefined ? [] : startsOf(source, writer);
  if (start !== undefined && isBefore(start, page)) {
    return precedes(
      migration,
      { moment: start, words: `${start.args['log']} noted what ${writer.name} write` },
      { moment: page, words: 'the first page was read' },
    );
  }
  const full = lastSureRead(migration, writer);
  if (full !== undefined && start !== undefined && full.to > start.from) {
    return holds(`All pages were read until ${when(full)}, after ${start.args['log']} was on at ${when(start)}.`, start, full);
  }
  const pinned = start?.args['pinned'] === true ? lastRead(migration, writer)?.moment : undefined;
  if (start !== undefined && pinned?.kind === 'ram-round' && pinned.to > start.from)
    return holds(
      `${start.args['log']} reports every pinned page, and they were read until ${whenOver(pinned)}, after it was on at ${when(start)}.`,
      start,
      pinned,
    );
  if (!writesAfter(writer, full ?? page)) {
    const rest = writer.rest;
    return rest === undefined
      ? cannotTell(`no event of this trace tells when ${writer.name} could write`)
      : holds(
          `${capital(writer.name)} had come to rest at ${when(rest)}, before pages were read for the last time: nothing had to be noted.`,
          rest,
          full ?? page,
        );
  }
  if (!migration.handedOver) return cannotTell('the migration was given up, and the source kept its pages');
  const since = full ?? page;
  if (start === undefined)
    return broken(`${capital(writer.name)} wrote after pages were read at ${when(since)}, and no dirty log noted it.`, since);
  return broken(
    `Pages were read at ${when(since)}, and ${start.args['log']} noted what ${writer.name} wrote only from ${when(start)}.`,
    since,
    start,
  );
}

/** ordering-rules.md, A5. */
export const rangesCover: Rule = {
  id: 'A5',
  title: 'The ranges of a dirty log cover all RAM that its device can reach',
  severity: 'L',
  binds: EVERY,
  why: 'The tracker watches the ranges that it was given; memory added later is in none (ordering-rules.md, A5).',
  check(migration) {
    const { source } = migration;
    const starts = source?.logStarts.filter((one) => Array.isArray(one.args['ranges'])) ?? [];
    if (source === undefined || starts.length === 0) return cannotTell('no event of this trace tells which ranges a dirty log watches');
    const opinions = starts.map((start): Opinion => {
      const unread = source.writes.filter((one) => !migration.emulated || readAnyway(migration, one) === undefined);
      const outside = firstOutside(source.accesses, unread, start, starts);
      const name = String(start.args['log']);
      if (outside === undefined && start.args['writers'] === undefined && !migration.reports('access'))
        return cannotTell('no event of this trace tells which memory a device can reach');
      if (outside === undefined)
        return holds(`${name} was given its ranges at ${when(start)}, and nothing was mapped or written outside them.`, start);
      if (!migration.handedOver) return cannotTell('the migration was given up, and the source kept its pages');
      return broken(
        `${capital(what(outside))} at ${when(outside)} is outside the ranges that ${start.args['log']} was given at ${when(start)}.`,
        start,
        outside,
      );
    });
    return together(opinions, 'no log was started');
  },
};

function what(moment: Moment): string {
  return moment.kind === 'access' ? 'memory mapped' : `what ${moment.args['writer']} wrote`;
}

/** The first write of a watched writer, or memory mapped, outside the ranges of all starts of that log. */
function firstOutside(
  accesses: readonly Moment[],
  writes: readonly Moment[],
  start: Moment,
  starts: readonly Moment[],
): Moment | undefined {
  const { log } = start.args;
  const ranges = starts.filter((one) => one.args['log'] === log).flatMap((one) => one.args['ranges'] as readonly number[]);
  const writers = start.args['writers'] as readonly string[] | undefined;
  const candidates =
    writers === undefined
      ? accesses.filter((one) => one.args['access'] === 'map')
      : writes.filter((one) => writers.includes(String(one.args['writer'])));
  return candidates.find((one) => one.seq > start.seq && !within(one.args['pages'], ranges));
}

function within(pages: unknown, ranges: readonly number[]): boolean {
  if (!Array.isArray(pages)) return true;
  for (let i = 0; i + 1 < pages.length; i += 2) {
    const [first, last] = [Number(pages[i]), Number(pages[i]) + Number(pages[i + 1]) - 1];
    const covered = (page: number) => ranges.some((from, k) => k % 2 === 0 && page >= from && page < from + (ranges[k + 1] as number));
    if (!covered(first) || !covered(last)) return false;
  }
  return true;
}

/** ordering-rules.md, A6: T4 before T6b. */
export const resumingFirst: Rule = {
  id: 'A6',
  title: 'RESUMING is entered before the first byte of a device is written',
  severity: 'E',
  binds: REGION_AND_FEATURE,
  why: 'Without a session there is no data_fd, and data_offset means nothing (ordering-rules.md, A6).',
  check(migration) {
    const { target } = migration;
    if (target === undefined) return cannotTell('the log of the target is missing');
    const bytes = [...target.calls.filter(isData), ...target.loads];
    const opinions = devicesIn(bytes).map((device): Opinion => {
      const first = firstOf(bytes.filter((one) => one.args['device'] === device)) as Moment;
      const entered = target.states.find((one) => one.args['device'] === device && /^resuming$/i.test(String(one.args['state'])));
      if (entered === undefined && !migration.knows(/^resuming$/i)) return cannotTell('the protocol of this trace has no RESUMING');
      if (entered === undefined) return broken(`Bytes of ${device} were written at ${when(first)}, and it never entered RESUMING.`, first);
      return precedes(
        migration,
        { moment: entered, words: `${device} entered RESUMING` },
        { moment: first, words: `the first byte of ${device} was written` },
      );
    });
    return together(opinions, 'no byte of a device was written on the target');
  },
};

/** A write of a device's image, and not of its state or its header. */
function isData(moment: Moment): boolean {
  const { args } = moment;
  return (
    moment.kind === 'region-write' &&
    args['state'] === undefined &&
    (args['region'] === 'data_fd' || args['name'] === 'data' || args['section'] !== undefined)
  );
}

/** ordering-rules.md, A7. */
export const compatibleFirst: Rule = {
  id: 'A7',
  title: 'Compatibility is checked before the source stops',
  severity: 'P',
  binds: EVERY,
  why: 'While the source runs a misfit costs nothing; after the stop it is an outage for nothing (ordering-rules.md, A7).',
  check(migration) {
    const { source, target } = migration;
    const stop = migration.sourceStop;
    if (source === undefined || target === undefined || stop === undefined)
      return cannotTell('no event of this trace tells when the source stopped and what the target had seen by then');
    const refused = target.failures.find((one) => migration.causality.order(stop, one) === 'before');
    const first = firstOf(target.loads);
    if (first !== undefined && migration.causality.order(first, stop) === 'before') {
      return holds(
        `The driver of ${first.args['device']} on the target had taken its first bytes at ${when(first)}, before the source stopped at ${when(stop)}.`,
        first,
        stop,
      );
    }
    // 7.2 prints `cancelling` only after it has shut the channel down; a refusal would have made it `failed`.
    if (refused !== undefined && migration.sourceOver?.args['status'] === 'cancelled')
      return cannotTell('the source cancelled, and the load of the target ended by that');
    if (refused !== undefined && first === undefined)
      return broken(
        `The target refused at ${when(refused)}, after the source had stopped at ${when(stop)}: an outage for nothing.`,
        stop,
        refused,
      );
    return cannotTell(
      first === undefined
        ? 'no event of this trace tells when a driver checked what it was sent'
        : `no event of this trace tells of a check: the first bytes of ${list(devicesIn([first]))} came after the stop`,
    );
  },
};

export const beforeCopying: readonly Rule[] = [
  migratabilityFirst,
  sameMachineFirst,
  mappedFirst,
  loggingFirst,
  rangesCover,
  resumingFirst,
  compatibleFirst,
];
