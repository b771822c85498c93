/** A further searcher of `explore`, in a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { prepare } from '../core/emulator/run.ts';
import type { Batch } from '../core/explore/exchange.ts';
import { Searcher } from '../core/explore/explore.ts';
import { serve } from '../core/explore/pool.ts';
import type { Scenario } from '../core/scenario/scenario.ts';

export interface SearchData {
  readonly scenario: Scenario;
  readonly searcher: number;
}

const { scenario, searcher: place } = workerData as SearchData;
const searcher = new Searcher(prepare(scenario), { searcher: place });
parentPort?.on('message', (batch: Batch) => searcher.hear(batch));
while (serve(searcher, (batch) => parentPort?.postMessage(batch))) await new Promise((done) => setImmediate(done));
