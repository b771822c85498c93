/**
 * A synthetic trace for measuring viewers: events over twelve lanes, four of five with a duration, none overlapping within a
 * lane, bursts and silences. Seeded; the same bytes each time.
 */
import { closeSync, openSync, writeSync } from 'node:fs';

const LANES = 12;
const NAMES = [
  'save_setup',
  'save_live_iterate',
  'dirty_sync',
  'ram_round',
  'state_set',
  'region_read',
  'precopy_ioctl',
  'load_state',
  'vmstate',
  'flush',
];
const MODULUS = 2 ** 31 - 1;

/** Park and Miller's generator: fractions in 0 to 1. @param {number} seed */
function chance(seed) {
  let state = seed;
  return () => {
    state = (state * 48_271) % MODULUS;
    return state / MODULUS;
  };
}

/** @param {number} count @returns {Generator<{ lane: number, ts: number, dur: number, name: string }>} */
export function* events(count) {
  const next = chance(20_170_626);
  const at = new Array(LANES).fill(0);
  for (let i = 0; i < count; i += 1) {
    const lane = i % LANES;
    const gap = 1 - 12 * Math.log(1 - next()) * (next() < 0.02 ? 40 : 1);
    const ts = at[lane] + Math.ceil(gap);
    const dur = i % 5 === 4 ? 0 : Math.ceil(1 - 20 * Math.log(1 - next()));
    at[lane] = ts + Math.max(1, dur);
    yield { lane, ts, dur, name: NAMES[Math.floor(next() * NAMES.length)] ?? 'flush' };
  }
}

/** As Chrome trace-event JSON. @param {string} file @param {number} count */
export function writeChromeTrace(file, count) {
  const out = openSync(file, 'w');
  let text = '{"traceEvents":[\n{"name":"process_name","ph":"M","pid":1,"tid":1,"args":{"name":"migration"}}';
  let number = 0;
  for (const { lane, ts, dur, name } of events(count)) {
    const rest = `"ts":${ts},"pid":1,"tid":${lane + 1},"args":{"k":${number}}}`;
    text +=
      dur > 0
        ? `,\n{"name":"${name}","cat":"mig","ph":"X","dur":${dur},${rest}`
        : `,\n{"name":"${name}","cat":"mig","ph":"i","s":"t",${rest}`;
    number += 1;
    if (text.length < 1 << 20) continue;
    writeSync(out, text);
    text = '';
  }
  writeSync(out, `${text}\n]}\n`);
  closeSync(out);
}
