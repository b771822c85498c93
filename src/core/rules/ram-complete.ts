/** Rule D6: RAM is complete on the target before anything runs there. */
import type { Migration } from './migration.ts';
import { devicesIn, isBefore, lastOf, type Moment, when, whenOver } from './moment.ts';
import { covers, overlap } from './pages.ts';
import { precedes } from './precedence.ts';
import { broken, cannotTell, EVERY, type Opinion, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { isStart, runningSince } from './states.ts';
import { carries, lastFullPass, passOf } from './writers.ts';

const NO_TARGET = 'the log of the target is missing';

/** The last RAM that took effect on the target and was not empty. */
export function lastRam(migration: Migration, target: Side): Moment | undefined {
  return lastOf(target.arrivals.filter((one) => one.args['count'] !== 0 || isProbed(migration, one.cause)));
}

/** What was sent counts no pages, and carries what probes wrote. */
function isProbed(migration: Migration, sent: number): boolean {
  const { source } = migration;
  const send = source?.sends.find((one) => one.seq === sent);
  const pass = source === undefined || send === undefined ? undefined : passOf(source, send);
  return source !== undefined && pass !== undefined && carries(migration, source, pass);
}

/** ordering-rules.md, D6. */
export const ramBeforeRun: Rule = {
  id: 'D6',
  title: 'RAM is complete before a device or a vCPU runs on the target',
  severity: 'L',
  also: ['X'],
  binds: EVERY,
  why: 'Device DMA cannot fault: it reads old data, or a late page covers what it wrote (ordering-rules.md, D6).',
  check(migration) {
    const { target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    if (migration.notHandedOver !== undefined && !migration.isSnapshot) return cannotTell(migration.notHandedOver);
    const ram = lastRam(migration, target);
    const run = migration.targetRun;
    if (migration.emulated && run === undefined) return cannotTell('the guest did not run on the target');
    const unsent = migration.source?.failures.find((one) => one.args['call'] === 'copy' && one.args['errno'] === 'EPIPE');
    if (run !== undefined && unsent !== undefined && migration.emulated && isBefore(run, unsent) && isLeft(migration, unsent))
      return broken(`The vCPUs ran on the target from ${when(run)}, and pages were still to be sent at ${when(unsent)}.`, run, unsent);
    const missing = notArrived(migration, target);
    if (missing !== undefined && run !== undefined)
      return broken(
        `The vCPUs ran on the target from ${when(run)}, and the pages read at ${whenOver(missing)} never arrived.`,
        missing,
        run,
      );
    const never = run === undefined ? undefined : (neverCame(migration, target, run) ?? overwritten(target, run));
    if (never !== undefined) return never;
    if (ram === undefined && migration.emulated && run !== undefined)
      return broken(`The vCPUs ran on the target from ${when(run)}, and no page had arrived.`, run);
    if (ram === undefined) return cannotTell('no event of this trace tells when RAM arrives');
    const devices = devicesIn(target.states).map((device): Opinion => {
      const since = runningSince(target, device, ram);
      if (since !== undefined) return broken(`${device} ran from ${when(since)}, and pages arrived until ${when(ram)}.`, since, ram);
      const start = target.states.findLast((one) => one.args['device'] === device && isStart(one) && one.seq > ram.seq);
      if (start === undefined) return cannotTell(`${device} did not come to run on the target`);
      return precedes(migration, { moment: ram, words: 'the last RAM arrived' }, { moment: start, words: `${device} came to run` });
    });
    return together([...devices, vcpusOf(migration, target, ram)], 'nothing came to run on the target');
  },
};

/** A copy that failed had pages to send: bits found since the pass before it, marks of a step, or RAM that no pass had read yet. */
function isLeft(migration: Migration, unsent: Moment): boolean {
  const { source } = migration;
  if (source === undefined) return false;
  const before = source.passes.findLast((one) => one.seq < unsent.seq);
  if (before === undefined || source.remarks.some((one) => one.seq > before.seq && one.seq < unsent.seq && one.args['count'] !== 0))
    return true;
  return lastFullPass(migration) === undefined || carries(migration, source, { ...unsent, args: { count: 0 } });
}

/** In a run: RAM of the source of which nothing ever came, though it was not said to be free and is mapped on the target. */
function neverCame({ source, emulated }: Migration, target: Side, run: Moment): Opinion | undefined {
  const start = source?.logStarts.find((one) => Array.isArray(one.args['ranges']));
  if (!emulated || source === undefined || start === undefined) return undefined;
  const pagesOf = (moments: readonly Moment[]) => moments.flatMap((one) => (one.args['pages'] ?? []) as readonly number[]);
  const ram = [
    ...source.logStarts.flatMap((one) => (one.args['ranges'] ?? []) as readonly number[]),
    ...pagesOf(source.accesses.filter((one) => one.args['access'] === 'map')),
  ];
  const came = pagesOf(target.arrivals);
  const away = pagesOf([...source.accesses, ...target.accesses].filter((one) => one.args['access'] === 'unmap'));
  const free = pagesOf(source.hints);
  const mapped = pagesOf([...source.accesses, ...target.accesses].filter((one) => one.args['access'] === 'map'));
  for (let i = 0; i + 1 < ram.length; i += 2) {
    const range = ram.slice(i, i + 2);
    if (covers([...came, ...free], range) || (overlap(away, range) && !overlap(mapped, range))) continue;
    return broken(
      `The vCPUs ran on the target from ${when(run)}, and pages of 0x${(range[0] as number).toString(16)} to 0x${((range[0] as number) + (range[1] as number) - 1).toString(16)} never came there.`,
      start,
      run,
    );
  }
  return undefined;
}

/** A page that a step wrote on the target (the guest's own writes wait for what is to come), and that came there after that; over what is none of the guest's it may. */
function overwritten(target: Side, run: Moment): Opinion | undefined {
  const late = target.arrivals.filter((one) => Number(one.args['count']) > 0);
  for (const page of late) {
    const write = target.writes.find(
      (one) =>
        one.args['half'] !== undefined &&
        one.args['foreign'] !== true &&
        one.seq < page.seq &&
        covers(page.args['pages'], one.args['pages']),
    );
    if (write !== undefined)
      return broken(
        `${write.args['writer']} wrote on the target at ${when(write)}, and an older content of the pages arrived over it at ${when(page)}.`,
        write,
        page,
        run,
      );
  }
  return undefined;
}

/** Pages that were sent and took no effect on the target; not those that were marked again since they had not come, and were sent again. */
function notArrived(migration: Migration, target: Side): Moment | undefined {
  const { source } = migration;
  if (!migration.emulated || source === undefined) return undefined;
  const arrived = new Set(target.arrivals.map((one) => one.cause));
  const asked = source.remarks.findLast((one) => one.args['lackingOn'] === target.host);
  const again = asked !== undefined && source.sends.some((one) => one.seq > asked.seq && arrived.has(one.seq));
  return source.sends.find(
    (one) => !arrived.has(one.seq) && !(again && one.seq < asked.seq) && (one.args['count'] !== 0 || isProbed(migration, one.seq)),
  );
}

/** vCPUs may run before RAM is complete where a missing page faults: post-copy. In a run each late page must be one that does. */
function vcpusOf(migration: Migration, target: Side, ram: Moment): Opinion {
  const run = migration.targetRun;
  if (run === undefined) return cannotTell('the vCPUs did not run on the target');
  const faults = target.accesses.some((one) => /^(?:absent|protect)$/.test(String(one.args['access'])) && one.seq < run.seq);
  const postcopy =
    migration.source?.phases.some((one) => one.args['status'] === 'postcopy-active') === true ||
    target.phases.some((one) => one.args['status'] === 'postcopy-active');
  const absent = target.accesses
    .filter((one) => one.args['access'] === 'absent' && one.seq < run.seq)
    .flatMap((one) => one.args['pages'] as readonly number[]);
  const present = target.arrivals.find(
    (one) => migration.emulated && isBefore(run, one) && Number(one.args['count']) > 0 && !covers(absent, one.args['pages']),
  );
  if (isBefore(run, ram) && (faults || postcopy) && present === undefined)
    return cannotTell(`the vCPUs ran before RAM was complete (#${run.seq}), and pages that were missing faulted: post-copy`);
  return precedes(migration, { moment: ram, words: 'the last RAM arrived' }, { moment: run, words: 'the vCPUs ran' });
}
