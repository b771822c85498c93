/** One line for a card: its name if it has one, else what it says first. */
import { chosen, isObject, kindOf, type Schema } from './schema.ts';

const MOST_CHARS = 90;

export function summaryOf(value: unknown, choices: readonly Schema[]): string {
  if (!isObject(value)) return String(value);
  const { id, label, title } = value;
  const kind = kindOf(chosen(choices, value) ?? {});
  const named = [id, label ?? title].filter((one) => typeof one === 'string' && one !== '');
  const text = kind !== 'id' || named.length === 0 ? sentenceOf(value, kind) : named.join(' · ');
  return text.length > MOST_CHARS ? `${text.slice(0, MOST_CHARS - 1)}…` : text;
}

/** `set vgpu · to stopped`, `copy dirty · until threshold`. */
function sentenceOf(value: { readonly [name: string]: unknown }, kind: string): string {
  const words = Object.entries(value)
    .filter(([name]) => name !== 'call' && name !== kind)
    .map(([name, one]) => `${name} ${short(one)}`);
  const first = kind === 'object' || !Object.hasOwn(value, kind) ? [] : [`${kind} ${short(value[kind])}`];
  return [...first, ...words].join(' · ') || 'empty';
}

function short(value: unknown): string {
  if (Array.isArray(value)) return value.map(short).join(', ');
  if (isObject(value)) return sentenceOf(value, '');
  return String(value);
}
