/**
 * The text of a link: what is on screen, in the fragment, which no server ever sees.
 *
 *     #v2=BASE64URL(DEFLATE(JSON))
 *
 * An older version is brought up to the present one; a newer one is told and not guessed at.
 */
import * as v from 'valibot';
import { AXIS_KINDS } from '../../core/swimlane/axis.ts';

/** Beyond it mail programs and chats cut links. */
export const MOST_LINK_BYTES = 8_192;
/** Unpacked; a short fragment can hold gigabytes of zeros. */
const MOST_TEXT_BYTES = 4 * 2 ** 20;

const common = {
  /** Id of a built-in story, or a whole scenario. */
  scenario: v.unknown(),
  /** Edits as they are printed (core/scenario/edits.ts), against the order that the scenario lists. */
  edits: v.string(),
  /** Index in `takes` of the one compared with. */
  compare: v.optional(v.pipe(v.number(), v.integer(), v.minValue(0))),
  axis: v.picklist(AXIS_KINDS),
  cursor: v.number(),
};

const version1 = v.strictObject({ ...common, takes: v.array(v.string()) });

const lanes = v.strictObject({ hidden: v.array(v.string()), pinned: v.array(v.string()) });
const version2 = v.strictObject({
  ...common,
  /** Takes of the same scenario by their edits alone, others with their scenario. */
  takes: v.array(v.strictObject({ scenario: v.optional(v.unknown()), edits: v.string() })),
  lanes: v.optional(lanes),
});

export type LinkContent = v.InferOutput<typeof version2>;

const NEWEST = 2;

async function throughStream(bytes: Uint8Array<ArrayBuffer>, stream: ReadableWritablePair<Uint8Array, BufferSource>): Promise<Uint8Array> {
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  for (let { done, value } = await reader.read(); !done && value !== undefined; { done, value } = await reader.read()) {
    length += value.length;
    if (length > MOST_TEXT_BYTES) throw new Error(`more than ${MOST_TEXT_BYTES} bytes`);
    pieces.push(value as Uint8Array<ArrayBuffer>);
  }
  return new Uint8Array(await new Blob(pieces).arrayBuffer());
}

export async function encodeLink(content: LinkContent): Promise<string> {
  const packed = await throughStream(new TextEncoder().encode(JSON.stringify(content)), new CompressionStream('deflate-raw'));
  const text = Array.from(packed, (byte) => String.fromCharCode(byte)).join('');
  return `#v${NEWEST}=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** @throws {Error} whose message says what is wrong with the link */
export async function decodeLink(fragment: string): Promise<LinkContent> {
  const match = /^#v(\d+)=([\w-]+)$/.exec(fragment);
  if (match === null) throw new Error(`it does not begin with #v${NEWEST}=, or was cut off`);
  const version = Number(match[1]);
  if (version > NEWEST || version < 1)
    throw new Error(`it is of version ${version}, and this page knows versions 1 to ${NEWEST}: open it with a newer one`);
  let value: unknown;
  try {
    const text = atob((match[2] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    value = JSON.parse(new TextDecoder().decode(await throughStream(bytes, new DecompressionStream('deflate-raw'))));
  } catch {
    throw new Error('it is damaged: a part of it is missing or was changed');
  }
  if (version === 1) {
    const { takes, ...others } = parsed(version1, value);
    return { ...others, takes: takes.map((edits) => ({ edits })) };
  }
  return parsed(version2, value);
}

function parsed<Schema extends v.GenericSchema>(schema: Schema, value: unknown): v.InferOutput<Schema> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  throw new Error(`${result.issues[0].path?.map((item) => String(item.key)).join('.') ?? 'it'}: ${result.issues[0].message}`);
}
