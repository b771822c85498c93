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
