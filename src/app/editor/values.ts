/**
 * Changes of a JSON value by path, each giving a new value: `put(value, ['steps', 'source', 2, 'label'], 'Stop')`.
 * Paths print as the checks print them: `$.steps.source[2].label`.
 */
export type Key = string | number;
export type Path = readonly Key[];

export function printPath(path: Path): string {
  return path.reduce<string>((text, key) => text + (typeof key === 'number' ? `[${key}]` : `.${key}`), '$');
}

export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((at, key) => (typeof at === 'object' && at !== null ? (at as Record<Key, unknown>)[key] : undefined), value);
}

/** With `next` at the path; the objects on the way are made where they are missing. */
export function put(value: unknown, path: Path, next: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return next;
  if (Array.isArray(value)) return value.with(Number(key), put(value[Number(key)], rest, next));
  const object = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  return { ...object, [key]: put(object[key], rest, next) };
}

/** Without what the path names. */
export function without(value: unknown, path: Path): unknown {
  const key = path.at(-1);
  const holder = valueAt(value, path.slice(0, -1));
  if (key === undefined) return value;
  if (Array.isArray(holder)) return put(value, path.slice(0, -1), holder.toSpliced(Number(key), 1));
  if (typeof holder !== 'object' || holder === null) return value;
  const { [key]: _, ...others } = holder as Record<string, unknown>;
  return put(value, path.slice(0, -1), others);
}

/** A list with `item` at an index, those behind it one further. */
export function insert(value: unknown, list: Path, index: number, item: unknown): unknown {
  const items = valueAt(value, list);
  return put(value, list, Array.isArray(items) ? items.toSpliced(index, 0, item) : [item]);
}

/** The element at the path, so many places on. */
export function shift(value: unknown, path: Path, by: number): unknown {
  const list = path.slice(0, -1);
  const from = Number(path.at(-1));
  const items = valueAt(value, list);
  const inside = (index: number) => Array.isArray(items) && index >= 0 && index < items.length;
  if (!Array.isArray(items) || !inside(from) || !inside(from + by)) return value;
  return put(value, list, items.toSpliced(from, 1).toSpliced(from + by, 0, items[from]));
}

/** An entry of an object under another name, in the same place. */
export function rename(value: unknown, path: Path, name: string): unknown {
  const holder = valueAt(value, path.slice(0, -1));
  const old = path.at(-1);
  if (typeof holder !== 'object' || holder === null || Object.hasOwn(holder, name)) return value;
  const entries = Object.entries(holder).map(([key, one]) => [key === old ? name : key, one] as const);
  return put(value, path.slice(0, -1), Object.fromEntries(entries));
}

/** Every id in a value. */
export function idsIn(value: unknown, found: Set<string> = new Set()): ReadonlySet<string> {
  if (Array.isArray(value)) for (const one of value) idsIn(one, found);
  else if (typeof value === 'object' && value !== null) {
    for (const [key, one] of Object.entries(value)) {
      if (key === 'id' && typeof one === 'string') found.add(one);
      else idsIn(one, found);
    }
  }
  return found;
}
