/**
 * Where a text ceases to be JSON. Engines tell this in their own ways or not at all, so a failed parse is looked
 * at once more: token by token, with what may follow.
 */

const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null))/y;

type Expect = 'value' | 'value or ]' | 'name' | 'name or }' | 'colon' | 'comma' | 'end';

/** The index of the first character that cannot stand where it stands; the length for a text that ends too early. */
export function jsonFault(text: string): { readonly at: number; readonly expected: string } {
  const open: ('{' | '[')[] = [];
  let expect: Expect = 'value';
  let at = 0;
  for (;;) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    const start = at + (/^[ \t\r\n]*/.exec(text.slice(at, at + 10_000))?.[0].length ?? 0);
    if (match === null) return { at: start, expected: words(expect, open) };
    const mark = match[1];
    const next: Expect | undefined = mark === undefined ? afterValue(expect, match[2] !== undefined, open) : afterMark(expect, mark, open);
    if (next === undefined) return { at: start, expected: words(expect, open) };
    expect = next;
    at = TOKEN.lastIndex;
  }
}

function afterValue(expect: Expect, quoted: boolean, open: readonly string[]): Expect | undefined {
  if (expect === 'name' || expect === 'name or }') return quoted ? 'colon' : undefined;
  if (expect !== 'value' && expect !== 'value or ]') return undefined;
  return open.length === 0 ? 'end' : 'comma';
}

function afterMark(expect: Expect, mark: string, open: ('{' | '[')[]): Expect | undefined {
  if ((mark === '{' || mark === '[') && (expect === 'value' || expect === 'value or ]')) {
    open.push(mark);
    return mark === '{' ? 'name or }' : 'value or ]';
  }
  if (mark === ':') return expect === 'colon' ? 'value' : undefined;
  if (mark === ',') return expect === 'comma' ? (open.at(-1) === '{' ? 'name' : 'value') : undefined;
  const closes =
    (mark === '}' && open.at(-1) === '{' && (expect === 'comma' || expect === 'name or }')) ||
    (mark === ']' && open.at(-1) === '[' && (expect === 'comma' || expect === 'value or ]'));
  if (!closes) return undefined;
  open.pop();
  return open.length === 0 ? 'end' : 'comma';
}

function words(expect: Expect, open: readonly string[]): string {
  switch (expect) {
    case 'comma':
      return open.at(-1) === '{' ? 'a comma or }' : 'a comma or ]';
    case 'colon':
      return 'a colon';
    case 'end':
      return 'nothing more';
    case 'name':
    case 'name or }':
      return expect === 'name' ? 'a name in double quotes' : 'a name in double quotes or }';
    default:
      return expect === 'value' ? 'a value' : 'a value or ]';
  }
}

/** What a hand often writes that JSON does not have, at the place where it ceases to be JSON: what to do; undefined where it is none of these. */
export function faultHint(text: string, at: number): string | undefined {
  const rest = text.slice(at, at + 40);
  const word = /^[^\s,:{}[\]]*/.exec(rest)?.[0] ?? '';
  if (text.slice(0, 400).includes('\u0000')) return 'it looks like UTF-16: save it as UTF-8';
  if (/^(\/\/|\/\*)/.test(rest)) return 'JSON has no comments: take the comment out';
  if (/^[}\]]/.test(rest) && /,\s*$/.test(text.slice(Math.max(0, at - 1000), at)))
    return `the comma before ${rest[0]} is one too many: take it out`;
  if (rest.startsWith(',')) return 'a comma too many: take it out';
  if (rest.startsWith("'")) return 'names and texts stand in double quotes, found a single one';
  if (/^[\u201c-\u201f\u00ab\u00bb]/.test(rest)) return `names and texts stand in plain double quotes ("), found ${rest[0]}`;
  if (/^[+-]?(NaN|Infinity)\b/.test(rest)) return `JSON has no ${word}: write a finite number, or leave the field out`;
  if (/^(True|False|None|undefined)\b/.test(rest))
    return `write ${{ True: 'true', False: 'false' }[word] ?? 'null'} for ${word}, or leave the field out`;
  if (/^[xX_][0-9a-fA-F_]/.test(rest) && /[0-9]$/.test(text.slice(0, at))) return 'numbers are plain decimals, without 0x and _';
  if (rest.startsWith('"')) return openText(text, at);
  return undefined;
}

/** A text that does not end, or not on its line, or has a backslash too many. */
function openText(text: string, at: number): string | undefined {
  const match = /^"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/.exec(text.slice(at, at + 100_000));
  const stop = text[at + (match?.[0].length ?? 0)];
  if (stop === undefined) return 'the text ends within quotes: is the file cut off?';
  if (stop === '\n' || stop === '\r') return 'a line ends within quotes: write \\n for it, or close the quotes';
  if (stop === '\t') return 'a tab within quotes: write \\t for it';
  return stop === '\\' ? 'a backslash within quotes is written twice' : undefined;
}

/** The second of two equal names in one object, where a text that is JSON has such: which of the two is meant nobody can tell. */
export function doubledName(text: string): { readonly at: number; readonly name: string } | undefined {
  const names: Set<string>[] = [];
  const objects: boolean[] = [];
  let nameNext = false;
  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [, mark, quoted] = match;
    if (mark === '{' || mark === '[') {
      objects.push(mark === '{');
      names.push(new Set());
      nameNext = mark === '{';
    } else if (mark === '}' || mark === ']') {
      objects.pop();
      names.pop();
      nameNext = false;
    } else if (mark === ',') nameNext = objects.at(-1) === true;
    else if (quoted !== undefined && nameNext) {
      const there = names.at(-1) as Set<string>;
      if (there.has(quoted)) return { at: TOKEN.lastIndex - quoted.length, name: quoted };
      there.add(quoted);
      nameNext = false;
    }
  }
  return undefined;
}
