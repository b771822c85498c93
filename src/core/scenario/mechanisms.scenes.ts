/** Scenes for the tests of single mechanisms: changes to one plain scenario, as a hand would make them in its file. */

// biome-ignore lint/suspicious/noExplicitAny: the scenes are put together before they are checked
type Loose = any;

const clone = (value: Loose): Loose => JSON.parse(JSON.stringify(value));

export const step = (s: Loose, list: string, id: string) => s.steps[list].find((one: Loose) => one.id === id);

/** Puts a step before another, or at the end of a list. */
export function put(s: Loose, list: string, before: string, id: string, ...does: Loose[]): void {
  const at = s.steps[list].findIndex((one: Loose) => one.id === before);
  s.steps[list].splice(at < 0 ? s.steps[list].length : at, 0, { id, label: id, does });
}

export function move(s: Loose, list: string, id: string, before: string): void {
  const one = step(s, list, id);
  s.steps[list] = s.steps[list].filter((other: Loose) => other !== one);
  put(s, list, before, id, ...one.does);
}

export const guest = {
  device: 'mdev',
  thinkNanos: 200_000,
  requestNanos: 3_000_000,
  ring: 'ram',
  results: 'buffers',
  depth: 4,
  patienceNanos: 400_000_000,
};
export const chip = {
  id: 'chip',
  title: 'an interrupt controller',
  protocol: 'rfc-2017-v1',
  sections: [{ id: 'pending', bytes: 64 }],
  worksWhile: { vcpus: 'running' },
  figures: { stopNanos: 0, startNanos: 0, saveNanosPerKib: 0, loadNanosPerKib: 0 },
};

export function withChip(s: Loose): void {
  s.models.push(chip);
  s.devices.push({ id: 'chip', model: 'chip' });
  put(s, 'source', 'eof', 'save-chip', { save: 'chip' });
  s.signals = [{ id: 'msi', title: 'the MSI', from: 'mdev', to: 'vcpus', parkedIn: { device: 'chip', section: 'pending' } }];
}

export function withTokens(s: Loose, token: Loose): void {
  s.tokens = [{ id: 'disk', title: 'the disk', heldBy: 'source', ...token }];
  put(s, 'source', 'eof', 'give', { token: 'disk', op: 'give' });
  put(s, 'target', 'start-device', 'take', { token: 'disk', op: 'take' });
}

export function withWindow(s: Loose, key: string): void {
  s.memory.regions.push({ id: 'others', pages: 1024 });
  s.memory.windows = [{ id: 'iova', to: 'buffers' }];
  s.logs[1].key = key;
  s.writers[1].through = 'iova';
  put(s, 'source', 'vm-stop', 'remap', { access: 'map', window: 'iova', regions: ['others'] });
}

export function asSnapshot(s: Loose): void {
  s.hosts = [{ id: 'source' }, { id: 'target', title: 'snapshot file', snapshot: true }];
  s.steps.source = [];
  put(s, 'source', '', 'stop', { set: 'vcpus', to: 'stopped' }, { set: 'mdev', to: 'stopped' });
  put(s, 'source', '', 'moment', { snapshot: 'take' });
  put(s, 'source', '', 'save', { save: 'mdev' });
  put(s, 'source', '', 'mark', { log: 'kvm', op: 'remark' });
  put(s, 'source', '', 'protect', { access: 'protect', regions: ['ram', 'buffers'] });
  put(s, 'source', '', 'resume', { set: 'mdev', to: 'running' }, { set: 'vcpus', to: 'running' });
  put(s, 'source', '', 'ram', { copy: 'dirty' });
  put(s, 'source', '', 'eof', { signal: 'eof', op: 'send', end: true });
  s.steps.target = s.steps.target.slice(0, 1);
}

