/** Rules D7 to D13: how the target comes to life, and the source lets go. */

import type { Migration } from './migration.ts';
import { devicesIn, firstOf, isBefore, isEarlier, lastOf, type Moment, when } from './moment.ts';
import { precedes } from './precedence.ts';
import { broken, cannotTell, EVERY, holds, type Opinion, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { deviceRuns, isDeaf, isStart, startsPeerWrites, stateOf, stretches, vcpusRun, writesTo } from './states.ts';

const NO_TARGET = 'the log of the target is missing';

/** ordering-rules.md, D7: the prepare phase of T10 before its main phase. */
const peersFirst: Rule = {
  id: 'D7',
  title: 'All devices take peer-to-peer writes before any begins them',
  severity: 'X',
  binds: EVERY,
  why: 'The first one that runs may write to a peer that still stands (ordering-rules.md, D7).',
  check(migration) {
    const { source, target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    // The source starts its devices again after a failure: the same holds there.
    const sides = source === undefined ? [target] : [target, source];
    if (devicesIn(target.states).length < 2) return cannotTell('it takes two devices, and this trace tells of fewer');
    return together(
      sides.flatMap((side) => peersOf(migration, side)),
      'no event of this trace tells of devices that write to each other and come to run',
    );
  },
};

function peersOf(migration: Migration, side: Side): readonly Opinion[] {
  const devices = devicesIn(side.states);
  // A device that was reset runs, and nobody has told it to do anything.
  const told = side.states.filter((one) => one.args['from'] !== undefined && one.args['reset'] !== true);
  return devices.flatMap((device) =>
    devices.flatMap((peer): readonly Opinion[] => {
      if (peer === device || !writesTo(side.states, device, peer, migration.emulated)) return [];
      const own = told.filter((one) => one.args['device'] === device);
      const theirs = side.states.filter((one) => one.args['device'] === peer);
      const starts = { moments: own, isSo: startsPeerWrites };
      // What the stop of a device begins is C2 on the source.
      const under = stretches(starts, { moments: theirs, isSo: (one) => !deviceRuns(one) }).find(
        (one) => side !== migration.source || one.begins.args['device'] === device,
      );
      if (under !== undefined) {
        const [writer, stands] = under.begins.args['device'] === device ? [under.begins, under.other] : [under.other, under.begins];
        return [
          broken(`${device} could write to its peers from ${when(writer)} while ${peer} stood in ${stateOf(stands)}.`, writer, stands),
        ];
      }
      const start = side === migration.source ? undefined : own.findLast(startsPeerWrites);
      const ready = theirs.findLast((one) => isStart(one) && (start === undefined || isBefore(one, start)));
      if (start === undefined || ready === undefined) return [];
      return [
        precedes(
          migration,
          { moment: ready, words: `${peer} took writes of peers` },
          { moment: start, words: `${device} began such writes` },
        ),
      ];
    }),
  );
}

/** ordering-rules.md, D8: the callbacks of T10 before its vCPUs. */
const deviceBeforeVcpus: Rule = {
  id: 'D8',
  title: 'Devices run before the vCPUs do, and as long as they do',
  severity: 'I',
  binds: EVERY,
  why: 'The guest touches the device at once (ordering-rules.md, D8).',
  check(migration) {
    const { target } = migration;
    const run = migration.targetRun;
    if (target === undefined) return cannotTell(NO_TARGET);
    if (run === undefined) return cannotTell('the vCPUs did not run on the target');
    const opinions = devicesIn(target.states).map((device): Opinion => {
      const own = target.states.filter((one) => one.args['device'] === device);
      const under = stretches({ moments: target.runs, isSo: vcpusRun }, { moments: own, isSo: isDeaf }).find(
        (one) => !isEarlier(one.begins, run),
      );
      if (under !== undefined) {
        const until = under.ends === undefined ? 'and never again' : `until ${when(under.ends)}`;
        const stands = under.begins.kind === 'device-state' ? under.begins : under.other;
        return broken(
          `The vCPUs ran from ${when(run)}; ${device} stood in ${stateOf(stands)} from then on ${until}.`,
          run,
          stands,
          ...(under.ends === undefined ? [] : [under.ends]),
        );
      }
      const start = own.findLast((one) => deviceRuns(one) && isBefore(one, run));
      if (start === undefined) return cannotTell(`no event of this trace tells when ${device} came to run`);
      return precedes(migration, { moment: start, words: `${device} ran (${stateOf(start)})` }, { moment: run, words: 'the vCPUs ran' });
    });
    return together(opinions, 'no event of this trace tells of the states of a device');
  },
};

/** ordering-rules.md, D9: S15 before T10. */
const oneOwner: Rule = {
  id: 'D9',
  title: 'The source has stopped before the target runs',
  severity: 'B',
  binds: EVERY,
  why: 'One guest, one identity: two VMs would write the same disk and use the same address (ordering-rules.md, D9).',
  check(migration) {
    const run = migration.targetRun;
    const { source } = migration;
    const both = migration.emulated ? resumedElsewhere(migration) : undefined;
    if (both !== undefined) return both;
    if (migration.target === undefined) return cannotTell(NO_TARGET);
    if (run === undefined) return cannotTell('the vCPUs did not run on the target');
    if (migration.notHandedOver !== undefined) return cannotTell(migration.notHandedOver);
    const other = migration.emulated ? migration.runElsewhere(run) : undefined;
    if (other !== undefined && source === undefined)
      return broken(`${other.host} ran the guest since ${when(other)}, and ${run.host} ran it too from ${when(run)}.`, other, run);
    if (source === undefined || source.runs.length === 0) return cannotTell('no event of this trace tells when the source stopped');
    const before = migration.emulated ? source.runs.findLast((one) => isBefore(one, run)) : migration.sourceStop;
    if (before === undefined) return cannotTell('no event of this trace tells when the source stopped');
    if (vcpusRun(before)) return broken(`The target ran from ${when(run)} while the source ran since ${when(before)}.`, before, run);
    const device = migration.emulated ? stillWrites(source, run) : undefined;
    if (device !== undefined)
      return broken(
        `The target ran from ${when(run)} while ${device.args['device']} still ran on the source and wrote to it.`,
        device,
        run,
      );
    return precedes(migration, { moment: before, words: 'the source stopped' }, { moment: run, words: 'the target ran' });
  },
};

/** A source that goes on by itself, and never had the guest: another host runs it. */
function resumedElsewhere(migration: Migration): Opinion | undefined {
  for (const run of migration.source?.runs ?? []) {
    const other = vcpusRun(run) && run.args['reason'] !== undefined ? migration.runElsewhere(run) : undefined;
    // Where the target ran as well, D11 tells it.
    if (other !== undefined && (other.host !== migration.target?.host || migration.targetRun === undefined))
      return broken(`${run.host} ran the guest from ${when(run)} while ${other.host} ran it since ${when(other)}.`, other, run);
  }
  return undefined;
}

/** A device of the source that ran when the target did, where guest RAM of the source was written after that. */
function stillWrites(source: Side, run: Moment): Moment | undefined {
  if (!source.writes.some((one) => one.seq > run.seq)) return undefined;
  return devicesIn(source.states)
    .map((device) => source.states.findLast((one) => one.args['device'] === device && one.seq < run.seq))
    .find((last): last is Moment => last !== undefined && deviceRuns(last));
}

/** ordering-rules.md, D10: T12 before S22. */
const heardBeforeCompleted: Rule = {
  id: 'D10',
  title: 'The source hears that the target runs before it declares the migration completed',
  severity: 'E',
  binds: EVERY,
  why: 'Once it is completed nobody can resume it after a late failure of the target (ordering-rules.md, D10).',
  check(migration) {
    const { source, target } = migration;
    const over = migration.sourceOver;
    if (source === undefined || over === undefined) return cannotTell('the source never said how the migration ended');
    if (over.args['status'] !== 'completed')
      return cannotTell(`the source did not declare the migration completed (${over.args['status']}, #${over.seq})`);
    const shut = source.marksHeard.find((one) => /^shut/i.test(String(one.args['mark'])));
    if (shut !== undefined)
      return precedes(
        migration,
        { moment: shut, words: 'the target’s SHUT came' },
        { moment: over, words: 'the source declared the migration completed' },
      );
    const failed = target === undefined ? undefined : (migration.targetOver ?? lastOf(target.failures));
    if (target !== undefined && migration.targetRun === undefined && failed !== undefined && failed.args['status'] !== 'completed') {
      return broken(
        `The source declared the migration completed at ${when(over)} and the target failed at ${when(failed)}: nobody runs the guest.`,
        over,
        failed,
      );
    }
    return cannotTell(`the source declared the migration completed (#${over.seq}) without a return path to hear by`);
  },
};

/** The source runs once more after it had declared the migration completed. */
function isResumed({ sourceOver, emulated }: Migration, run: Moment): boolean {
  return !emulated && sourceOver?.args['status'] === 'completed' && run.seq > sourceOver.seq;
}

/** What ran there wrote guest RAM of that host. */
function wroteSince(side: Side, run: Moment): boolean {
  return side.writes.some((one) => one.seq > run.seq);
}

/** ordering-rules.md, D11. */
const neverAgain: Rule = {
  id: 'D11',
  title: 'Once the target runs the source never resumes',
  severity: 'B',
  binds: EVERY,
  why: 'A link lost between vm_start and SHUT makes the source resume: both run (ordering-rules.md, D11).',
  check(migration) {
    const { source, target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    if (migration.notHandedOver !== undefined) return cannotTell(migration.notHandedOver);
    // The devices of the target run first: what they write is nobody's if the source goes on.
    const run = firstOf([
      ...(migration.targetRun === undefined ? [] : [migration.targetRun]),
      ...target.states.filter((one) => isStart(one) && one.args['reset'] !== true),
    ]);
    if (run === undefined) return cannotTell('nothing came to run on the target');
    if (source === undefined || !migration.reports('run-state'))
      return cannotTell('no event of this trace tells of the run states of the source');
    // Whichever clock is right: a source that goes on once it has let go, and a target that runs, are two.
    const again = source.runs.find(
      (one) =>
        vcpusRun(one) &&
        one.args['reason'] !== undefined &&
        (migration.causality.order(run, one) === 'before' || isResumed(migration, one)),
    );
    const still = migration.targetRun === undefined ? source.runs.at(-1) : undefined;
    if (migration.targetRun === undefined && migration.emulated && !wroteSince(target, run))
      return cannotTell(`${run.args['device']} ran on the target (#${run.seq}), and wrote nothing to guest RAM there`);
    if (again === undefined && still !== undefined && vcpusRun(still))
      return broken(
        `${run.args['device']} ran on the target from ${when(run)}, and the source kept the guest (running since ${when(still)}).`,
        still,
        run,
      );
    if (again !== undefined && isEarlier(again, run))
      return broken(
        `The source, which had let go of the guest, resumed at ${when(again)}, and the target ran from ${when(run)} all the same.`,
        again,
        run,
      );
    if (again !== undefined) return broken(`The target ran from ${when(run)}, and the source resumed at ${when(again)}.`, run, again);
    const last = lastOf(source.runs);
    return last === undefined || vcpusRun(last)
      ? cannotTell('no event of this trace tells when the source stopped')
      : holds(`The target ran from ${when(run)}, and the source, stopped at ${when(last)}, did not run again.`, last, run);
  },
};

/** ordering-rules.md, D12: S17 before T10. */
const disksHandedOver: Rule = {
  id: 'D12',
  title: 'The source lets go of its disks before the target takes them',
  severity: 'B',
  binds: EVERY,
  why: 'Image metadata that two hosts change is corrupt (ordering-rules.md, D12).',
  check(migration) {
    const { source, target } = migration;
    if (source === undefined || target === undefined) return cannotTell('it takes the logs of both sides');
    if (migration.notHandedOver !== undefined) return cannotTell(migration.notHandedOver);
    const tokens = [...new Set([...source.tokens, ...target.tokens].map((one) => String(one.args['token'])))];
    const opinions = tokens.map((token): Opinion => {
      const own = (one: Moment) => one.args['token'] === token;
      const takes = target.tokens.filter((one) => own(one) && one.args['op'] !== 'give');
      // QEMU 10 asks for the activation once more where it resumes; the first one hands the disks over.
      const take = firstOf(takes);
      if (take === undefined) return cannotTell(`the target never took ${token}`);
      const give = source.tokens.find((one) => own(one) && one.args['op'] === 'give');
      if (take.args['op'] === 'fence') return holds(`The target fenced ${token} at ${when(take)}.`, take);
      // QEMU 7.2 prints nothing of its disks, whatever its peer prints.
      if (give === undefined && !migration.emulated && source.tokens.length === 0)
        return cannotTell(`the source's log has no event of ${token}`);
      if (give === undefined && !migration.emulated && migration.sourceOver === undefined)
        return cannotTell(`the source's log ends before the migration does`);
      if (give === undefined)
        return broken(
          `The target took ${token} at ${when(take)}, and the source never let go of ${/s$/.test(token) ? 'them' : 'it'}.`,
          take,
        );
      return precedes(
        migration,
        { moment: give, words: `the source let go of ${token}` },
        { moment: take, words: `the target took ${token}` },
      );
    });
    return together(opinions, 'no event of this trace tells who owns the disks');
  },
};

/** ordering-rules.md, D13. */
const announceAfterRun: Rule = {
  id: 'D13',
  title: 'The network is told of the move once the target runs',
  severity: 'P',
  binds: EVERY,
  why: 'Packets that arrive before the vCPUs run are buffered or dropped; QEMU 10 announces first (ordering-rules.md, D13).',
  check(migration) {
    const { target } = migration;
    const run = migration.targetRun;
    const announced = target?.checkpoints.find((one) => /announce/.test(String(one.args['name'])));
    if (target === undefined) return cannotTell(NO_TARGET);
    if (announced === undefined) return cannotTell('no event of this trace tells when the network is told');
    if (run === undefined) return cannotTell('the vCPUs did not run on the target');
    return precedes(migration, { moment: run, words: 'the target ran' }, { moment: announced, words: 'the network was told' });
  },
};

export const starting: readonly Rule[] = [
  peersFirst,
  deviceBeforeVcpus,
  oneOwner,
  heardBeforeCompleted,
  neverAgain,
  disksHandedOver,
  announceAfterRun,
];
