/** What a writer of a foreign format is: a name, what it is for, and a function from a recorded run to text. */
import type { Recorded } from './recording/write.ts';

/** Why a run cannot be written in a form, in a sentence for the user. */
export class RefusedRun extends Error {}

export interface Writer {
  /** The word after `convert --to`. */
  readonly id: string;
  readonly title: string;
  readonly extension: string;
  readonly mediaType: string;
  /** Text, or bytes piece by piece. @throws {RefusedRun} where the run cannot be written in this form */
  write(run: Recorded): string | Iterable<Uint8Array<ArrayBuffer>>;
}
