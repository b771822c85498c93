/** The pattern that most rules are: one thing must be over before another begins; and the sentence that says whether it was. */
import type { Migration } from './migration.ts';
import { type Moment, when, whenOver } from './moment.ts';
import { broken, cannotTell, holds, type Opinion } from './rule.ts';

const WORDS = /^(?:the|all|what|no|pages|whether|dirty|memory|data|guest)\b/;

/** A moment and a clause for it that stands before "at …": `the vCPUs stopped`. */
export interface Said {
  readonly moment: Moment;
  readonly words: string;
  /** What counts of it is its end: a pass reads its pages until then. */
  readonly byItsEnd?: boolean;
}

/** "A at …, before B at …", or "B at …, and A only at …". */
export function precedes(migration: Migration, first: Said, then: Said): Opinion {
  const order = migration.causality.order(
    ...(then.byItsEnd === true ? ([atEnd(first.moment), atEnd(then.moment)] as const) : ([first.moment, then.moment] as const)),
  );
  if (order === 'before') return holds(`${capital(clause(first))}, before ${clause(then)}.`, first.moment, then.moment);
  if (order === 'after') return broken(`${capital(clause(then))}, and ${first.words} only at ${time(first)}.`, first.moment, then.moment);
  if (first.moment.host !== then.moment.host) {
    return cannotTell(
      `the clocks of ${first.moment.host} and ${then.moment.host} agree no closer than the two events lie (#${first.moment.seq}, #${then.moment.seq})`,
    );
  }
  return broken(`${capital(clause(then))}, while ${first.words} (#${first.moment.seq}) was still under way.`, first.moment, then.moment);
}

function atEnd(moment: Moment): Moment {
  return { ...moment, from: moment.to };
}

function clause(said: Said): string {
  return `${said.words} at ${time(said)}`;
}

function time({ moment, byItsEnd }: Said): string {
  return byItsEnd === true ? whenOver(moment) : when(moment);
}

/** The first word of a sentence, unless it is the name of something: those are written as they are. */
export function capital(text: string): string {
  return WORDS.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
}

/** `nic`, `nic and ssd`, `a, b and c`. */
export function list(words: readonly string[]): string {
  return words.length < 2 ? (words[0] ?? '') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
