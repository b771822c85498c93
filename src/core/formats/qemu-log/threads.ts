/**
 * A log that QEMU wrote as one file a thread (`-d tid`, `-D name.%d`): every line of a file is of one thread, and its name has
 * that thread's number in it. Such files are one process, their lines in the order of time.
 */
import { parseStamped } from './line.ts';

/** A file by its name and its first lines. */
export interface Head {
  readonly name: string;
  readonly text: string;
}

/** The thread whose file it is, and the name without its number; undefined for any other file. */
function threadFile({ name, text }: Head): { readonly base: string } | undefined {
  const tids = new Set<number>();
  for (const line of text.split('\n')) {
    const event = parseStamped(line.trimEnd());
    if (event !== undefined) tids.add(event.tid);
  }
  const [tid, ...others] = tids;
  if (tid === undefined || others.length > 0) return undefined;
  const at = name.lastIndexOf(String(tid));
  return at < 0 ? undefined : { base: `${name.slice(0, at)}*${name.slice(at + String(tid).length)}` };
}

/** Files by process: indices that belong together, in the order given. */
export function groupThreads(heads: readonly Head[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  const byBase = new Map<string, number[]>();
  heads.forEach((head, i) => {
    const base = threadFile(head)?.base;
    const known = base === undefined ? undefined : byBase.get(base);
    if (known !== undefined) {
      known.push(i);
      return;
    }
    const group = [i];
    groups.push(group);
    if (base !== undefined) byBase.set(base, group);
  });
  return groups;
}

/** The lines of several threads as one text: by time, those of one time in the order of the files; others stay behind their line. */
export function mergeThreads(texts: readonly string[]): string {
  const lines = texts.flatMap((text, file) => {
    let micros = 0;
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line, at) => {
        micros = parseStamped(line.trimEnd())?.micros ?? micros;
        return { micros, file, at, line };
      });
  });
  lines.sort((a, b) => a.micros - b.micros || a.file - b.file || a.at - b.at);
  return `${lines.map((one) => one.line).join('\n')}\n`;
}
