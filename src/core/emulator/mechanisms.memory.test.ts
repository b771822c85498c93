/** Pages that all hosts share, memory that is not there yet, marks for what a host lacks, RAM taken from behind an image. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { move, put, step } from '../scenario/mechanisms.scenes.ts';
import { auditOf, type Case, type Loose, outcome, PLAIN_FILE } from './mechanisms.cases.ts';

const FILE = readFileSync(join(import.meta.dirname, PLAIN_FILE), 'utf8');

/** RAM is handed over and not sent (CPR): no log, no copy. */
function handedOver(s: Loose, shared: boolean): void {
  for (const region of s.memory.regions) region.shared = shared;
  for (const id of ['arm', 'bulk', 'round', 'sync', 'last-pass']) s.steps.source = s.steps.source.filter((one: Loose) => one.id !== id);
}

/** A device that reads the shared disk when its image is loaded, which is sent before all RAM. */
function opensDisk(s: Loose, when: 'load' | 'start-device'): void {
  s.memory.regions.push({ id: 'disk', pages: 64, shared: true });
  s.writers.push({ id: 'blocks', actor: 'vcpus', region: 'disk', logs: [] });
  s.models.push({
    ...s.models[0],
    id: 'image-model',
    protocol: 'image',
    sections: [{ id: 'metadata', bytes: 512, constant: true, walks: ['disk'] }],
  });
  s.protocols = [{ id: 'image', title: 'an image file', initial: 'open', states: [{ id: 'open', saves: 'any', loads: true }], arcs: [] }];
  s.devices.push({ id: 'image', model: 'image-model' });
  put(s, 'source', 'arm', 'name-it', { save: 'image' });
  step(s, 'target', 'load').does = [{ load: 'ram' }, { load: 'mdev' }];
  put(s, 'target', when, 'open-it', { load: 'image' });
}

/** The VMM writes its ROM into guest RAM, on the target; `before` that step. */
function writesRom(s: Loose, before: string): void {
  s.memory.regions.push({ id: 'rom', pages: 64 });
  s.writers.push({ id: 'flash', actor: 'vcpus', region: 'rom', logs: ['kvm'] });
  s.writers.push({ id: 'reset', title: 'the ROM loader', actor: 'vmm', region: 'rom', logs: [], onlyPlaced: true, clobbers: true });
  put(s, 'target', before, 'rom', { write: 'reset' });
}

const CASES: readonly Case[] = [
  [
    'clobbers: a ROM that is written once more after RAM was loaded',
    'lost-write',
    /The ROM loader wrote over page 0x[0-9a-f]+ of rom at .*target\/rom\): on the target what the guest had there is gone/i,
    (s) => writesRom(s, 'start-vcpus'),
    (s) => writesRom(s, 'load'),
  ],
  [
    'clobbers: pages that are named, over what the workload wrote',
    'lost-write',
    /wrote over page 0x/,
    (s) => {
      writesRom(s, 'start-vcpus');
      step(s, 'target', 'rom').does = [{ write: 'reset', pages: [s.memory.regions.at(-1).first ?? 33024, 2] }];
    },
    (s) => {
      writesRom(s, 'load');
      step(s, 'target', 'rom').does = [{ write: 'reset', pages: [s.memory.regions.at(-1).first ?? 33024, 2] }];
    },
  ],
  [
    'shared: RAM that is handed over and is not the same on both',
    'lost-write',
    /Region ram: content from before the migration never reached the target/,
    (s) => handedOver(s, false),
    (s) => handedOver(s, true),
  ],
  [
    'shared: what was read of a disk before the other host had done with it is old; RAM behind an image is taken, all of it',
    'torn-state',
    /The load of image walked disk .* before the last versions/,
    (s) => opensDisk(s, 'load'),
    (s) => opensDisk(s, 'start-device'),
  ],
  [
    'a harvest of one region leaves the bits of the others',
    'lost-write',
    /A write by second .* is lost: its bit was set, and nobody harvested the log after it/,
    (s) => inSlots(s, ['ram']),
    (s) => inSlots(s, ['ram', 'slot-1']),
  ],
];

/** Two slots under one log, of which the last sync reads some. */
function inSlots(s: Loose, read: readonly string[]): void {
  s.memory.regions.push({ id: 'slot-1', pages: 16 });
  s.writers.push({ id: 'second', actor: 'vcpus', region: 'slot-1', logs: ['kvm'] });
  step(s, 'source', 'sync').does = [...read.map((id) => ({ log: 'kvm', op: 'harvest', regions: [id] })), { log: 'vmm', op: 'harvest' }];
}

test.each(CASES)('%s', (...one) => {
  const { found, ...others } = outcome(FILE, one);
  expect(found).toMatch(one[2]);
  expect(others).toEqual({ ok: false, mendedOk: true, left: [] });
});

test('marks for what the target has not got bring what was lost, and no page that it has', () => {
  const lost = (lackingOn: string | undefined) =>
    auditOf(FILE, (s) => {
      put(s, 'source', 'eof', 'again', { log: 'kvm', op: 'remark', ...(lackingOn === undefined ? {} : { lackingOn }) }, { copy: 'dirty' });
      move(s, 'source', 'vm-stop', 'save');
      move(s, 'source', 'device-stop', 'save');
    }).findings.filter((one) => one.kind === 'lost-write');
  expect(lost('source')).not.toEqual([]);
  expect(lost('target')).toEqual([]);
  expect(lost(undefined)).toEqual([]);
});