export function thereAndBack(s: Loose): void {
  s.hosts = [{ id: 'a' }, { id: 'b' }];
  s.channels = [
    { ...s.channels[0], id: 'ab', from: 'a', to: 'b' },
    { ...s.channels[0], id: 'ba', from: 'b', to: 'a' },
  ];
  s.devices[0].starts = { a: 'running', b: 'stopped' };
  s.steps = {
    'a.out': s.steps.source,
    'b.in': s.steps.target,
    'b.out': clone(s.steps.source),
    'a.in': clone(s.steps.target),
  };
  const after = (list: string) => ({ status: 'ended', list });
  s.lists = {
    'a.out': { host: 'a' },
    'b.in': { host: 'b' },
    'b.out': { host: 'b', startsWhen: after('b.in') },
    'a.in': { host: 'a', startsWhen: after('a.out') },
  };
}

export function secondAttempt(s: Loose, fresh: boolean): void {
  put(s, 'source', 'round', 'cancel', { fail: 'ECANCELED' });
  s.steps['source.out.2'] = clone(s.steps.source.filter((one: Loose) => !['cancel', 'bulk'].includes(one.id)));
  s.steps['target.in.2'] = clone(s.steps.target);
  s.lists['target.in.2'] = {
    host: 'target',
    fresh,
    startsWhen: {
      all: [
        { status: 'ended', list: 'source' },
        { status: 'ended', list: 'target' },
      ],
    },
  };
  s.lists['source.out.2'] = { host: 'source', startsWhen: { status: 'active', list: 'target.in.2' } };
  if (!fresh) {
    s.channels.push({ ...s.channels[0], id: 'second' });
    for (const list of ['source.out.2', 'target.in.2'])
      for (const one of s.steps[list])
        for (const op of one.does) if ('copy' in op || 'save' in op || 'load' in op || op.op === 'send') op.channel = 'second';
  }
}

export function v1(s: Loose, via: string[] | undefined): void {
  s.models[0].protocol = 'vfio-v1';
  s.devices[0].starts = { source: 'running', target: 'running' };
  put(s, 'source', 'vm-stop', 'pre-copy', { set: 'mdev', to: 'pre-copy' });
  step(s, 'source', 'device-stop').does = [{ set: 'mdev', to: 'stop-and-copy', ...(via === undefined ? {} : { via }) }];
  put(s, 'target', 'load', 'resuming', { set: 'mdev', to: 'resuming' });
}

export function stages(s: Loose, before: string): void {
  s.logs.push({ id: 'pml', kind: 'bitmap' });
  s.logs[0].kind = 'bitmap';
  s.writers[0].logs = ['pml'];
  step(s, 'source', 'arm').does.push({ log: 'pml', op: 'arm' });
  put(s, 'source', before, 'flush', { log: 'pml', op: 'flush', into: 'kvm' });
}

export function free(s: Loose, op: string): void {
  s.memory.regions.push({ id: 'free', pages: 16 });
  step(s, 'source', 'bulk').does = [{ log: 'kvm', op: 'remark' }, { log: 'kvm', op, regions: ['free'] }, { copy: 'dirty' }];
  s.writers.push({ id: 'cpu-free', title: 'cpu', actor: 'vcpus', region: 'free', logs: ['kvm'], onlyPlaced: true });
}

export function postcopy(s: Loose): void {
  step(s, 'source', 'bulk').does = [{ log: 'kvm', op: 'remark' }];
  s.steps.source = s.steps.source.filter((one: Loose) => !['round', 'last-pass'].includes(one.id));
  put(s, 'source', 'eof', 'run', { signal: 'run', op: 'send' });
  put(s, 'source', 'eof', 'post-copy', { copy: 'dirty' });
  s.steps.target = [];
  put(s, 'target', '', 'load-device', { load: 'mdev' });
  put(s, 'target', '', 'missing', { access: 'absent', regions: ['ram', 'buffers'] });
  put(s, 'target', '', 'wait-run', { signal: 'run', op: 'receive' });
  put(s, 'target', '', 'start', { set: 'mdev', to: 'running' }, { set: 'vcpus', to: 'running' });
  put(s, 'target', '', 'rest', { load: 'stream' });
}

