/** What happens on both sides of a migration, one after the other: it bounds the difference of their clocks (`clock.ts`). */

/** Names are made of the kind and a number, so that those of two logs meet. */
export interface Meeting {
  readonly what: string;
  readonly micros: number;
}

const WITH_NUMBER: ReadonlyMap<string, string> = new Map([
  ['savevm_send_ping', 'ping sent'],
  ['loadvm_process_command_ping', 'ping loaded'],
  ['source_return_path_thread_pong', 'pong'],
]);

export const MEETING_EVENTS: ReadonlySet<string> = new Set([
  ...WITH_NUMBER.keys(),
  'migrate_send_rp_message',
  'source_return_path_thread_shut',
  'vmstate_save',
]);

/** What a line marks; undefined for a line that marks nothing. */
export function meetingOf(event: string, args: string): string | undefined {
  const word = WITH_NUMBER.get(event);
  if (word !== undefined) return `${word} ${args.trim()}`;
  if (event === 'source_return_path_thread_shut') return 'shut seen';
  return event === 'migrate_send_rp_message' && args.startsWith('1:') ? 'shut sent' : undefined;
}
