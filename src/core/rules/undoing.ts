/** Rules E: what a migration that fails must put back. */
import type { Migration } from './migration.ts';
import { devicesIn, isBefore, type Moment, when } from './moment.ts';
import { precedes } from './precedence.ts';
import { broken, cannotTell, holds, type Opinion, REGION_AND_FEATURE, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { deviceRuns, isDeaf, stateOf, stretches, vcpusRun } from './states.ts';

const NOTHING_FAILED = 'nothing failed: the rule was not put to the test';

/** The vCPUs of the source run again after a stop. */
function resumption(migration: Migration): Moment | undefined {
  const runs = migration.source?.runs ?? [];
  const stop = runs.find((one) => !vcpusRun(one));
  return stop === undefined ? undefined : runs.find((one) => vcpusRun(one) && isBefore(stop, one) && one.args['reason'] !== undefined);
}

/** ordering-rules.md, E1. */
const deviceBeforeResume: Rule = {
  id: 'E1',
  title: 'After a failure devices run before the vCPUs of the source do',
  severity: 'I',
  binds: REGION_AND_FEATURE,
  why: 'As D8, on the way back (ordering-rules.md, E1).',
  check(migration) {
    const { source } = migration;
    const run = resumption(migration);
    if (source === undefined || run === undefined) return cannotTell('the source never resumed: the rule was not put to the test');
    const opinions = devicesIn(source.states).map((device): Opinion => {
      const own = source.states.filter((one) => one.args['device'] === device);
      const under = stretches({ moments: source.runs, isSo: vcpusRun }, { moments: own, isSo: isDeaf }).find(
        (one) => one.begins.seq === run.seq,
      );
      if (under !== undefined)
        return broken(
          `The source resumed at ${when(run)} while ${device} stood in ${stateOf(under.other)} since ${when(under.other)}.`,
          under.other,
          run,
        );
      const start = own.findLast((one) => deviceRuns(one) && isBefore(one, run));
      if (start === undefined) return cannotTell(`no event of this trace tells when ${device} ran again`);
      return precedes(
        migration,
        { moment: start, words: `${device} ran (${stateOf(start)})` },
        { moment: run, words: 'the source resumed' },
      );
    });
    return together(opinions, 'no event of this trace tells of the states of a device');
  },
};

/** ordering-rules.md, E2. */
const resetAfterError: Rule = {
  id: 'E2',
  title: 'A device in ERROR is reset before anything else is asked of it',
  severity: 'E',
  binds: REGION_AND_FEATURE,
  why: 'In ERROR every other state is refused (ordering-rules.md, E2).',
  check(migration) {
    const sides = [migration.source, migration.target].filter((side): side is Side => side !== undefined);
    const opinions = sides.flatMap((side) => devicesIn(side.states, side.calls).flatMap((device) => recoveryOf(migration, side, device)));
    return together(opinions, NOTHING_FAILED);
  },
};

/** Each failure of a device that needed a reset: an entry into ERROR, or a refused change whose answer was a reset. */
function recoveryOf(migration: Migration, side: Side, device: string): readonly Opinion[] {
  const own = side.states.filter((one) => one.args['device'] === device);
  const asked = side.calls.filter((one) => one.args['device'] === device && one.args['state'] !== undefined);
  const errors = own.filter((one) => stateOf(one) === 'ERROR');
  const resets = own.filter((one) => one.args['reset'] === true);
  const failed = resets.flatMap((reset) => {
    const call = asked.findLast((one) => one.seq < reset.seq && one.args['errno'] !== undefined);
    return call === undefined ? [] : [{ failure: call, reset }];
  });
  const stuck = errors.map((error) => ({ failure: error, reset: resets.find((one) => one.seq > error.seq) }));
  const unseen = resets
    .filter((reset) => reset.args['wanted'] !== undefined && failed.every((one) => one.reset !== reset))
    .map((reset) => ({ failure: undefined, reset }));
  return [...stuck, ...failed, ...unseen].map(({ failure, reset }): Opinion => {
    if (failure === undefined)
      return holds(`${device} refused ${reset?.args['wanted']} and was reset at once, at ${when(reset as Moment)}.`, reset as Moment);
    const use = asked.find((one) => one.seq > failure.seq && (reset === undefined || one.seq < reset.seq));
    if (use !== undefined)
      return broken(
        `${device} failed at ${when(failure)} and was asked for ${use.args['state']} at ${when(use)} without a reset between.`,
        failure,
        use,
      );
    if (reset === undefined) return cannotTell(`${device} failed (#${failure.seq}) and was not used again`);
    return precedes(
      migration,
      { moment: { ...failure, to: failure.from }, words: `${device} failed` },
      { moment: reset, words: `${device} was reset and then used again` },
    );
  });
}

/** States in which a device has a session. */
const SESSION = /^(?:PRE_COPY|PRE_COPY_P2P|STOP_COPY|RESUMING)$/;

/** The error of a step that names no call, and used the data_fd of a session that had ended. */
function isOfOldSession({ kind, args }: Moment, device: string): boolean {
  return kind === 'error' && new RegExp(`^the data_fd of session \\d+ of ${device} ended`).test(String(args['message']));
}

/** ordering-rules.md, E3. */
const oldSessionClosed: Rule = {
  id: 'E3',
  title: 'The old data_fd is closed before a new session begins',
  severity: 'E',
  binds: ['2'],
  why: 'An old data_fd answers EBADF or ENODEV in a new session (ordering-rules.md, E3).',
  check(migration) {
    const sides = [migration.source, migration.target].filter((side): side is Side => side !== undefined);
    const opinions = sides.flatMap((side) =>
      devicesIn(side.states).flatMap((device): readonly Opinion[] => {
        const own = side.states.filter((one) => one.args['device'] === device);
        const ended = own.find((one) => !SESSION.test(stateOf(one)) && SESSION.test(String(one.args['from'] ?? '')));
        const stale =
          side.calls.find(
            (one) =>
              one.args['device'] === device &&
              one.args['fd'] === 'data' &&
              /^(?:EBADF|ENODEV)$/.test(String(one.args['errno'])) &&
              ended !== undefined &&
              ended.seq < one.seq,
          ) ?? side.failures.find((one) => isOfOldSession(one, device));
        if (stale !== undefined)
          return [broken(`The data_fd of ${device} answered ${stale.args['errno']} at ${when(stale)}: its session was over.`, stale)];
        const opened = own.filter((one) => SESSION.test(stateOf(one)) && !SESSION.test(String(one.args['from'] ?? '')));
        const again = opened.at(-1);
        const closed =
          again === undefined
            ? undefined
            : own.findLast((one) => one.seq < again.seq && !SESSION.test(stateOf(one)) && SESSION.test(String(one.args['from'] ?? '')));
        if (again === undefined || closed === undefined) return [];
        return [
          precedes(migration, { moment: closed, words: `${device} left its old session` }, { moment: again, words: 'a new one began' }),
        ];
      }),
    );
    return together(opinions, 'no device had a second session: the rule was not put to the test');
  },
};

/** ordering-rules.md, E4. */
const resetAfterAbort: Rule = {
  id: 'E4',
  title: 'A load that is given up ends with a reset of the device',
  severity: 'X',
  binds: ['2'],
  why: 'A half-loaded device is in no state that anybody gave it (ordering-rules.md, E4).',
  check(migration) {
    const { target } = migration;
    const over = migration.targetOver ?? undefined;
    if (target === undefined) return cannotTell('the log of the target is missing');
    if (over === undefined || over.args['status'] === 'completed') return cannotTell(NOTHING_FAILED);
    const opinions = devicesIn(target.states).map((device): Opinion => {
      const own = target.states.filter((one) => one.args['device'] === device);
      const entered = own.findLast((one) => stateOf(one) === 'RESUMING' && one.seq < over.seq);
      if (entered === undefined) return cannotTell(`${device} was not being loaded when the load was given up`);
      const reset = own.find((one) => one.seq > entered.seq && one.seq < over.seq && one.args['reset'] === true);
      if (reset !== undefined) return cannotTell(`${device} had been reset (#${reset.seq}) by then, and was not being loaded`);
      const next = migration.after(target, device, over);
      if (next === undefined) return cannotTell(`${device} was not used again after the load was given up (#${over.seq})`);
      if (next.args['opened'] === true)
        return holds(
          `The load of ${device}, begun at ${when(entered)}, was given up at ${when(over)}, and a new process opened ${device} at ${when(next)}.`,
          entered,
          next,
        );
      if (next.args['reset'] === true)
        return holds(
          `The load of ${device}, begun at ${when(entered)}, was given up at ${when(over)}, and ${device} was reset at ${when(next)}.`,
          entered,
          next,
        );
      return broken(
        `The load of ${device} was given up at ${when(over)}, and it went on to ${stateOf(next)} at ${when(next)} without a reset.`,
        over,
        next,
      );
    });
    return together(opinions, 'no event of this trace tells of the states of a device');
  },
};

export const undoing: readonly Rule[] = [deviceBeforeResume, resetAfterError, oldSessionClosed, resetAfterAbort];
