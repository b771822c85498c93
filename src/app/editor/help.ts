/** Help texts: those of the schema, which the form, completion and the published file all show. */
import type { Schema } from './schema.ts';

/** What a field is for; empty where the schema says nothing of it. */
export function helpOf(schema: Schema | undefined): string {
  return (schema?.description ?? '').replaceAll('`', '');
}

/** Its first sentence, for a list to choose from. */
export function shortHelpOf(schema: Schema | undefined): string {
  return /^.*?[.:;](?=\s|$)/.exec(helpOf(schema))?.[0].replace(/[.:;]$/, '') ?? helpOf(schema);
}

/**
 * What one choice of a field means, as the field's text says it: of "`arm`: notes writes. `disarm`: …" or of "`gpa` (default)" the
 * words that belong to the choice; the whole text where it does not set them apart.
 */
export function helpOfChoice(schema: Schema | undefined, choice: unknown): string {
  const text = schema?.description ?? '';
  const own = text.split(/(?=`[^`]+`:\s)/).find((part) => part.startsWith(`\`${String(choice)}\`:`));
  const words = own?.slice(own.indexOf(':') + 1).trim() ?? '';
  return words === '' ? helpOf(schema) : sentenceOf(words);
}

/** What a field is for, and what the choice that it has means; of a field with many choices that one alone is explained. */
export function helpOfValue(schema: Schema | undefined, value: unknown): string {
  const text = schema?.description ?? '';
  const first = text.search(/`[^`]+`:\s/);
  if (first < 0 || !text.includes(`\`${String(value)}\`:`)) return helpOf(schema);
  const rest = /(?:Default|Left out): [^.]*\.$/.exec(text)?.[0] ?? '';
  const meaning = helpOfChoice(schema, value);
  return `${text.slice(0, first)}${String(value)} – ${meaning.charAt(0).toLowerCase()}${meaning.slice(1)} ${rest}`
    .replaceAll('`', '')
    .trim();
}

/** Its first sentence, with a capital letter; what is said of the default is the field's. */
function sentenceOf(words: string): string {
  const sentence = (/^.*?\.(?=\s|$)/.exec(words)?.[0] ?? words).replaceAll('`', '');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
