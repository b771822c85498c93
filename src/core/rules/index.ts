/** All rules. */
import type { Rule } from './rule.ts';
import { starting } from './starting.ts';
import { stopping } from './stopping.ts';

export const rules: readonly Rule[] = [...stopping, ...starting];
