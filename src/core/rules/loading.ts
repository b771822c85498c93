/** Rules D1 to D5: what must have arrived before what on the target. */
import type { Migration } from './migration.ts';
import { devicesIn, firstOf, isBefore, lastOf, type Moment, when } from './moment.ts';
import { precedes } from './precedence.ts';
import { lastRam, ramBeforeRun } from './ram-complete.ts';
import { broken, cannotTell, EVERY, holds, type Opinion, type Rule, together } from './rule.ts';
import type { Side } from './side.ts';
import { deviceRuns, hasImage, isStart, runningSince, stateOf } from './states.ts';

const NO_TARGET = 'the log of the target is missing';

/** ordering-rules.md, D1: the end of RAM in T6b before the FULL sections of T6a. */
const ramBeforeLoad: Rule = {
  id: 'D1',
  title: 'RAM is complete before a device that walks it is loaded',
  severity: 'X',
  also: ['E'],
  binds: EVERY,
  why: 'The load of such a device reads guest RAM at once: the point of the reply to the RFC (ordering-rules.md, D1).',
  check(migration) {
    const { target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    const ram = lastRam(migration, target);
    if (ram === undefined) return cannotTell('no event of this trace tells when RAM arrives');
    if (!migration.emulated) return ramInLog(migration, target, ram);
    const walks = target.loads.filter((one) => one.args['walks'] === true);
    const opinions = walks.map((walk) =>
      precedes(
        migration,
        { moment: ram, words: 'the last RAM arrived' },
        { moment: walk, words: `${walk.args['section']} of ${walk.args['device']} was loaded from what it walked` },
      ),
    );
    return together(opinions, target.loads.length === 0 ? 'no device was loaded' : 'no load of this trace reads guest RAM');
  },
};

/**
 * Sections of emulated devices that read RAM when they are loaded (virtio: the indices of its rings). What virtio-mem sends in setup
 * (`early_setup`, qemu-migration-order.md, section 4) is sizes, and has no rings.
 */
const WALKS = /virtio(?!.*-early$)/;

function ramInLog(migration: Migration, target: Side, ram: Moment): Opinion {
  const loaded = target.sections.filter(
    (one) => one.kind === 'section-load' && one.args['sectionId'] !== undefined && one.args['device'] === undefined,
  );
  const walk = loaded.find((one) => WALKS.test(String(one.args['section'])));
  const postcopy = migration.source?.phases.find((one) => one.args['status'] === 'postcopy-active');
  if (postcopy !== undefined)
    return cannotTell(`the migration went on as post-copy (#${postcopy.seq}): pages that were missing were fetched on demand`);
  if (walk !== undefined)
    return precedes(
      migration,
      { moment: ram, words: 'the last RAM arrived' },
      { moment: walk, words: `${walk.args['section']} read its rings from it` },
    );
  const [first] = loaded.filter((one) => isBefore(ram, one));
  if (first === undefined) return cannotTell('no section was loaded after RAM');
  return holds(`The last RAM arrived at ${when(ram)}, before the devices from ${first.args['section']} at ${when(first)} on.`, ram, first);
}

/** ordering-rules.md, D2: T6b before T10. */
const dataBeforeRun: Rule = {
  id: 'D2',
  title: 'All data of a device are loaded before it runs, and stay loaded',
  severity: 'X',
  // Where the driver refuses what came too early or too late.
  also: ['E'],
  binds: EVERY,
  why: 'Data that come later are refused or overwrite a running device, and a failed load leaves it reset (ordering-rules.md, D2).',
  check(migration) {
    const { source, target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    const devices = devicesIn(target.states);
    if (devices.length === 0) return cannotTell('no event of this trace tells of the states of a device');
    // A host that moves on with what it was given may learn only then that it is not all.
    const onward = source === undefined ? [] : devicesIn(source.calls).flatMap((device) => refusedLoad(source, device) ?? []);
    return together([...devices.map((device) => dataOf(migration, target, device)), ...onward], 'no device came to run on the target');
  },
};

function dataOf(migration: Migration, target: Side, device: string): Opinion {
  const refused = refusedLoad(target, device);
  if (refused !== undefined) return refused;
  if (migration.emulated && migration.targetRun === undefined) return cannotTell('the guest did not run on the target');
  if (!hasImage(target.states, device)) return cannotTell(`${device} has no state of its own that could be loaded`);
  const own = target.states.filter((one) => one.args['device'] === device);
  const loads = target.loads.filter((one) => one.args['device'] === device);
  const reset = own.findLast((one) => one.args['reset'] === true && (migration.emulated || loads.some((load) => load.seq < one.seq)));
  const start = own.findLast(isStart) ?? (migration.targetRun === undefined ? undefined : own.findLast(deviceRuns));
  const after = reset === undefined ? loads : loads.filter((one) => one.seq > reset.seq);
  const run = migration.targetRun;
  const gone = run === undefined && migration.targetOver?.args['status'] !== 'completed';
  if (reset !== undefined && after.length === 0 && !gone)
    return broken(
      `${device} was reset at ${when(reset)}${reset.args['wanted'] === undefined ? '' : ` when ${reset.args['wanted']} was refused`}: what had been loaded is lost, and it runs without its state.`,
      ...loads.slice(-1),
      reset,
    );
  const last = lastOf(loads);
  if (last === undefined) {
    if (
      run === undefined ||
      (migration.source?.images.some((one) => one.args['device'] === device) !== true && start === undefined && !migration.emulated)
    )
      return cannotTell(`no data of ${device} reached the target`);
    return broken(
      `The guest runs on the target from ${when(run)}, and nothing of ${device} was loaded.`,
      ...(start === undefined ? [] : [start]),
      run,
    );
  }
  const early = loads.find((one) => runningSince(target, device, one) !== undefined);
  if (early !== undefined) {
    const since = runningSince(target, device, early) as Moment;
    return broken(`${device} ran from ${when(since)}, and data of it were loaded at ${when(early)}.`, since, early);
  }
  const at = run === undefined ? undefined : own.findLast((one) => one.seq < run.seq);
  if (migration.emulated && run !== undefined && at !== undefined && deviceRuns(at) && isBefore(run, last))
    return broken(
      `The guest ran on the target from ${when(run)} with ${device} ${stateOf(at)}, and data of it were loaded at ${when(last)}.`,
      run,
      last,
    );
  const missing = notLoaded(migration, target, device);
  if (missing !== undefined && run !== undefined)
    return broken(
      `What was sent of ${device} at ${when(missing)} was not loaded, and the guest runs on the target from ${when(run)}.`,
      missing,
      run,
    );
  if (start === undefined) return cannotTell(`${device} did not come to run on the target`);
  return precedes(
    migration,
    { moment: last, words: `the last data of ${device} were loaded` },
    { moment: start, words: `${device} came to run` },
  );
}

/** Data that a device refused because it ran already; or a state that it refused because data of it were missing. */
function refusedLoad(side: Side, device: string): Opinion | undefined {
  const calls = side.calls.filter((one) => one.args['device'] === device && one.args['errno'] !== undefined);
  const told = calls.flatMap((call): readonly Opinion[] => {
    const { state, from, errno } = call.args;
    const since = state === undefined && call.kind === 'region-write' ? runningSince(side, device, call) : undefined;
    if (since !== undefined)
      return [broken(`${device} ran from ${when(since)}, and refused data of it at ${when(call)} (${errno}).`, since, call)];
    const authored = side.failures.some((one) => one.kind === 'fault' && one.step === call.step);
    if (authored || !/^resuming$/i.test(String(from)) || !/^(?:running|pre_copy|stop|$)/i.test(String(state))) return [];
    return [broken(`${device} was told to enter ${state} at ${when(call)}, and refused (${errno}): data of it had not been loaded.`, call)];
  });
  // A step that names no call: its refusal stands in the error alone.
  const early = side.failures.flatMap((one): readonly Opinion[] => {
    if (one.args['call'] !== 'load' || !String(one.args['message']).startsWith(`${device}: ${device} takes no image in`)) return [];
    const since = runningSince(side, device, one);
    return since === undefined
      ? []
      : [broken(`${device} ran from ${when(since)}, and refused data of it at ${when(one)} (${one.args['errno']}).`, since, one)];
  });
  const all = [...told, ...early];
  return all.length === 0 ? undefined : together(all, '');
}

/** An image of the device that the source sent and of which nothing took effect. */
function notLoaded(migration: Migration, target: Side, device: string): Moment | undefined {
  if (!migration.emulated) return undefined;
  const causes = new Set(target.loads.map((one) => one.cause));
  return migration.source?.images.find((one) => one.args['device'] === device && !causes.has(one.seq));
}

/** Objects of a GVT-g image in the order in which the driver takes them (rfc2017.md, section 7). */
const OBJECTS: { readonly [section: string]: readonly string[] } = {
  SREG: ['CFG_SPACE'],
  VREG: ['CFG_SPACE'],
  GTT: ['CFG_SPACE'],
  PPGTT: ['GTT'],
  WORKLOAD: ['PPGTT'],
};

/** ordering-rules.md, D3. */
const objectsInOrder: Rule = {
  id: 'D3',
  title: 'Within a GVT-g image: configuration, registers, GTT, page tables, workloads',
  severity: 'X',
  binds: ['R'],
  why: 'BAR0 gives the address of the registers, and tables come before what uses them (ordering-rules.md, D3).',
  check(migration) {
    const { target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    const loads = target.loads.filter((one) => String(one.args['section']) in OBJECTS || one.args['section'] === 'CFG_SPACE');
    const [first] = loads;
    const last = loads.at(-1);
    if (first === undefined || last === undefined) return cannotTell('no object of a GVT-g image was loaded');
    for (const load of loads) {
      const needs = OBJECTS[String(load.args['section'])] ?? [];
      const missing = needs.find(
        (need) => !loads.some((one) => one.args['section'] === need && one.args['device'] === load.args['device'] && one.seq < load.seq),
      );
      if (missing === undefined) continue;
      const late = loads.find((one) => one.args['section'] === missing && one.seq > load.seq);
      return broken(
        `${load.args['section']} of ${load.args['device']} was loaded at ${when(load)}, and ${missing} ${late === undefined ? 'never' : `only at ${when(late)}`}.`,
        load,
        ...(late === undefined ? [] : [late]),
      );
    }
    return holds(
      `The objects of ${first.args['device']} were loaded from ${first.args['section']} at ${when(first)} to ${last.args['section']} at ${when(last)}.`,
      first,
      last,
    );
  },
};

/** Configuration space of a device of the target: QEMU's own events, the RFC's accesses, or the image's object. */
function configsOf(target: Side, device: string): readonly Moment[] {
  const own = (one: Moment) => one.args['device'] === device;
  return [
    ...target.configs.filter(own),
    ...target.calls.filter((one) => own(one) && one.kind === 'region-write' && one.args['region'] === 'CONFIG'),
    ...target.loads.filter((one) => own(one) && one.args['section'] === 'CFG_SPACE'),
  ];
}

/** ordering-rules.md, D4: the FULL section of T6a before T10. */
const configBeforeRun: Rule = {
  id: 'D4',
  title: 'PCI configuration of a device is loaded before it runs',
  severity: 'I',
  // Where it is a part of the image (CFG_SPACE of a GVT-g image), that part is not the one that the device runs with.
  also: ['X'],
  binds: EVERY,
  why: 'Without it MMIO is unmapped and interrupts have no vector (ordering-rules.md, D4).',
  check(migration) {
    const { target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    if (migration.emulated && migration.targetRun === undefined) return cannotTell('the guest did not run on the target');
    const opinions = devicesIn(target.states).map((device): Opinion => {
      const config = lastOf(configsOf(target, device));
      const start = target.states.findLast((one) => one.args['device'] === device && isStart(one));
      if (config === undefined) return cannotTell(`no event of this trace tells when the configuration space of ${device} is loaded`);
      const since = runningSince(target, device, config);
      if (since !== undefined)
        return broken(`${device} ran from ${when(since)}, and its configuration space was loaded at ${when(config)}.`, since, config);
      if (start === undefined) return cannotTell(`${device} did not come to run on the target`);
      return precedes(
        migration,
        { moment: config, words: `the configuration space of ${device} was loaded` },
        { moment: start, words: `${device} came to run` },
      );
    });
    return together(opinions, 'no event of this trace tells of the states of a device');
  },
};

/** ordering-rules.md, D5. */
const dataBeforeConfig: Rule = {
  id: 'D5',
  title: 'Data of a device are loaded before its configuration space',
  severity: 'P',
  binds: ['2'],
  why: 'Enabling MSI at load takes a prepared device for granted; QEMU’s convention (ordering-rules.md, D5).',
  check(migration) {
    const { target } = migration;
    if (target === undefined) return cannotTell(NO_TARGET);
    const opinions = devicesIn(target.states).map((device): Opinion => {
      const config = firstOf(target.configs.filter((one) => one.args['device'] === device));
      const last = lastOf(target.loads.filter((one) => one.args['device'] === device));
      if (config === undefined || last === undefined)
        return cannotTell(`no event of this trace tells when the configuration space of ${device} is loaded`);
      return precedes(
        migration,
        { moment: last, words: `the last data of ${device} were loaded` },
        { moment: config, words: `the configuration space of ${device} was loaded` },
      );
    });
    return together(opinions, 'no event of this trace tells of the states of a device');
  },
};

export const loading: readonly Rule[] = [ramBeforeLoad, dataBeforeRun, objectsInOrder, configBeforeRun, dataBeforeConfig, ramBeforeRun];
