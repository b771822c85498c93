/** What the rules say of logs of a few lines, each written for one question: the mechanism, and its turned-round twin. */
import { expect, test } from 'vitest';
import { judgeTrace } from '../../rules/judge.ts';
import { mergeLogs } from './merge.ts';
import { readerOf } from './reading.fixture.ts';

/** Lines without their heads, one a millisecond from `from` on. */
function log(name: string, lines: readonly string[], from = 0) {
  const text = lines.map(
    (line, i) => `7@${1_795_000_000 + Math.floor((from + i) / 1_000)}.${String(((from + i) % 1_000) * 1_000).padStart(6, '0')}:${line}`,
  );
  return readerOf(name, `${text.join('\n')}\n`);
}

function answer(rule: string, source: readonly string[], target?: readonly string[], targetFrom = 500) {
  const readers = [log('source.log', source), ...(target === undefined ? [] : [log('target.log', target, targetFrom)])];
  const found = judgeTrace(mergeLogs(readers).trace).find((one) => one.rule === rule);
  if (found?.outcome !== 'cannot tell') expect(found?.events.length).toBeGreaterThan(0);
  return found;
}

const outcome = (...asked: Parameters<typeof answer>) => answer(...asked)?.outcome;

const RUNS = 'vm_state_notify running 1 reason 9 (running)';
const STOPS = 'vm_state_notify running 0 reason 7 (finish-migrate)';
const SETUP = ['migrate_set_state new state setup', 'migrate_set_state new state active'];
const SYNC = ['migration_bitmap_sync_start ', 'migration_bitmap_sync_end dirty_pages 7'];
const RAM = ['savevm_section_start ram, section_id 2', 'savevm_section_end ram, section_id 2 -> 1'];
const DONE = 'migrate_set_state new state completed';
const CLEAR = 'migration_bitmap_clear_dirty rb pc.ram start 0x0 size 0x40000000 page 0x0';
const PAGE = 'ram_save_page pc.ram: offset: 0x6000 host: 0x7f9a43e06000';
const LOADS = [
  'qemu_loadvm_state_section_startfull 2(ram) 0 4',
  'qemu_loadvm_state_section_partend 2',
  'qemu_loadvm_state_section_partend 2',
];
const RAN = ['migrate_set_state new state completed', RUNS];
const SENT = [RUNS, ...SETUP, ...SYNC, ...RAM, STOPS, ...SYNC, ...RAM, DONE];

test('B1: the bits of the first page of a round are cleared before it is read, or after', () => {
  const round = (lines: readonly string[]) => [
    RUNS,
    ...SETUP,
    ...SYNC,
    RAM[0] as string,
    ...lines,
    RAM[1] as string,
    STOPS,
    ...SYNC,
    ...RAM,
    DONE,
  ];
  expect(answer('B1', round([CLEAR, PAGE]))).toMatchObject({
    outcome: 'holds',
    sentence: expect.stringContaining('(line 8), and its dirty bits were cleared before (line 7)'),
  });
  expect(outcome('B1', round([PAGE, CLEAR]))).toBe('broken');
  expect(outcome('B1', round([PAGE]))).toBe('cannot tell');
  expect(outcome('B1', round([PAGE, CLEAR.replace('pc.ram', 'pc.bios')]))).toBe('cannot tell');
  expect(outcome('B1', SENT)).toBe('cannot tell');
});

test('B2: pieces through one channel, barriers between several', () => {
  expect(outcome('B2', SENT, ['migrate_set_state new state active', ...LOADS, ...RAN])).toBe('holds');
  expect(outcome('B2', SENT, ['migrate_set_state new state active', ...LOADS.slice(0, 2), ...RAN])).toBe('cannot tell');
  expect(outcome('B2', SENT, ['migrate_set_state new state active', ...LOADS, 'migrate_set_state new state failed'])).toBe('cannot tell');
  const several = (line: string) => [RUNS, ...SETUP, ...SYNC, ...RAM, line, STOPS, ...SYNC, ...RAM, DONE];
  const barrier = 'multifd_recv_sync_main packet num 1';
  const target = (line: string) => ['migrate_set_state new state active', ...LOADS, line, ...RAN];
  expect(outcome('B2', several('multifd_send_sync_main packet num 1'), target(barrier))).toBe('holds');
  expect(outcome('B2', several('multifd_send_thread_start 1'), target('multifd_recv_thread_start 1'))).toBe('cannot tell');
});

