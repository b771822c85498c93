/** Rules B3 to B5, C7 and C9 to C11: how the state of a device is read and written, whatever the state is. */
import type { Migration } from './migration.ts';
import { devicesIn, firstOf, isBefore, lastOf, type Moment, when, whenOver } from './moment.ts';
import { list, precedes } from './precedence.ts';
import { broken, cannotTell, EVERY, holds, type Opinion, REGION_AND_FEATURE, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { isStop, stateBefore, stateOf, stretches, vcpusRun } from './states.ts';
import { finalImage, isRefusedRead } from './stopping.ts';
import { carries, endOfStream, sendOf } from './writers.ts';

const NO_SOURCE = 'the log of the source is missing';
const NO_TARGET = 'the log of the target is missing';

/** ordering-rules.md, B3. */
const readInOrder: Rule = {
  id: 'B3',
  title: 'pending_bytes, data_offset, data_size, data: read in this order',
  severity: 'X',
  also: ['H', 'E'],
  binds: ['1'],
  why: 'The reads are commands: data read before data_offset are those of the last time (ordering-rules.md, B3).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    const reads = source.calls.filter((one) => one.kind === 'region-read' && one.args['region'] === 'MIGRATION');
    const opinions = devicesIn(reads).map((device): Opinion => {
      const own = reads.filter((one) => one.args['device'] === device);
      const data = own.filter((one) => one.args['name'] === 'data');
      const unasked = data.find(
        (one, i) =>
          !own.some((asked) => asked.args['name'] === 'data_offset' && asked.seq < one.seq && asked.seq > (data[i - 1]?.seq ?? -1)),
      );
      const last = data.at(-1);
      if (last === undefined) return cannotTell(`no data of ${device} were read`);
      if (unasked !== undefined) {
        const late = own.find((one) => one.args['name'] === 'data_offset' && one.seq > unasked.seq);
        return broken(
          `The data of ${device} were read at ${when(unasked)}, and data_offset ${late === undefined ? 'never' : `only at ${when(late)}`}: the driver had not been asked to fill its buffer.`,
          unasked,
          ...(late === undefined ? [] : [late]),
        );
      }
      const asked = own.findLast((one) => one.args['name'] === 'data_offset' && one.seq < last.seq) as Moment;
      return precedes(
        migration,
        { moment: asked, words: `data_offset of ${device} was read` },
        { moment: last, words: `the data of ${device} were read` },
      );
    });
    return together(opinions, 'no event of this trace tells of reads of a migration region');
  },
};

