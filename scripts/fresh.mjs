/** Whether a build is still that of the present sources: a stamp of names, sizes and times of all files it is made of. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './setup.mjs';

/**
 * @param {readonly string[]} places files and folders below the root
 * @returns {string}
 */
export function stampOf(places) {
  const hash = createHash('sha256');
  /** @param {string} path */
  const visit = (path) => {
    const full = join(ROOT, path);
    if (!existsSync(full)) return;
    const about = statSync(full);
    if (about.isDirectory()) for (const name of readdirSync(full).sort()) visit(join(path, name));
    else hash.update(`${path} ${about.size} ${Math.round(about.mtimeMs)}\n`);
  };
  for (const place of places) visit(place);
  return hash.digest('hex');
}

/** @param {string} file @param {string} stamp */
export function isFresh(file, stamp) {
  return existsSync(join(ROOT, file)) && readFileSync(join(ROOT, file), 'utf8') === stamp;
}

/** @param {string} file @param {string} stamp */
export function keep(file, stamp) {
  writeFileSync(join(ROOT, file), stamp);
}
