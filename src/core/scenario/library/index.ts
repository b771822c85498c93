/** The built-in stories, in the order in which they teach best. */
import type { Scenario } from '../scenario.ts';
import { flavourStories } from './flavour-stories.ts';
import { rfcStories } from './rfc-stories.ts';
import { twelveSteps, v2Stories } from './v2.ts';

export const stories: readonly Scenario[] = [...rfcStories, ...v2Stories, ...flavourStories, twelveSteps];

/** The story that the page opens with: a sound order, so that one drag can break it. */
export const FIRST_STORY = 'rfc-gilbert';
