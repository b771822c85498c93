/**
 * A log that QEMU wrote as one file a thread (`-d tid`, `-D name.%d`): every line of a file is of one thread, and its name has
 * that thread's number in it. Such files are one process, their lines in the order of time.
 */
import { RawText } from '../raw-text.ts';
import { LineHead } from './line.ts';
import { LogReader } from './reader.ts';

/** A file by its name and its first bytes. */
export interface FileHead {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** The name without its thread's number; undefined for any file that is not one thread's. */
function threadFile({ name, bytes }: FileHead): string | undefined {
  const tids = new Set<number>();
  const head = new LineHead();
  const text = new RawText(name, bytes.length);
  // The last line may be cut off: a number that is cut is another one.
  text.push(bytes, (from, to) => {
    if (head.readStamped(text.bytes, from, to)) tids.add(head.tid);
  });
  const [tid, ...others] = tids;
  if (tid === undefined || others.length > 0) return undefined;
  const at = name.lastIndexOf(String(tid));
  return at < 0 ? undefined : `${name.slice(0, at)}*${name.slice(at + String(tid).length)}`;
}

/** Files by process: indices that belong together, in the order given. */
export function groupThreads(heads: readonly FileHead[]): readonly (readonly number[])[] {
  const groups: number[][] = [];
  const byBase = new Map<string, number[]>();
  heads.forEach((head, i) => {
    const base = threadFile(head);
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

/** Lines of one thread's file, with the time of each: a line without one has that of the line before. */
class ThreadLines {
  readonly from: number[] = [];
  readonly to: number[] = [];
  readonly micros: number[] = [];
  next = 0;

  constructor(text: RawText, bytes: Uint8Array) {
    const head = new LineHead();
    let micros = 0;
    const each = (from: number, to: number) => {
      if (head.readStamped(text.bytes, from, to)) micros = head.micros;
      this.from.push(from);
      this.to.push(to);
      this.micros.push(micros);
    };
    text.push(bytes, each);
    text.finish(each);
  }
}

/** The files of one process's threads as one log: by time, lines of one time in the order of the files. */
export function readThreads(files: readonly FileHead[]): LogReader {
  const texts = files.map(({ name, bytes }) => new RawText(name, bytes.length));
  const threads = files.map(({ bytes }, i) => new ThreadLines(texts[i] as RawText, bytes));
  const name = files[0] === undefined ? '' : (threadFile(files[0]) ?? files[0].name);
  const reader = new LogReader(name, 0, texts);
  for (;;) {
    let first = -1;
    let least = Number.POSITIVE_INFINITY;
    threads.forEach((thread, i) => {
      const micros = thread.micros[thread.next];
      if (micros === undefined || micros >= least) return;
      least = micros;
      first = i;
    });
    const thread = threads[first];
    if (thread === undefined) break;
    const at = thread.next++;
    reader.read(first, at + 1, thread.from[at] as number, thread.to[at] as number);
  }
  reader.close();
  return reader;
}
