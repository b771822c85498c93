// What the browser, its workers and Node have in common beyond the language: the core may use it, and nothing else of theirs.
// (Only src/core/tsconfig.json reads this file: the page and the workers have it from their own libraries.)

declare class TextEncoder {
  /** The UTF-8 bytes of `text`. */
  encode(text?: string): Uint8Array<ArrayBuffer>;
}

declare class TextDecoder {
  constructor(label?: 'utf-8' | 'latin1' | 'utf-16le' | 'utf-16be', options?: { fatal?: boolean; ignoreBOM?: boolean });
  /** `bytes` as text; `stream` keeps the beginning of a character that goes on in the next piece. */
  decode(bytes?: Uint8Array, options?: { stream?: boolean }): string;
}
