/**
 * One search by several searchers, each in a thread of its own. They walk the same graph from different ends and tell each
 * other what they have solved, as parallel model checkers do (Laarman et al., "Multi-core nested depth-first search", ATVA
 * 2011, section 3). The first one is here, and gives the answer; how threads are made and spoken to is the caller's.
 */
import type { Program } from '../emulator/program.ts';
import type { Batch } from './exchange.ts';
import { beyond, type Limits, Searcher, type Shard, type Stopped } from './explore.ts';

/** A searcher elsewhere. */
export interface Peer {
  tell(batch: Batch): void;
  /** It is not needed any more. */
  end(): void;
}

/** Begins a searcher elsewhere; `heard` and `lost` are called between two slices, `lost` once if it dies. */
export type StartPeer = (searcher: number, heard: (batch: Batch) => void, lost: (why: string) => void) => Peer;

/** Solved states that are worth a message. */
const BATCH = 256;

/** Work of the first alone before others are called: most searches are over by then. */
const ALONE_MS = 150;

/** More than so many searchers spend their time on each other's batches. */
const MOST_SEARCHERS = 8;

/** Searchers for a machine of so many cores. */
export function jobsFor(cores: number): number {
  return Math.max(1, Math.min(MOST_SEARCHERS, cores));
}

export class Pool {
  readonly searcher: Searcher;
  readonly #jobs: number;
  readonly #start: StartPeer;
  readonly #peers = new Map<number, Peer>();
  #begun = 0;
  /** Those that have told something. */
  readonly #heard = new Set<number>();
  /** Why a peer was lost; the search goes on with the others. */
  lost = '';

  readonly #limits: Limits;

  constructor(program: Program, jobs: number, start: StartPeer, limits: Limits, shard?: Shard) {
    this.searcher = new Searcher(program, { shard });
    this.#jobs = jobs;
    this.#start = start;
    this.#limits = limits;
  }

  /** Bytes that all searchers hold: each of them the keys of all states, or soon. */
  get bytes(): number {
    return this.searcher.bytes + this.#peers.size * this.searcher.keyBytes;
  }

  /** The limit that the search has come to. */
  get stopped(): Stopped | '' {
    return beyond(this.#limits, { states: this.searcher.states, bytes: this.bytes });
  }

  /** How many searchers are at work: this one, and those of the others that have told what they solved. */
  get size(): number {
    return 1 + [...this.#peers.keys()].filter((peer) => this.#heard.has(peer)).length;
  }

  /** Goes on for so many branches; false when all is decided. `sinceMs`: since the search began. */
  advance(branches: number, sinceMs: number): boolean {
    const more = this.searcher.advance(branches);
    if (!more) this.end();
    else if (sinceMs > ALONE_MS) this.call();
    // Where memory runs short the answer needs it more than speed does.
    while (this.#peers.size > 0 && this.bytes > this.#limits.bytes) this.#endLast();
    if (this.#peers.size > 0 && this.searcher.untold >= BATCH) this.#tell(this.searcher.tell());
    return more;
  }

  /** Calls the others, who are called once. */
  call(): void {
    while (this.#begun < this.#jobs - 1) {
      this.#begun += 1;
      this.#call(this.#begun);
    }
  }

  end(): void {
    for (const peer of this.#peers.values()) peer.end();
    this.#peers.clear();
  }

  #endLast(): void {
    const last = Math.max(...this.#peers.keys());
    this.#peers.get(last)?.end();
    this.#peers.delete(last);
  }

  #call(searcher: number): void {
    const lost = (why: string): void => {
      if (this.#peers.delete(searcher)) this.lost = why;
    };
    this.#peers.set(
      searcher,
      this.#start(searcher, (batch) => this.#hear(batch), lost),
    );
  }

  #hear(batch: Batch): void {
    if (!this.#peers.has(batch.from)) return;
    this.#heard.add(batch.from);
    this.searcher.hear(batch);
    this.#tell(batch);
  }

  /** To all but the one it is from. */
  #tell(batch: Batch): void {
    for (const [searcher, peer] of this.#peers) if (searcher !== batch.from) peer.tell(batch);
  }
}

/** Branches of a peer between two looks at its messages. */
const BRANCHES = 100;

/** A slice of what a peer does: goes on, and tells. False when it has come to its end. What is told to it goes to `searcher.hear`. */
export function serve(searcher: Searcher, tell: (batch: Batch) => void): boolean {
  const more = searcher.advance(BRANCHES);
  if (!more || searcher.untold >= BATCH) tell(searcher.tell());
  return more;
}
