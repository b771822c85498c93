/**
 * Lines inside other lines: journald, syslog, ts, containers, grep -n and terminals put something of their own around each line of a log.
 * What that is shows in the file's beginning; it is taken away before the lines are read, so that one line stays one line.
 *
 *     Nov 25 15:00:00 web01 qemu[4711]: 13903@1795458281.375254:runstate_set …     a head of its own
 *     {"log":"13903@1795458281.375254:runstate_set …\n","stream":"stderr"}          a field of an object
 *     ␛[32m13903@1795458281.375254:runstate_set …␛[0m                               colours
 */
import { HEAD_BYTES } from './content.ts';
import { timeOf } from './timed-text.ts';

const LINE_FEED = 10;
const RETURN = 13;
const ESCAPE = 27;
const OPEN = 123;

/** A line with QEMU's stamp, behind something. */
const STAMPED = /(?<![\w@.])\d{1,10}@\d{1,12}\.\d{6}:[A-Za-z_]\w*(?: |$)/;
/** Lines without a stamp that are in the trace of nearly every migration. */
const BARE =
  /(?<![\w.])(?:runstate_set current_run_state |vm_state_notify running |migrate_set_state new state |savevm_section_(?:start|end) \S|qemu_loadvm_state_section|migration_bitmap_sync_|migration_thread_|savevm_state_)/;
/** A head is no longer than this. */
const MOST_HEAD = 400;
/** Microseconds by which lines of one tick may get ahead of it. */
const MOST_SPREAD = 1_000_000;
/** Control sequences of terminals (ECMA-48, 5.4). */
const COLOURS = new RegExp(`${String.fromCharCode(ESCAPE)}\\[[0-?]*[ -/]*[@-~]`, 'g');
/** Where loggers that write objects put the line. */
const FIELDS = ['log', 'MESSAGE', 'message', 'msg', 'line'] as const;

/** What stands around the lines of a file; undefined: nothing. */
interface Wrapping {
  /** What is said of it. */
  readonly remark: string;
  /** What was inside. */
  readonly inside: (line: string) => string;
}

/** Bytes in, bytes of the lines inside out. Of a file of plain lines each piece goes through as it is. */
export class Unwrapping {
  remark: string | undefined;
  #inside: ((line: string) => string) | undefined;
  #decided = false;
  /** Bytes of a head, or of a line, that are not whole yet. */
  #rest: Uint8Array = new Uint8Array();
  #old = false;
  readonly #decoder = new TextDecoder();
  readonly #encoder = new TextEncoder();

