/** Synthetic QEMU logs of a million lines for measuring the reader: the shapes of real ones, the same bytes each time. */
import { closeSync, openSync, writeSync } from 'node:fs';

const ZERO = 1_795_458_690_000_000;

/** Writes lines in blocks. @param {string} path @param {Iterable<string>} lines */
function write(path, lines) {
  const out = openSync(path, 'w');
  let block = '';
  for (const line of lines) {
    block += `${line}\n`;
    if (block.length < 1 << 20) continue;
    writeSync(out, block);
    block = '';
  }
  writeSync(out, block);
  closeSync(out);
}

/** @param {number} tid @param {number} micros @param {string} text */
function stamped(tid, micros, text) {
  const at = ZERO + micros;
  return `${tid}@${Math.floor(at / 1e6)}.${String(at % 1e6).padStart(6, '0')}:${text}`;
}

/** A source that prints each page it sends: rounds of 16,384 pages. @param {number} count @returns {Generator<string>} */
function* pages(count) {
  const said = [
    'migrate_set_state new state setup',
    'savevm_state_setup ',
    'migration_bitmap_sync_start ',
    'migration_bitmap_sync_end dirty_pages 0',
    'migrate_set_state new state active',
  ];
  for (const [i, text] of said.entries()) yield stamped(700, i, text);
  for (let i = 0; i < count; i += 1) {
    const micros = 10 + 2 * i;
    if (i % 16_384 === 16_383) {
      yield stamped(701, micros, 'migration_bitmap_sync_start ');
      yield stamped(701, micros, 'migration_bitmap_sync_end dirty_pages 16384');
    } else if (i % 1_024 === 0) yield stamped(701, micros, 'savevm_section_start ram, section_id 2');
    else if (i % 1_024 === 1_023) yield stamped(701, micros, 'savevm_section_end ram, section_id 2 -> 0');
    else {
      const offset = ((i * 4_096) % 0x4000000).toString(16);
      yield stamped(701, micros, `ram_save_page pc.ram: offset: 0x${offset} host: 0x7f2cb${offset.padStart(7, '0')}`);
    }
  }
  yield stamped(701, 10 + 2 * count, 'migrate_set_state new state completed');
}

const NAMES = ['cpu_common', '0000:00:03.0/virtio-net', 'i8259', 'smbus-eeprom', '0000:00:1f.2/ich9_ahci'];

/** A target that prints every field and iteration, and what -d prints between. @param {number} count @returns {Generator<string>} */
function* fields(count) {
  yield stamped(900, 0, 'migrate_set_state new state active');
  for (let i = 0; i < count; i += 1) {
    const micros = 5 + 3 * i;
    const name = NAMES[(i >> 4) % NAMES.length];
    if (i % 16 === 0) yield stamped(900 + (i % 3), micros, `qemu_loadvm_state_section_startfull ${i % 90}(${name}) 0 ${i % 12}`);
    else if (i % 16 === 7)
      yield stamped(900, micros, `migrate_pending pending size ${(i * 4_096) % 1e9} max 42066 (pre = 1 compat=0 post=0)`);
    else if (i % 16 === 11)
      yield `     ${i}: v=0d e=0000 i=0 cpl=0 IP=0008:00000000${(i * 7).toString(16)} pc=0000 SP=0010:0000000000006f50 CR2=0`;
    else yield stamped(900, micros, `vmstate_load_state_field ${name}:a field with a rather long name, number ${i % 700} exists=1`);
  }
  yield stamped(900, 5 + 3 * count, 'migrate_set_state new state completed');
}

/** @param {string} path @param {'pages' | 'fields'} shape @param {number} count lines */
export function writeLog(path, shape, count) {
  write(path, shape === 'pages' ? pages(count) : fields(count));
}
