/** What a node of the lattice is, in words. */
import { thousands } from '../../../core/base/thousands.ts';
import { ENDS } from '../../../core/explore/decided-graph.ts';
import type { Lattice, LatticeNode } from '../../../core/explore/lattice.ts';
import { HOPE_WORDS } from './lattice-layout.ts';

const END_WORDS: { readonly [end in (typeof ENDS)[number]]: string } = {
  sound: 'safe',
  'fails-cleanly': 'fails cleanly',
  'fails-badly': 'fails badly',
  'silent-corruption': 'silent corruption',
  impossible: 'impossible',
};

const SIGNS: { readonly [end in (typeof ENDS)[number]]: string } = {
  sound: '✓',
  'fails-cleanly': '»',
  'fails-badly': '»»',
  'silent-corruption': '✕',
  impossible: '–',
};

export function percent(share: number): string {
  if (share <= 0) return '0 %';
  if (share < 0.0001) return 'under 0.01 %';
  const value = share * 100;
  return `${value >= 99.95 && share < 1 ? 'over 99.9' : value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toFixed(2)} %`;
}

export function endingWords(ending: string): string {
  const end = ending === 'equivalent' ? 'sound' : (ending as (typeof ENDS)[number]);
  const words = END_WORDS[end];
  return `${SIGNS[end]} ${words.charAt(0).toUpperCase()}${words.slice(1)}`;
}

/** "17 % safe, 83 % fails badly"; the most frequent first. */
export function endsWords(node: LatticeNode): string {
  const ends = ENDS.map((end, i) => ({ end, share: node.ends[i] ?? 0 })).filter(({ share }) => share > 0);
  if (ends.length === 0) return 'not decided';
  if (ends.length === 1) return `all ${END_WORDS[ends[0]?.end ?? 'sound']}`;
  return ends
    .toSorted((a, b) => b.share - a.share)
    .map(({ end, share }) => `${percent(share)} ${END_WORDS[end]}`)
    .join(', ');
}

/** Under a node: how many states, and how many of all orderings come through. */
export function countWords(node: LatticeNode): string {
  const states = node.states >= 10_000 ? `${Math.round(node.states / 1_000)}k` : thousands(node.states);
  return node.ending === undefined ? `${states} · ${percent(node.through)}` : percent(node.through);
}

export function sentenceOf(node: LatticeNode, onPath: boolean): string {
  const orders = `${percent(node.through)} of all orderings ${node.ending === undefined ? 'come through here' : 'end so'}`;
  const moves = `${node.away} ${node.away === 1 ? 'move' : 'moves'} away from the present order`;
  const where = onPath
    ? 'On the present path.'
    : node.states > 1
      ? `The nearest is ${moves}.`
      : `${moves.charAt(0).toUpperCase()}${moves.slice(1)}.`;
  if (node.ending !== undefined) return `${endingWords(node.ending)}: ${orders}. ${where}`;
  const rest = `${orders}; how they end: ${endsWords(node)}. ${where}`;
  const done = `${node.depth} done`;
  if (node.states > 1) return `${done}, ${thousands(node.states)} states. ${HOPE_WORDS[node.hope]}: ${rest}`;
  const last = node.way.at(-1);
  const what = node.changed.length === 0 ? '' : `: ${node.changed.join('; ')}`;
  return `${last === undefined ? 'The beginning' : `${done}, the last ${last.step}`}${what}. ${HOPE_WORDS[node.hope]}: ${rest}`;
}

export function seenWords({ states, drawn, capped, complete }: Lattice): string {
  const all = thousands(states);
  const each = `${thousands(drawn)} of ${all} states drawn each by itself${capped ? ' (the nearest: there is room for no more)' : ''}, the others merged by the best that can still come`;
  return complete
    ? `${each}.`
    : `${each}. Not all is decided yet: shares are of the orderings decided so far, and Decide all adds the rest.`;
}
