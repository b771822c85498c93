/**
 * What searchers of one scenario tell each other: states that they have solved, so that each is walked by one of them.
 * A batch speaks in the sender's own numbers, and says what those mean as far as it has not said so before.
 *
 * The first searcher gives the answer, and needs the edges of all states; the others need to know only which are solved.
 */
import type { Fact } from '../emulator/state.ts';
import { type Edge, edgeTo, NO_NAME, NONE_FREED, type Node } from './graph.ts';
import type { Names } from './own-numbers.ts';
import type { StateKeys } from './state-key.ts';
import type { Verdicts, World } from './verdicts.ts';

/** Solved states of one searcher, in the order in which they were solved: what an edge leads to comes before it. */
export interface Batch {
  readonly from: number;
  readonly names: Names;
  /** Sets of facts and worlds that were not named before, in the order of their numbers. */
  readonly facts: readonly (readonly Fact[])[];
  readonly worlds: readonly World[];
  /**
   * Each state: the length of its key, the key, its list, how many words its edges take (0: they are not told), and the edges:
   * step, how many are freed, those, of which list, downtime and bytes in two words each, facts, and where it leads to: the
   * name of a state, or `~world` for an ending.
   */
  readonly nodes: Int32Array;
}

/** Nanoseconds and bytes outgrow 32 bits. */
const HALF = 0x40000000;

class Packer {
  #words = new Int32Array(1 << 14);
  #length = 0;

  add(key: Int32Array, node: Node, edges: boolean, nameOf: (node: Node) => number): void {
    this.#room(key.length + 3);
    this.#put(key.length);
    this.#words.set(key, this.#length);
    this.#length += key.length;
    this.#put(node.list);
    const counted = this.#length++;
    if (edges) for (let i = 0; i < node.edges.length; i += 1) this.#edge(node.edges[i] as Edge, nameOf);
    this.#words[counted] = this.#length - counted - 1;
  }

  finish(): Int32Array {
    return this.#words.slice(0, this.#length);
  }

  #edge({ step, freed, freedOf, downtimeNanos, bytes, facts, to }: Edge, nameOf: (node: Node) => number): void {
    this.#room(freed.length + 9);
    this.#put(step);
    this.#put(freed.length);
    for (let i = 0; i < freed.length; i += 1) this.#put(freed[i] as number);
    this.#put(freedOf);
    this.#put(downtimeNanos % HALF);
    this.#put(Math.floor(downtimeNanos / HALF));
    this.#put(bytes % HALF);
    this.#put(Math.floor(bytes / HALF));
    this.#put(facts);
    this.#put(nameOf(to));
  }

  #room(more: number): void {
    if (this.#length + more <= this.#words.length) return;
    const wider = new Int32Array(Math.max(this.#words.length * 2, this.#length + more));
    wider.set(this.#words.subarray(0, this.#length));
    this.#words = wider;
  }

  #put(word: number): void {
    this.#words[this.#length++] = word;
  }
}

/** More than a search can hold. */
const PER_SEARCHER = 1 << 24;

/** What another searcher's numbers mean here, and its states. */
interface Heard {
  readonly texts: number[];
  readonly lines: number[];
  readonly facts: number[];
  readonly endings: Node[];
}

/** What a searcher does with what it hears. */
export interface Listener {
  /** The one leaf of an ending. */
  ending(world: World): Node;
  /** Takes over a state by its number; the node that it is here. `edges` is asked at once or never: they are empty where they were not told. */
  adopt(state: number, list: number, edges: () => Edge[]): Node;
}

/** One searcher's side of the talk. */
export class Exchange {
  readonly #from: number;
  readonly #keys: StateKeys;
  readonly #verdicts: Verdicts;
  /** How many states were told, and how many texts, lines, sets of facts and worlds. */
  #states = 0;
  #told = { texts: 0, lines: 0, facts: 0, worlds: 0 };
  readonly #heard: Heard[] = [];
  /** States by name: by whom and the how manieth. */
  readonly #named: Node[][] = [];

  constructor(from: number, keys: StateKeys, verdicts: Verdicts) {
    this.#from = from;
    this.#keys = keys;
    this.#verdicts = verdicts;
  }

  /** States by number as they were solved, and their nodes. */
  tell(states: readonly number[], nodeOf: (state: number) => Node): Batch {
    const { facts, worlds } = this.#verdicts;
    const packer = new Packer();
    const edges = this.#from > 0;
    for (const state of states) {
      const node = nodeOf(state);
      this.#name(this.#from, this.#states++, node);
      packer.add(this.#keys.table.words(state), node, edges, nameOf);
    }
    const told = this.#told;
    this.#told = { ...this.#keys.names, facts: facts.size, worlds: worlds.length };
    return {
      from: this.#from,
      names: this.#keys.namesFrom(told.texts, told.lines),
      facts: facts.from(told.facts),
      worlds: worlds.slice(told.worlds),
      nodes: packer.finish(),
    };
  }

  hear(batch: Batch, listener: Listener): void {
    const { from, nodes } = batch;
    const heard = this.#heard[from] ?? { texts: [], lines: [], facts: [], endings: [] };
    this.#heard[from] = heard;
    const names = this.#keys.learn(batch.names);
    heard.texts.push(...names.texts);
    heard.lines.push(...names.lines);
    for (const facts of batch.facts) heard.facts.push(this.#verdicts.facts.of(facts));
    for (const world of batch.worlds) heard.endings.push(listener.ending(world));
    let at = 0;
    let end = 0;
    const edges = () => this.#edges(nodes, at, end, heard);
    let next = this.#named[from]?.length ?? 0;
    while (end < nodes.length) {
      const length = nodes[end] as number;
      const key = nodes.subarray(end + 1, end + 1 + length);
      const list = nodes[end + 1 + length] as number;
      at = end + 3 + length;
      end = at + (nodes[at - 1] as number);
      this.#name(from, next++, listener.adopt(this.#keys.translated(key, heard.texts, heard.lines), list, edges));
    }
  }

  #edges(nodes: Int32Array, from: number, end: number, heard: Heard): Edge[] {
    const edges: Edge[] = [];
    for (let at = from; at < end; ) {
      const freed = nodes[at + 1] as number;
      const after = at + 2 + freed;
      const to = nodes[after + 6] as number;
      const way = {
        step: nodes[at] as number,
        freed: freed === 0 ? NONE_FREED : Array.from(nodes.subarray(at + 2, after)),
        freedOf: nodes[after] as number,
        downtimeNanos: (nodes[after + 1] as number) + (nodes[after + 2] as number) * HALF,
        bytes: (nodes[after + 3] as number) + (nodes[after + 4] as number) * HALF,
        facts: heard.facts[nodes[after + 5] as number] as number,
      };
      edges.push(edgeTo(to < 0 ? (heard.endings[~to] as Node) : this.#node(to), way));
      at = after + 7;
    }
    return edges;
  }

  #node(name: number): Node {
    const node = this.#named[Math.floor(name / PER_SEARCHER)]?.[name % PER_SEARCHER];
    if (node === undefined) throw new Error('an edge leads to a state that was not told');
    return node;
  }

  #name(from: number, number: number, node: Node): void {
    const theirs = this.#named[from] ?? [];
    this.#named[from] = theirs;
    theirs[number] = node;
    if (node.name === NO_NAME) node.name = from * PER_SEARCHER + number;
  }
}

function nameOf(node: Node): number {
  const name = node.world === undefined ? node.name : ~node.world.number;
  if (name === NO_NAME && node.world === undefined) throw new Error('a state was told before what its edges lead to');
  return name;
}
