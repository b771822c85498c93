/**
 * What searchers of one scenario tell each other: states that they have solved, so that each is walked by one of them.
 * A batch speaks in the sender's own numbers, and says what those mean as far as it has not said so before.
 */
import type { Fact } from '../emulator/state.ts';
import type { Edge, Node } from './graph.ts';
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
  /** Each as `Packer` writes it. */
  readonly nodes: Int32Array;
}

/** A state as it is told: its key, its node, and what the edges lead to by name. */
interface Told {
  readonly key: Int32Array;
  readonly list: number;
  readonly open: readonly number[];
  readonly edges: readonly ToldEdge[];
}

/** `to`: the name of a state, or `~world` for an ending. */
type ToldEdge = Omit<Edge, 'to'> & { readonly to: number };

/** Nanoseconds and bytes outgrow 32 bits. */
const HALF = 0x40000000;

class Packer {
  #words = new Int32Array(1 << 14);
  #length = 0;

  add(told: Told): void {
    this.#all(told.key);
    this.#put(told.list);
    this.#all(told.open);
    this.#put(told.edges.length);
    for (const edge of told.edges) {
      this.#put(edge.step);
      this.#all(edge.freed);
      this.#put(edge.freedOf);
      for (const sum of [edge.downtimeNanos, edge.bytes]) {
        this.#put(sum % HALF);
        this.#put(Math.floor(sum / HALF));
      }
      this.#put(edge.facts);
      this.#put(edge.to);
    }
  }

  finish(): Int32Array {
    return this.#words.slice(0, this.#length);
  }

  #put(word: number): void {
    if (this.#length === this.#words.length) {
      const wider = new Int32Array(this.#length * 2);
      wider.set(this.#words);
      this.#words = wider;
    }
    this.#words[this.#length++] = word;
  }

  #all(words: ArrayLike<number>): void {
    this.#put(words.length);
    for (let i = 0; i < words.length; i += 1) this.#put(words[i] as number);
  }
}

function* unpack(nodes: Int32Array): Generator<Told> {
  let at = 0;
  const take = () => nodes[at++] as number;
  const all = () => {
    const length = take();
    at += length;
    return nodes.subarray(at - length, at);
  };
  const sum = () => take() + take() * HALF;
  while (at < nodes.length) {
    const [key, list, open] = [all(), take(), Array.from(all())];
    const edges = Array.from({ length: take() }, (): ToldEdge => {
      const [step, freed, freedOf] = [take(), Array.from(all()), take()];
      return { step, freed, freedOf, downtimeNanos: sum(), bytes: sum(), facts: take(), to: take() };
    });
    yield { key, list, open, edges };
  }
}

/** Names of solved states: by whom and the how manieth. */
class NodeNames {
  readonly #from: number;
  #told = 0;
  readonly #names = new Map<Node, number>();
  readonly #nodes: (Node | undefined)[][] = [];

  constructor(from: number) {
    this.#from = from;
  }

  /** Gives the next name of this searcher. */
  tell(node: Node): void {
    this.#names.set(node, this.#from * PER_SEARCHER + this.#told);
    this.hear(this.#from, node);
    this.#told += 1;
  }

  /** The next name of another. */
  hear(from: number, node: Node): void {
    const theirs = this.#nodes[from] ?? [];
    this.#nodes[from] = theirs;
    if (!this.#names.has(node)) this.#names.set(node, from * PER_SEARCHER + theirs.length);
    theirs.push(node);
  }

  of(node: Node): number {
    const name = node.world === undefined ? this.#names.get(node) : ~node.world.number;
    if (name === undefined) throw new Error('a state was told before what its edges lead to');
    return name;
  }

  /** The state of a name that was heard. */
  node(name: number): Node {
    const node = this.#nodes[Math.floor(name / PER_SEARCHER)]?.[name % PER_SEARCHER];
    if (node === undefined) throw new Error('an edge leads to a state that was not told');
    return node;
  }
}

/** More than a search can hold. */
const PER_SEARCHER = 1 << 24;

/** A state that another has solved, in this searcher's numbers. */
export interface Solved {
  readonly state: number;
  readonly list: number;
  readonly open: readonly number[];
  /** Made when asked for: most states are known here. */
  edges(): readonly Edge[];
  /** Says which node it is here, so that later edges find it. */
  named(node: Node): void;
}

/** This searcher's numbers by another's. */
interface Heard {
  readonly texts: number[];
  readonly lines: number[];
  readonly facts: number[];
  readonly endings: Node[];
}

/** One searcher's side of the talk. */
export class Exchange {
  readonly #from: number;
  readonly #keys: StateKeys;
  readonly #verdicts: Verdicts;
  readonly #names: NodeNames;
  /** How many texts, lines, sets of facts and worlds were told. */
  #told = { texts: 0, lines: 0, facts: 0, worlds: 0 };
  readonly #heard: Heard[] = [];

  constructor(from: number, keys: StateKeys, verdicts: Verdicts) {
    this.#from = from;
    this.#keys = keys;
    this.#verdicts = verdicts;
    this.#names = new NodeNames(from);
  }

  /** States by number, with their nodes, as they were solved. */
  tell(solved: readonly (readonly [state: number, node: Node])[]): Batch {
    const { facts, worlds } = this.#verdicts;
    const packer = new Packer();
    for (const [state, node] of solved) {
      this.#names.tell(node);
      const edges = node.edges.map((edge) => ({ ...edge, to: this.#names.of(edge.to) }));
      packer.add({ key: this.#keys.table.words(state), list: node.list, open: node.open, edges });
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

  /** States as they were told; each is to be `named` before the next is asked for. */
  *hear(batch: Batch, endingOf: (world: World) => Node): Generator<Solved> {
    const { from } = batch;
    const heard = this.#heard[from] ?? { texts: [], lines: [], facts: [], endings: [] };
    this.#heard[from] = heard;
    const names = this.#keys.learn(batch.names);
    heard.texts.push(...names.texts);
    heard.lines.push(...names.lines);
    for (const facts of batch.facts) heard.facts.push(this.#verdicts.facts.of(facts));
    for (const world of batch.worlds) heard.endings.push(endingOf(world));
    for (const { key, list, open, edges } of unpack(batch.nodes)) {
      yield {
        state: this.#keys.translated(key, heard.texts, heard.lines),
        list,
        open,
        edges: () =>
          edges.map((edge) => ({
            ...edge,
            facts: heard.facts[edge.facts] as number,
            to: edge.to < 0 ? (heard.endings[~edge.to] as Node) : this.#names.node(edge.to),
          })),
        named: (node) => this.#names.hear(from, node),
      };
    }
  }
}
