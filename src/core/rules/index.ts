/** All rules, in the order of ordering-rules.md. */
import { beforeCopying } from './before-copying.ts';
import { images } from './images.ts';
import { iterating } from './iterating.ts';
import { loading } from './loading.ts';
import { peersStill, vcpusFirst } from './pausing.ts';
import type { Rule } from './rule.ts';
import { starting } from './starting.ts';
import { stopping } from './stopping.ts';
import { undoing } from './undoing.ts';

const LISTED = [...beforeCopying, ...iterating, ...images, vcpusFirst, peersStill, ...stopping, ...loading, ...starting, ...undoing];

/** `A4` before `A10`, A before B. */
function place(rule: Rule): number {
  return rule.id.charCodeAt(0) * 100 + Number(rule.id.slice(1));
}

export const rules: readonly Rule[] = LISTED.toSorted((a, b) => place(a) - place(b));
