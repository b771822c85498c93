/** What a call answers. */

/** `errno` is '0' where the call succeeded. */
export interface Answer {
  readonly ret: number;
  readonly errno: string;
  readonly note: string;
}

export function ok(ret = 0, note = ''): Answer {
  return { ret, errno: '0', note };
}

export function fail(errno: string, note = ''): Answer {
  return { ret: -1, errno, note };
}