/** ordering-rules.md, B4. */
const writtenInOrder: Rule = {
  id: 'B4',
  title: 'data_offset, data, data_size: written in this order',
  severity: 'X',
  also: ['E'],
  binds: ['1'],
  why: 'The write of data_size means “take it now” (ordering-rules.md, B4).',
  check(migration) {
    const { target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    const writes = target.calls.filter(
      (one) => one.kind === 'region-write' && one.args['region'] === 'MIGRATION' && one.args['state'] === undefined,
    );
    const opinions = devicesIn(writes).map((device): Opinion => {
      const own = writes.filter((one) => one.args['device'] === device);
      const sizes = own.filter((one) => one.args['name'] === 'data_size');
      const data = own.filter((one) => one.args['name'] === 'data');
      const early = sizes.find((one, i) => !data.some((bytes) => bytes.seq < one.seq && bytes.seq > (sizes[i - 1]?.seq ?? -1)));
      if (early !== undefined) {
        const late = data.find((one) => one.seq > early.seq);
        return broken(
          `data_size of ${device} was written at ${when(early)}, and the data ${late === undefined ? 'never' : `only at ${when(late)}`}: the driver took what lay in its buffer.`,
          early,
          ...(late === undefined ? [] : [late]),
        );
      }
      const [size, bytes] = [sizes.at(-1), data.at(-1)];
      if (bytes === undefined || size === undefined)
        return cannotTell(`no event of this trace tells when ${device} was told to take its data`);
      return precedes(
        migration,
        { moment: bytes, words: `the data of ${device} were written` },
        { moment: size, words: `data_size of ${device} was written` },
      );
    });
    return together(opinions, 'no event of this trace tells of writes to a migration region');
  },
};

/** ordering-rules.md, B5. */
const piecesInOrder: Rule = {
  id: 'B5',
  title: 'The bytes of a device keep their order',
  severity: 'X',
  also: ['E'],
  binds: REGION_AND_FEATURE,
  why: 'The stream is opaque: the driver takes it in the order in which it gave it (ordering-rules.md, B5).',
  check(migration) {
    const { source, target } = migration;
    if (source === undefined || target === undefined) return cannotTell('it takes the logs of both sides');
    if (!migration.emulated) return piecesOfLog(migration, source, target);
    const opinions = devicesIn(source.images, source.calls.filter(isRefusedRead)).map((device): Opinion => {
      const late = source.calls.find((one) => one.args['device'] === device && isRefusedRead(one) && one.args['phase'] === 'precopy');
      const stop = late === undefined ? undefined : source.states.findLast((one) => one.args['device'] === device && isBefore(one, late));
      if (late !== undefined && stop !== undefined && stateBefore(stop) !== undefined)
        return broken(
          `The first bytes of ${device} were asked for at ${when(late)}, and it was in ${stateOf(stop)} since ${when(stop)}: the driver answered ${late.args['errno']}.`,
          stop,
          late,
        );
      const sent = source.images.filter((one) => one.args['device'] === device);
      const early = sent.find(
        (one, i) => one.args['phase'] === 'precopy' && sent.slice(0, i).some((other) => other.args['phase'] !== 'precopy'),
      );
      const final = sent.find((one) => one.args['phase'] !== 'precopy');
      if (early !== undefined && final !== undefined)
        return broken(`The final bytes of ${device} went out at ${when(final)}, and its first ones only at ${when(early)}.`, final, early);
      const taken = target.taken.filter((one) => one.args['device'] === device && one.cause >= 0);
      const order = taken.map((one) => one.cause);
      const bad = order.findIndex((cause, i) => i > 0 && cause < (order[i - 1] as number));
      if (bad > 0)
        return broken(
          `${device} was given bytes at ${when(taken[bad] as Moment)} that had been sent before those of ${when(taken[bad - 1] as Moment)}.`,
          taken[bad - 1] as Moment,
          taken[bad] as Moment,
        );
      const missing = skippedFirst(migration, source, device);
      if (missing !== undefined) return missing;
      const [first, last] = [taken[0], taken.at(-1)];
      if (first === undefined || last === undefined) return cannotTell(`no bytes of ${device} reached the target`);
      return holds(`${device} took its bytes in the order in which they were sent, from ${when(first)} to ${when(last)}.`, first, last);
    });
    return together(opinions, 'no event of this trace tells of a device’s bytes');
  },
};

/** A device whose bytes of the pre-copy phase were never read, or not loaded before the final ones, which follow on them in one session. */
function skippedFirst(migration: Migration, source: Side, device: string): Opinion | undefined {
  const final = source.images.findLast((one) => one.args['device'] === device && one.args['phase'] !== 'precopy');
  const refused = migration.target?.failures.find(
    (one) => /before /.test(String(one.args['message'])) && String(one.args['message']).startsWith(device),
  );
  const first = source.images
    .filter((one) => one.args['device'] === device && one.args['phase'] === 'precopy')
    .map((one) => one.seq as number);
  const loaded =
    refused !== undefined && migration.target?.loads.some((one) => first.includes(one.cause) && one.seq < refused.seq) === true;
  if (final === undefined || loaded || refused === undefined) return undefined;
  return broken(
    `The final bytes of ${device} went out at ${when(final)}, those before them had not been loaded, and the target refused them at ${when(refused)}.`,
    final,
    refused,
  );
}

/** In a log: as many bytes in the same portions on both sides. */
function piecesOfLog(migration: Migration, source: Side, target: Side): Opinion {
  const sizes = (moments: readonly Moment[]) => moments.map((one) => Number(one.args['bytes'] ?? 0)).filter((bytes) => bytes > 0);
  const opinions = devicesIn(source.images).flatMap((device, i): readonly Opinion[] => {
    const sent = source.images.filter((one) => one.args['device'] === device);
    // The two processes know a device by names of their own: the first one saved is the first one loaded.
    const other = devicesIn(target.loads)[i];
    const loaded = target.loads.filter((one) => one.args['device'] === other);
    const [first, last] = [sent[0], loaded.at(-1)];
    if (other === undefined || first === undefined || last === undefined) return [];
    const [out, into] = [sizes(sent), sizes(loaded)];
    if (out.length === into.length && out.every((bytes, k) => bytes === into[k]))
      return [
        holds(
          `${list(into.map(String))} bytes of ${device} were loaded in the portions in which they were read, from ${when(first)} to ${when(last)}.`,
          first,
          last,
        ),
      ];
    if (migration.targetOver?.args['status'] !== 'completed') return [];
    return [cannotTell(`${device} was read in ${out.length} portions and loaded in ${into.length}`)];
  });
  return together(opinions, 'no event of this trace tells of a device’s bytes on both sides');
}

/** Sections of a log that hold where interrupts stand, by QEMU's names. */
const INTERRUPTS = /(?:^|\/)(?:cpu|cpu_common|apic|ioapic|i8259|arm_gic|arm_gicv3|openpic|riscv_aplic|riscv_imsic)$/;

/** ordering-rules.md, C7: S15 before S19. */
const stopBeforeInterrupts: Rule = {
  id: 'C7',
  title: 'Devices stop before the state of the interrupt controller and the vCPUs is saved',
  severity: 'I',
  ofTheEnd: true,
  binds: EVERY,
  why: 'A late interrupt would land in state that is already saved (ordering-rules.md, C7).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    const stop = lastOf(
      source.states.filter(
        (one) => isStop(one) && (migration.sourceOver === undefined || migration.emulated || one.seq < migration.sourceOver.seq),
      ),
    );
    if (stop === undefined) return cannotTell('no event of this trace tells when a device stops');
    if (!migration.handedOver) return cannotTell('the migration was given up, and what was saved was not used');
    const controller =
      source.images.findLast((one) => Array.isArray(one.args['interruptsOf'])) ??
      firstOf(source.sections.filter((one) => INTERRUPTS.test(String(one.args['section']))));
    if (controller === undefined) return cannotTell('no event of this trace tells when the interrupt controller or a vCPU is saved');
    const of = (controller.args['interruptsOf'] ?? []) as readonly string[];
    const late = of.length === 0 ? stop : lastOf(source.states.filter((one) => isStop(one) && of.includes(String(one.args['device']))));
    if (late === undefined)
      return broken(`${controller.args['device']} was saved at ${when(controller)}, and ${list(of)} never stopped.`, controller);
    return precedes(
      migration,
      { moment: late, words: `${late.args['device']} stopped` },
      { moment: controller, words: `the state of ${controller.args['section'] ?? controller.args['device']} was saved` },
    );
  },
};