  push(piece: Uint8Array): Uint8Array {
    if (this.#decided && this.#inside === undefined) return this.#old ? feeds(piece) : piece;
    this.#rest = joined(this.#rest, piece);
    if (!this.#decided) {
      if (this.#rest.length < HEAD_BYTES) return new Uint8Array();
      return this.#decide();
    }
    return this.#lines(this.#rest.lastIndexOf(LINE_FEED) + 1);
  }

  /** What is left. */
  finish(): Uint8Array {
    if (!this.#decided) return joined(this.#decide(), this.finish());
    return this.#inside === undefined ? new Uint8Array() : this.#lines(this.#rest.length);
  }

  #decide(): Uint8Array {
    this.#decided = true;
    if (this.#rest[0] === 0xef && this.#rest[1] === 0xbb && this.#rest[2] === 0xbf) this.#rest = this.#rest.subarray(3);
    const head = this.#rest.subarray(0, HEAD_BYTES);
    this.#old = head.includes(RETURN) && !head.includes(LINE_FEED);
    const wrapping = wrappingOf(this.#decoder.decode(head));
    if (wrapping === undefined) {
      const all = this.#old ? feeds(this.#rest) : this.#rest;
      this.#rest = new Uint8Array();
      return all;
    }
    this.remark = wrapping.remark;
    this.#inside = wrapping.inside;
    return this.#lines(this.#rest.lastIndexOf(LINE_FEED) + 1);
  }

  #lines(to: number): Uint8Array {
    const inside = this.#inside as (line: string) => string;
    const text = this.#decoder.decode(this.#rest.subarray(0, to));
    this.#rest = this.#rest.slice(to);
    return this.#encoder.encode(text.replaceAll(/[^\r\n]+/g, inside));
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b.slice();
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** Carriage returns alone end the lines: line feeds in their place. */
function feeds(piece: Uint8Array): Uint8Array {
  return piece.map((byte) => (byte === RETURN ? LINE_FEED : byte));
}

function wrappingOf(head: string): Wrapping | undefined {
  const coloured = head.includes(String.fromCharCode(ESCAPE));
  const plain = (line: string) => (coloured ? line.replaceAll(COLOURS, '') : line);
  // The last line of a long head may not be whole.
  const lines = head.split(/[\r\n]+/).filter((line) => line !== '');
  const whole = (lines.length > 1 && head.length > HEAD_BYTES / 2 ? lines.slice(0, -1) : lines).map(plain);
  const field = fieldOf(whole);
  const uncovered = field === undefined ? whole : whole.map((line) => insideObject(line, field) ?? line);
  const before = headOf(uncovered);
  if (!coloured && field === undefined && before === undefined) return undefined;
  const remarks = [
    ...(coloured ? ['The lines are coloured for a terminal: the colours were taken away.'] : []),
    ...(field === undefined ? [] : [`Each line is an object: its field “${field}” was read.`]),
    ...(before === undefined ? [] : [before.remark]),
  ];
  return {
    remark: remarks.join(' '),
    inside: (line) => {
      const shown = plain(line);
      const own = field === undefined ? shown : (insideObject(shown, field) ?? shown);
      return before === undefined ? own : before.inside(own);
    },
  };
}

/** The field that holds the line, in a file of objects one a line. */
function fieldOf(lines: readonly string[]): string | undefined {
  const objects = lines.slice(0, 20).filter((line) => line.charCodeAt(0) === OPEN);
  if (objects.length === 0 || objects.length * 2 < Math.min(20, lines.length)) return undefined;
  return FIELDS.find((field) => objects.every((line) => insideObject(line, field) !== undefined));
}

function insideObject(line: string, field: string): string | undefined {
  let value: unknown;
  try {
    value = (JSON.parse(line) as { readonly [name: string]: unknown } | null)?.[field];
  } catch {
    return undefined;
  }
  // journald prints what is no UTF-8 as a list of bytes.
  const text = Array.isArray(value) ? new TextDecoder().decode(Uint8Array.from(value.map(Number))) : value;
  return typeof text === 'string' ? text.replaceAll(/[\r\n]+$/g, '').replaceAll(/[\r\n]+/g, ' ') : undefined;
}

/** What stands before most lines of the trace: the same words, with other numbers. */
function headOf(lines: readonly string[]): Wrapping | undefined {
  const stamped = lines.some((line) => STAMPED.test(line));
  const trace = stamped ? STAMPED : BARE;
  const starts = lines.map((line) => trace.exec(line.slice(0, MOST_HEAD))?.index ?? -1);
  const behind = starts.filter((at) => at > 0).length;
  if (behind === 0 || behind <= starts.filter((at) => at === 0).length) return undefined;
  const first = starts.findIndex((at) => at > 0);
  const sample = (lines[first] as string).slice(0, starts[first]);
  const shape = shapeOf(sample);
  const timed = !stamped && timeOf(sample) !== undefined;
  const remark = `Before each line of the trace stands what another program added (“${sample.trim()}”): it was taken away${timed ? ', and the lines have its times; those of one tick follow each other by a microsecond' : ''}.`;
  let last = 0;
  const inside = (line: string) => {
    if (stamped) {
      const at = STAMPED.exec(line.slice(0, MOST_HEAD))?.index;
      if (at !== undefined) return line.slice(at);
    }
    const before = shape.exec(line)?.[0];
    if (before === undefined) return line;
    const own = line.slice(before.length);
    const micros = timed ? timeOf(before) : undefined;
    if (micros === undefined || !/^[a-z][a-z0-9]*_\w+(?: |$)/.test(own)) return own;
    // Many of these clocks tick once a second: lines of one tick keep their order.
    last = micros > last - MOST_SPREAD ? Math.max(micros, last + 1) : micros;
    return `${stampOf(before, last)}${own}`;
  };
  return { remark, inside };
}

/** Words as they are, numbers as any number. */
function shapeOf(sample: string): RegExp {
  const parts = sample.split(/(\d+|\s+|[A-Za-z]+)/).map((part) => {
    if (/^\d+$/.test(part)) return '\\d+';
    if (/^\s+$/.test(part)) return '\\s+';
    return /^(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec|Mon|Tue|Wed|Thu|Fri|Sat|Sun)$/.test(part)
      ? '[A-Z][a-z]{2}'
      : part.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}`);
}

/** QEMU's stamp, made of what another program knew of the line: its time, and the process in brackets. */
function stampOf(before: string, micros: number): string {
  const pid = /\[(\d{1,10})\]/.exec(before)?.[1] ?? '1';
  return `${pid}@${Math.floor(micros / 1e6)}.${String(micros % 1e6).padStart(6, '0')}:`;
}
