/** Chance, from named and seeded streams: the same seed and name give the same numbers on every engine. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

export interface RandomStream {
  /** A whole number from 0 to bound - 1. */
  below(bound: number): number;
  /** A stream that goes on from here on its own. */
  clone(): RandomStream;
}

type Generator = ReturnType<typeof xoroshiro128plus>;

/** The stream of a name under a seed. Streams of different names do not disturb each other. */
export function randomStream(seed: number, name: string): RandomStream {
  return streamOf(xoroshiro128plus(hash(`${seed}/${name}`)));
}

function streamOf(generator: Generator): RandomStream {
  return {
    below: (bound) => Math.floor(((generator.next() >>> 0) / 0x1_0000_0000) * bound),
    clone: () => streamOf(generator.clone()),
  };
}

/** FNV-1a, 32 bits: enough to tell names apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value | 0;
}
