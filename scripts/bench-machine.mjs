/** What the machine itself says while a benchmark runs: processor time and memory of a browser's processes, and how contended it is. */
import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';

/** Clock ticks to a second of /proc/PID/stat: 100 on every Linux that runs a browser. */
const TICK_MS = 10;

/** @param {number} pid @returns {{ parent: number, cpuMs: number } | undefined} */
function stat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), cpuMs: (Number(fields[11]) + Number(fields[12])) * TICK_MS };
  } catch {
    return undefined;
  }
}

/** A process and all below it; empty where there is no /proc. @param {number} root @returns {number[]} */
export function treeOf(root) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  try {
    for (const name of readdirSync('/proc')) {
      const pid = Number(name);
      const found = Number.isInteger(pid) ? stat(pid) : undefined;
      if (found !== undefined) children.set(found.parent, [...(children.get(found.parent) ?? []), pid]);
    }
  } catch {
    return [];
  }
  const tree = [root];
  for (let i = 0; i < tree.length; i += 1) tree.push(...(children.get(tree[i] ?? 0) ?? []));
  return tree;
}

/** Processor time of some processes so far. @param {number[]} pids */
export function cpuMsOf(pids) {
  return pids.reduce((sum, pid) => sum + (stat(pid)?.cpuMs ?? 0), 0);
}

/** Memory of its own (RssAnon) of the largest renderer among some processes, in MiB. @param {number[]} pids */
export function rendererMib(pids) {
  let most = 0;
  for (const pid of pids) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue;
      const own = /RssAnon:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
      most = Math.max(most, Number(own?.[1] ?? 0) / 1024);
    } catch {
      // It has ended.
    }
  }
  return most;
}

/** Wall time over processor time of a fixed loop: 1 on a quiet machine. */
export function contention() {
  const wall = performance.now();
  const cpu = process.cpuUsage();
  let sum = 0;
  for (let i = 0; i < 60_000_000; i += 1) sum = (sum + i * 31) | 0;
  const { user, system } = process.cpuUsage(cpu);
  return { factor: (performance.now() - wall + (sum === 1 ? 1 : 0)) / ((user + system) / 1_000), load: loadavg()[0] ?? 0 };
}