export function twoChannels(s: Loose, barrier: boolean): void {
  s.channels.push({ ...s.channels[0], id: 'second', latencyNanos: 5_000_000 });
  step(s, 'source', 'bulk').does[0].channel = 'second';
  put(s, 'source', 'eof', 'end', { signal: 'end', op: 'send', channel: 'second', end: true });
  put(s, 'source', 'round', 'sync-channels', { barrier: barrier ? ['second'] : [] });
  put(s, 'target', 'load', 'receive', { load: 'ram', channel: 'second' });
  step(s, 'target', 'receive').background = true;
}

export function inHalves(s: Loose, twoPhase: string): void {
  s.logs[1].armed = true;
  step(s, 'source', 'arm').does = [{ log: 'kvm', op: 'arm' }];
  s.writers[1].twoPhase = twoPhase;
  s.writers[1].load = { pagesPerSecond: 2000, apartNanos: 900_000 };
}

export function stopsAndStarts(s: Loose, disarms: boolean): void {
  s.logs[1] = { ...s.logs[1], disarms, armTwiceErrno: 'EBUSY' };
  put(s, 'source', 'round', 'log-stop', { log: 'vmm', op: 'harvest' }, { log: 'vmm', op: 'disarm' });
  put(s, 'source', 'round', 'log-again', { log: 'vmm', op: 'arm' }, { log: 'vmm', op: 'remark', regions: ['buffers'] });
}

export function withLateWindow(s: Loose, ranges: readonly string[]): void {
  s.memory.regions.push({ id: 'late', pages: 64 });
  s.memory.windows = [{ id: 'iova' }];
  s.writers.push({ id: 'late', actor: 'mdev', region: 'late', through: 'iova', logs: ['vmm'] });
  step(s, 'source', 'arm').does[1].regions = ranges;
  put(s, 'source', 'round', 'map-late', { access: 'map', window: 'iova', regions: ['late'] });
}

export function waitsInStop(s: Loose): void {
  s.protocols = [
    {
      id: 'faults',
      title: 'stops when the guest has answered',
      initial: 'running',
      states: [
        { id: 'running', runs: true, access: 'answered', loads: true },
        { id: 'stopped', access: 'queued', saves: 'any', loads: true },
      ],
      arcs: [
        { from: 'running', to: 'stopped', does: [{ wait: { vcpus: 'running' }, limitNanos: 1_000_000 }] },
        { from: 'stopped', to: 'running' },
      ],
    },
  ];
  s.models[0].protocol = 'faults';
}

export function twoWaits(s: Loose, limitNanos: number): void {
  put(s, 'source', 'arm', 'two-waits', { wait: { done: 'target/first' } }, { wait: { done: 'target/second' }, limitNanos });
  put(s, 'target', 'load', 'first', { cost: { nanos: 3_000_000 } });
  put(s, 'target', 'load', 'second', { cost: { nanos: 1_000_000 } });
}

/** The device is told that pre-copy begins, and stops only from there. */
export function inPrecopy(s: Loose): void {
  s.protocols = [
    {
      id: 'pre',
      title: 'stops from pre-copy alone',
      initial: 'running',
      states: [
        { id: 'running', runs: true, access: 'answered', loads: true },
        { id: 'pre-copy', runs: true, access: 'answered', saves: 'precopy' },
        { id: 'stopped', access: 'lost', saves: 'any', loads: true },
      ],
      arcs: [
        { from: 'running', to: 'pre-copy' },
        { from: 'pre-copy', to: 'stopped' },
        { from: 'stopped', to: 'running' },
      ],
    },
  ];
  s.models[0].protocol = 'pre';
  put(s, 'source', 'bulk', 'pre-copy', { set: 'mdev', to: 'pre-copy' });
}

/** Two saving sessions, one after the other; the image is read through the fd of `session`. */
export function readsFirstFd(s: Loose, session: number, endedFd: string): void {
  inPrecopy(s);
  s.protocols[0].states[0].saves = 'none';
  s.protocols[0].arcs.push({ from: 'pre-copy', to: 'running' });
  s.models[0].endedFd = endedFd;
  put(s, 'source', 'round', 'cancel', { set: 'mdev', to: 'running' });
  put(s, 'source', 'round', 'pre-copy-again', { set: 'mdev', to: 'pre-copy' });
  step(s, 'source', 'save').does = [{ save: 'mdev', session }];
}
