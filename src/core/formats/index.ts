/** The writers, in the order of the export menu. */
import { chromeTrace } from './chrome/write.ts';
import { csv } from './csv.ts';
import type { Writer } from './format.ts';

export { RefusedRun } from './format.ts';

import type { DeviceModelSpec } from '../scenario/scenario.ts';
import { mermaid } from './mermaid.ts';
import { qemuTrace } from './qemu-trace.ts';
import { qemuFileWriters } from './qemufile/write.ts';
import { printRecording, toRecording } from './recording/write.ts';
import { svg } from './svg.ts';
import { text } from './text.ts';

const recording: Writer = {
  id: 'recording',
  title: 'JSON',
  extension: 'json',
  mediaType: 'application/json',
  write: (run) => printRecording(toRecording(run)),
};

export function writersWith(models: readonly DeviceModelSpec[]): readonly Writer[] {
  return [recording, chromeTrace, mermaid, text, csv, svg, qemuTrace, ...qemuFileWriters(models)];
}