/** ordering-rules.md, C9: S18 before S24. */
const allBeforeEnd: Rule = {
  id: 'C9',
  title: 'The last data of a device are read before it leaves STOP_COPY and before the stream ends',
  severity: 'X',
  also: ['E'],
  binds: EVERY,
  why: 'The rest is discarded with the session, and what comes after the end mark is read by nobody (ordering-rules.md, C9).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    const end = endOfStream(source);
    const cut = end === undefined ? undefined : cutAfter(migration, source, end);
    if (end !== undefined && cut !== undefined)
      return broken(
        `The stream ended at ${when(end)}, and what was still to be sent at ${when(cut)} met a target that was done.`,
        end,
        cut,
      );
    const late = end === undefined ? [] : unreadAfter(migration, source, end);
    // A target that lacked it and gave up is evidence as well as a guest that runs without it.
    const missed = (since: Moment) => migration.target?.failures.some((one) => one.seq > since.seq && one.args['errno'] === 'EIO') === true;
    if (end !== undefined && late.length > 0 && (migration.handedOver || missed(end))) {
      const [first] = late;
      return broken(
        `${first?.args['device'] ?? 'RAM'} was sent at ${when(first as Moment)}, after the end mark at ${when(end)}.`,
        end,
        ...late,
      );
    }
    const opinions = devicesIn(source.states).map((device): Opinion => {
      const own = source.states.filter((one) => one.args['device'] === device);
      const entered = own.findLast((one) => /^stop[-_](?:and-)?copy$/i.test(stateOf(one)));
      if (entered === undefined) return cannotTell(`no event of this trace tells of a session of ${device}`);
      const left = own.find((one) => one.seq > entered.seq);
      const image = finalImage(migration, source, device);
      if (image === undefined || image.seq < entered.seq) {
        if (left === undefined || !(migration.handedOver || (migration.emulated && missed(left))))
          return cannotTell(`the final data of ${device} were never read`);
        return broken(
          `${device} left ${stateOf(entered)} at ${when(left)}, and its final data had not been read since ${when(entered)}.`,
          entered,
          left,
          ...source.calls.filter((one) => one.args['device'] === device && one.seq > left.seq && isRefusedRead(one)),
        );
      }
      const over = left ?? end;
      if (over === undefined)
        return holds(`The final data of ${device} were read until ${whenOver(image)}, and its session was still open.`, entered, image);
      return precedes(
        migration,
        { moment: { ...image, to: image.from }, words: `the final data of ${device} were read` },
        { moment: over, words: left === undefined ? 'the stream ended' : `${device} left ${stateOf(entered)}` },
      );
    });
    return together(opinions, 'no event of this trace tells of a device’s session');
  },
};

/** A copy or an image that was to go out after the end mark, when the target had closed the channel behind it. */
function cutAfter({ targetOver, emulated }: Migration, source: Side, end: Moment): Moment | undefined {
  if (!emulated || targetOver?.args['status'] !== 'completed') return undefined;
  return source.failures.find(
    (one) =>
      one.seq > Math.max(end.seq, targetOver.seq) && one.args['errno'] === 'EPIPE' && /^(?:copy|save)$/.test(String(one.args['call'])),
  );
}