test('C5: a stop that has returned before the last sync; of one that came later nobody knows', () => {
  const flush = 'vm_stop_flush_all ret 0';
  const device = 'vfio_migration_set_device_state  (0000:00:01.0) state STOP';
  const running = 'vfio_migration_set_device_state  (0000:00:01.0) state RUNNING';
  const stops = (before: readonly string[], after: readonly string[] = []) => [
    RUNS,
    running,
    ...SETUP,
    ...SYNC,
    ...RAM,
    STOPS,
    ...before,
    ...SYNC,
    ...RAM,
    ...after,
    DONE,
  ];
  expect(outcome('C5', stops([]))).toBe('cannot tell');
  expect(outcome('C5', stops([flush]))).toBe('holds');
  expect(outcome('C5', stops([device]))).toBe('holds');
  expect(outcome('C5', stops([flush], [device]))).toBe('cannot tell');
});

test('D9: a background snapshot stops for its devices alone, and goes on: nobody is told to be two', () => {
  const pause = 'vm_state_notify running 0 reason 4 (paused)';
  const snapshot = [RUNS, ...SETUP, pause, RUNS, ...RAM, DONE, 'runstate_set current_run_state 9 (running) new_state 11 (shutdown)'];
  const load = ['migrate_set_state new state active', ...LOADS, ...RAN];
  expect(answer('D9', snapshot, load)).toMatchObject({ outcome: 'cannot tell', sentence: expect.stringContaining('snapshot') });
  expect(outcome('D11', snapshot, load)).toBe('cannot tell');
  expect(outcome('C8', snapshot)).toBe('cannot tell');
  const last = ['savevm_section_start timer, section_id 1', 'savevm_section_end timer, section_id 1 -> 0'];
  const told = ['migrate_set_state new state active', ...LOADS, 'qemu_loadvm_state_section_startfull 1(timer) 0 2', ...RAN];
  expect(outcome('D9', [...SENT.slice(0, -1), ...last, DONE], told)).toBe('holds');
});

test('migration region v1: states are numbers of bits, and rules know them', () => {
  const to = (state: number) => `vfio_migration_set_state  (0000:00:01.0) state ${state}`;
  const run = (stop: readonly string[]) => [RUNS, to(1), ...SETUP, to(3), ...SYNC, ...RAM, ...stop, ...SYNC, ...RAM, to(0), DONE];
  const early = run([to(2), STOPS]);
  expect(outcome('C1', run([STOPS, to(2)]))).toBe('holds');
  expect(answer('C1', early)).toMatchObject({ outcome: 'broken', sentence: expect.stringContaining('stopped') });
  expect(outcome('C4', run([STOPS, to(2)]))).toBe('holds');
  const late = [RUNS, to(1), ...SETUP, to(3), ...SYNC, ...RAM, STOPS, ...SYNC, ...RAM, to(2), to(0), DONE];
  expect(outcome('C4', late)).toBe('broken');
});

test('states alone set the clocks: a migration is received after it was begun, and the guest runs there after it stopped here', () => {
  const source = [
    '7@100.000000:migrate_set_state new state setup',
    '8@100.010000:migration_bitmap_sync_start ',
    '8@100.020000:migrate_set_state new state active',
    '8@101.000000:vm_state_notify running 0 reason 7 (finish-migrate)',
    '8@101.200000:migrate_set_state new state completed',
  ];
  const target = [
    '9@10900.000500:migrate_set_state new state active',
    '9@10901.190000:runstate_set current_run_state 1 (inmigrate) new_state 9 (running)',
    '9@10901.190100:vm_state_notify running 1 reason 9 (running)',
    '9@10901.190200:process_incoming_migration_co_end ret=0 postcopy-state=0',
  ];
  const { facts } = mergeLogs([readerOf('s.log', source.join('\n')), readerOf('t.log', target.join('\n'))]);
  expect(facts['clock']).toMatchObject({ target: { offset_ms: -10_800_000.5, plus_minus_ms: null, pairs: 2 } });
});
