/** What an edit can start from: the smallest migration that runs, a story, a documented bug, the run on screen. */
import { stories } from '../../core/scenario/library/index.ts';
import { inOrder } from '../../core/scenario/ordering.ts';
import type { Lab } from '../store/lab.ts';

export interface Start {
  readonly id: string;
  readonly title: string;
  readonly group: 'New' | 'Stories' | 'Gallery';
  load(): Promise<unknown>;
}

interface Entry {
  readonly id: string;
  readonly title: string;
}

/** One link, RAM with its log, and the steps that every pre-copy migration has. */
const EMPTY = {
  format: 'switchover.scenario',
  version: 1,
  id: 'new-scenario',
  title: 'A new scenario',
  question: 'What goes wrong, and in which order?',
  memory: { regions: [{ id: 'ram', pages: 4096 }] },
  channels: [{ id: 'main', from: 'source', to: 'target', bytesPerSecond: 1_250_000_000, latencyNanos: 100_000 }],
  devices: [],
  logs: [{ id: 'kvm', kind: 'protect' }],
  writers: [{ id: 'cpu', actor: 'vcpus', region: 'ram', logs: ['kvm'] }],
  steps: {
    source: [
      { id: 'setup', label: 'Dirty logging on', does: [{ log: 'kvm', op: 'arm' }] },
      { id: 'bulk', label: 'All of RAM', does: [{ copy: 'all' }] },
      { id: 'vm-stop', label: 'Stop the vCPUs', does: [{ set: 'vcpus', to: 'stopped' }] },
      { id: 'last-sync', label: 'Last dirty sync', does: [{ log: 'kvm', op: 'harvest' }] },
      { id: 'last-pages', label: 'Last RAM pages', does: [{ copy: 'dirty' }] },
      { id: 'end', label: 'End of stream', does: [{ signal: 'eof', op: 'send', end: true }, { report: 'completed' }] },
    ],
    target: [
      { id: 'load', label: 'Load the stream', does: [{ load: 'stream' }] },
      { id: 'vm-start', label: 'Start the vCPUs', does: [{ set: 'vcpus', to: 'running' }, { report: 'completed' }] },
    ],
  },
} as const;

async function fetchJson(url: string): Promise<unknown> {
  const answer = await fetch(url);
  if (!answer.ok) throw new Error(`${url} could not be loaded (status ${answer.status})`);
  return answer.json();
}

/** All starts; without the gallery where its list cannot be loaded. */
export async function startsOf(lab: Lab): Promise<readonly Start[]> {
  const entries = await fetchJson('examples/gallery/index.json').catch(() => []);
  const { scenario, ordering } = lab.store.getState();
  return [
    { id: 'run', title: 'The present run, in its present order', group: 'New', load: async () => inOrder(scenario, ordering) },
    { id: 'empty', title: 'Empty: one link, RAM and its log', group: 'New', load: async () => EMPTY },
    ...stories.map((story): Start => ({ id: `story ${story.id}`, title: story.title, group: 'Stories', load: async () => story })),
    ...(entries as readonly Entry[]).flatMap((entry): readonly Start[] =>
      (['wrong', 'right'] as const).map((order) => ({
        id: `gallery ${entry.id} ${order}`,
        title: `${entry.title} (${order})`,
        group: 'Gallery',
        load: () => fetchJson(`examples/gallery/${entry.id}.${order}.json`),
      })),
    ),
  ];
}