/** What went out after the end mark, and was taken by nobody. */
function unreadAfter(migration: Migration, source: Side, end: Moment): readonly Moment[] {
  const { target, emulated } = migration;
  const late = [...source.images, ...source.passes].filter((one) => one.seq > end.seq);
  if (!emulated) return late;
  const taken = new Set([...(target?.taken ?? []), ...(target?.arrivals ?? [])].map((one) => one.cause));
  return late.filter((one) =>
    one.kind === 'ram-round' ? carries(migration, source, one) && !taken.has(sendOf(source, one)?.seq ?? -1) : !taken.has(one.seq),
  );
}

/** ordering-rules.md, C10. */
const oneRead: Rule = {
  id: 'C10',
  title: 'The device is stopped, and its whole image is read at once',
  severity: 'X',
  ofTheEnd: true,
  also: ['E'],
  binds: ['R'],
  why: 'Every read serialises the device anew: several reads give several beginnings (ordering-rules.md, C10).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    const opinions = devicesIn(source.images).map((device): Opinion => {
      const empty = source.images.find((one) => one.args['device'] === device && String(one.args['versions'] ?? '-') === '');
      const refused = empty === undefined ? undefined : migration.target?.failures.find((one) => one.cause === empty.seq);
      if (empty !== undefined && (refused !== undefined || migration.handedOver))
        return broken(
          `What was sent of ${device} at ${when(empty)} had not been read from it before: the buffer was empty.`,
          empty,
          ...(refused === undefined ? [] : [refused]),
        );
      const read = source.calls.findLast(
        (one) =>
          one.args['device'] === device &&
          (one.args['region'] === 'DEVICE_STATE' ? one.kind === 'region-read' : /GET_STATE/.test(String(one.args['name']))),
      );
      const stop = source.states.findLast((one) => one.args['device'] === device && isStop(one));
      if (read === undefined) return cannotTell(`no event of this trace tells how the image of ${device} was read`);
      if (Number(read.args['reads'] ?? 1) > 1)
        return broken(
          `The image of ${device} was read in ${read.args['reads']} pieces at ${when(read)}, each of which begins it anew.`,
          read,
          ...(stop === undefined ? [] : [stop]),
        );
      if (stop === undefined)
        return migration.handedOver
          ? broken(`The image of ${device} was read at ${when(read)}, and ${device} never stopped.`, read)
          : cannotTell('the migration was given up');
      return precedes(
        migration,
        { moment: stop, words: `${device} was stopped` },
        { moment: read, words: `the image of ${device} was read at once` },
      );
    });
    return together(opinions, 'no event of this trace tells how an image was read');
  },
};

/** ordering-rules.md, C11. */
const noAccessInStopCopy: Rule = {
  id: 'C11',
  title: 'Nobody touches a device in STOP_COPY',
  severity: 'X',
  binds: ['2'],
  why: 'An access may change what is being saved (ordering-rules.md, C11; vfio-v2.md, section 2).',
  check(migration) {
    const { source } = migration;
    if (source === undefined) return cannotTell(NO_SOURCE);
    const opinions = devicesIn(source.states).map((device): Opinion => {
      const own = source.states.filter((one) => one.args['device'] === device);
      const entered = own.find((one) => stateOf(one) === 'STOP_COPY');
      if (entered === undefined) return cannotTell(`${device} was never in STOP_COPY`);
      const reset = own.find((one) => one.args['by'] === 'guest' && one.args['reset'] === true && stateBefore(one) === 'STOP_COPY');
      if (reset !== undefined && migration.handedOver)
        return broken(`${device} was in STOP_COPY from ${when(entered)} when the guest reset it at ${when(reset)}.`, entered, reset);
      const under = stretches({ moments: source.runs, isSo: vcpusRun }, { moments: own, isSo: (one) => stateOf(one) === 'STOP_COPY' })[0];
      if (under !== undefined && !migration.handedOver) return cannotTell('the migration was given up, and what was saved was not used');
      if (under !== undefined)
        return broken(`${device} was in STOP_COPY from ${when(under.begins)} while the vCPUs could touch it.`, under.begins, under.other);
      const pause = source.runs.findLast((one) => !vcpusRun(one) && isBefore(one, entered));
      if (pause === undefined) return cannotTell('no event of this trace tells when the vCPUs paused');
      return precedes(migration, { moment: pause, words: 'the vCPUs paused' }, { moment: entered, words: `${device} entered STOP_COPY` });
    });
    return together(opinions, 'no event of this trace tells when a device enters STOP_COPY');
  },
};

export const images: readonly Rule[] = [
  readInOrder,
  writtenInOrder,
  piecesInOrder,
  stopBeforeInterrupts,
  allBeforeEnd,
  oneRead,
  noAccessInStopCopy,
];
