/** Bytes that give JSON its shape. */
export const QUOTE = 34;
export const BACKSLASH = 92;
export const OPEN = 123;
export const CLOSE = 125;
export const OPEN_LIST = 91;
export const CLOSE_LIST = 93;

/** Bytes that one element of a streamed list may have: more is no event, and would be held whole. */
export const MOST_EVENT_BYTES = 16 * 1024 * 1024;
