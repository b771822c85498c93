/** Rules C1 and C2: who ceases before whom on the source. */
import type { Migration } from './migration.ts';
import { deviceOf, devicesIn, isBefore, type Moment, when } from './moment.ts';
import { precedes } from './precedence.ts';
import { broken, cannotTell, EVERY, type Opinion, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { deviceRuns, isDeaf, isStop, startsPeerWrites, stateBefore, stateOf, stretches, vcpusRun, writesTo } from './states.ts';
import { finalImage } from './stopping.ts';

const NO_SOURCE = 'the log of the source is missing';

/** ordering-rules.md, C1: the pause of S15 before its second phase. */
export const vcpusFirst: Rule = {
  id: 'C1',
  title: 'vCPUs pause before a device stops',
  severity: 'I',
  also: ['X'],
  binds: EVERY,
  why: 'A doorbell rung at a stopped device is lost (ordering-rules.md, C1).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    const opinions = devicesIn(source.states).flatMap((device): readonly Opinion[] => {
      const own = source.states.filter((one) => one.args['device'] === device);
      const under = stretches({ moments: source.runs, isSo: vcpusRun }, { moments: own, isSo: isDeaf }).find(
        (one) => isStop(one.begins) && one.begins.kind === 'device-state' && one.begins.args['reset'] !== true,
      );
      if (under !== undefined) {
        const until = under.ends === undefined ? 'to the end' : `until ${when(under.ends)}`;
        return [
          broken(
            `${device} stopped at ${when(under.begins)} while the vCPUs ran ${until}.`,
            under.begins,
            ...(under.ends === undefined ? [under.other] : [under.ends]),
          ),
        ];
      }
      const touched = migration.emulated ? touchedImage(migration, source, own) : undefined;
      if (touched !== undefined) return [touched];
      const stop = own.find(isStop);
      const pause = stop === undefined ? undefined : source.runs.findLast((one) => !vcpusRun(one) && one.seq < stop.seq);
      if (stop === undefined || pause === undefined) return [];
      return [precedes(migration, { moment: pause, words: 'the vCPUs paused' }, { moment: stop, words: `${device} stopped` })];
    });
    return together(
      opinions,
      source.states.length === 0 ? 'no event of this trace tells when a device stops' : 'no device stopped after the vCPUs',
    );
  },
};

/** A device that stands and takes accesses into a queue was saved, and the vCPUs paused only then: what it took since is in no image. */
function touchedImage(migration: Migration, source: Side, own: readonly Moment[]): Opinion | undefined {
  const stands = own.findLast(isStop);
  // What changes as the vCPUs run, and has no queue, is C3's.
  if (stands?.args['access'] !== 'queued' || stands.args['worksWhile'] !== undefined || !migration.handedOver) return undefined;
  const image = finalImage(migration, source, deviceOf(stands));
  const pause = source.runs.findLast((one) => !vcpusRun(one));
  if (image === undefined || pause === undefined || !isBefore(image, pause)) return undefined;
  return broken(
    `${deviceOf(stands)} was saved at ${when(image)}, and the vCPUs, whose accesses it takes into a queue, paused only at ${when(pause)}.`,
    image,
    pause,
  );
}

/** ordering-rules.md, C2: phase 1 of S15 before its phase 2. */
export const peersStill: Rule = {
  id: 'C2',
  title: 'All devices cease peer-to-peer writes before any stops',
  severity: 'X',
  binds: EVERY,
  why: 'A device that has stopped takes no writes of a peer that still runs (ordering-rules.md, C2).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    const devices = devicesIn(source.states);
    if (devices.length < 2) return cannotTell('it takes two devices, and this trace tells of fewer');
    const opinions = devices.flatMap((device) =>
      devices.flatMap((peer): readonly Opinion[] => {
        if (peer === device || !writesTo(source.states, peer, device, migration.emulated)) return [];
        const own = source.states.filter((one) => one.args['device'] === device);
        const theirs = source.states.filter((one) => one.args['device'] === peer);
        const under = stretches({ moments: theirs, isSo: startsPeerWrites }, { moments: own, isSo: (one) => !deviceRuns(one) }).find(
          (one) => isStop(one.begins) && one.begins.args['device'] === device,
        );
        if (under !== undefined)
          return [
            broken(
              `${device} stopped at ${when(under.begins)} while ${peer} could still write to it (${stateOf(under.other)}).`,
              under.other,
              under.begins,
            ),
          ];
        const stop = own.find(isStop);
        const still = theirs.find((one) => !startsPeerWrites(one) && stateBefore(one) !== undefined);
        if (stop === undefined || still === undefined) return [];
        return [
          precedes(
            migration,
            { moment: still, words: `${peer} began no more writes to peers` },
            { moment: stop, words: `${device} stopped` },
          ),
        ];
      }),
    );
    return together(opinions, 'no event of this trace tells of devices that write to each other and stop');
  },
};
