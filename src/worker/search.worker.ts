/// <reference lib="webworker" />
/** A further searcher of a search that the emulator's worker leads. */
import { prepare } from '../core/emulator/run.ts';
import type { Batch } from '../core/explore/exchange.ts';
import { Searcher } from '../core/explore/explore.ts';
import { serve } from '../core/explore/pool.ts';
import type { Scenario } from '../core/scenario/scenario.ts';
import { breathe } from './breathe.ts';

declare const self: DedicatedWorkerGlobalScope;

export type ToSearcher =
  | { readonly type: 'begin'; readonly scenario: Scenario; readonly searcher: number }
  | { readonly type: 'batch'; readonly batch: Batch };

let searcher: Searcher | undefined;

self.onmessage = async ({ data }: MessageEvent<ToSearcher>) => {
  if (data.type === 'batch') {
    searcher?.hear(data.batch);
    return;
  }
  searcher = new Searcher(prepare(data.scenario), { searcher: data.searcher });
  const tell = (batch: Batch) => self.postMessage(batch, [batch.nodes.buffer, batch.names.lines.buffer]);
  while (serve(searcher, tell)) await breathe();
};
