/**
 * The migration region (Linux 5.8 to 5.17): device_state bits at offset 0 of a trapped 32-byte header, data read and
 * written through the region in an iteration whose reads are commands (vfio-v1.md, sections 1 to 3).
 */
import type { CallShape } from '../../scenario/primitives.ts';
import type { ArcSpec, ProtocolSpec, StateSpec } from '../../scenario/scenario.ts';

/** RUNNING 1, SAVING 2, RESUMING 4 (vfio-v1.md, section 2). */
const BITS: { readonly [state: string]: number } = { stopped: 0, running: 1, 'stop-and-copy': 2, 'pre-copy': 3, resuming: 4 };

const STATES: readonly StateSpec[] = [
  { id: 'stopped', access: 'lost' },
  { id: 'running', runs: true, startsPeer: true, takesPeer: true, access: 'answered' },
  { id: 'stop-and-copy', access: 'lost', saves: 'final' },
  { id: 'pre-copy', runs: true, startsPeer: true, takesPeer: true, access: 'answered', saves: 'precopy' },
  { id: 'resuming', access: 'lost', loads: true },
];

/** The matrix of vfio-v1.md, section 2: cells that the uAPI does not name are its interpretation. */
const ALLOWED: { readonly [from: string]: readonly string[] } = {
  stopped: ['running', 'stop-and-copy', 'resuming'],
  running: ['stopped', 'stop-and-copy', 'pre-copy', 'resuming'],
  'stop-and-copy': ['stopped', 'running'],
  'pre-copy': ['running', 'stop-and-copy'],
  resuming: ['stopped', 'running'],
};

function header(as: 'region-read' | 'region-write', name: string, offset: number, bytes: number, value?: number): CallShape {
  return {
    as,
    name,
    region: 'MIGRATION',
    fd: 'device',
    offset,
    bytes,
    ...(value === undefined ? {} : { fields: { value } }),
  };
}

export const v1: ProtocolSpec = {
  id: 'vfio-v1',
  title: 'Migration region v1 (Linux 5.8 to 5.17, QEMU 5.2 to 7.2)',
  source: 'vfio-v1.md sections 1 to 3; include/uapi/linux/vfio.h of Linux 5.8',
  states: STATES,
  initial: 'running',
  arcs: Object.entries(ALLOWED).flatMap(([from, targets]) =>
    targets.map((to): ArcSpec => ({ from, to, ...(from === 'resuming' ? { checksImage: 'EINVAL' } : {}) })),
  ),
  calls: Object.fromEntries(Object.entries(BITS).map(([state, bits]) => [state, header('region-write', 'device_state', 0, 4, bits)])),
  beforeSave: [
    header('region-read', 'pending_bytes', 8, 8),
    header('region-read', 'data_offset', 16, 8),
    header('region-read', 'data_size', 24, 8),
  ],
  saveCall: { as: 'region-read', name: 'data', region: 'MIGRATION', fd: 'device' },
  beforeLoad: [header('region-read', 'data_offset', 16, 8)],
  afterLoad: [header('region-write', 'data_size', 24, 8)],
  loadCall: { as: 'region-write', name: 'data', region: 'MIGRATION', fd: 'device' },
};
