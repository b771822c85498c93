/** What happens on both sides of a migration, one after the other: it bounds the difference of their clocks (`clock.ts`). */

import type { IncomingFacts } from './incoming.ts';
import { microsOf } from './mark.ts';
import type { OutgoingFacts } from './outgoing.ts';

/** Names are made of the kind and a number, so that those of two logs meet. */
export interface Meeting {
  readonly what: string;
  readonly micros: number;
  /** Migration of the process, counted by their beginnings. */
  readonly part: number;
}

const WITH_NUMBER: ReadonlyMap<string, string> = new Map([
  ['savevm_send_ping', 'ping sent'],
  ['loadvm_process_command_ping', 'ping loaded'],
  ['source_return_path_thread_pong', 'pong'],
]);

/** The stream goes to a file or a program: what is loaded may have been saved long before. */
const STORED: ReadonlySet<string> = new Set([
  'migration_exec_outgoing',
  'migration_exec_incoming',
  'migration_file_outgoing',
  'migration_file_incoming',
]);

export const MEETING_EVENTS: ReadonlySet<string> = new Set([
  ...WITH_NUMBER.keys(),
  ...STORED,
  'migrate_set_state',
  'migrate_send_rp_message',
  'source_return_path_thread_shut',
  'vmstate_save',
]);

/** The word for a migration whose stream is stored. */
export const THROUGH_FILE = 'through a file';

/** What a line marks; undefined for a line that marks nothing. */
export function meetingOf(event: string, args: string): string | undefined {
  const word = WITH_NUMBER.get(event);
  if (word !== undefined) return `${word} ${args.trim()}`;
  if (STORED.has(event)) return THROUGH_FILE;
  if (event === 'source_return_path_thread_shut') return 'shut seen';
  return event === 'migrate_send_rp_message' && args.startsWith('1:') ? 'shut sent' : undefined;
}

/** What a migration came to, whatever else its log has: it is received after it was begun, and the guest runs there after it stopped here. */
export function meetingsOf(migration: OutgoingFacts | IncomingFacts): readonly Omit<Meeting, 'part'>[] {
  const sends = migration.role === 'outgoing';
  const began = migration.states.find((one) => one.state === (sends ? 'setup' : 'active'));
  const ran = sends ? migration.stop : migration.start;
  const word = sends ? 'sent' : 'loaded';
  return [
    ...(began === undefined || began.t === null ? [] : [{ what: `${word} its beginning`, micros: microsOf(began) }]),
    ...(ran === null || ran.t === null ? [] : [{ what: `${word} the guest`, micros: microsOf(ran) }]),
  ];
}
