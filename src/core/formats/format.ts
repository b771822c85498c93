/** What a writer of a foreign format is: a name, what it is for, and a function from a recorded run to text. */
import type { Recorded } from './recording/write.ts';

export interface Writer {
  /** The word after `convert --to`. */
  readonly id: string;
  readonly title: string;
  readonly extension: string;
  readonly mediaType: string;
  write(run: Recorded): string;
}
