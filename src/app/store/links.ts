/**
 * A link holds what is on screen: scenario, edits, takes, cursor, axis and the compared take, in the fragment, which no
 * server ever sees. Compressed by the browser itself; `#v1=` says how, and a newer version is told and not guessed at.
 */
import * as v from 'valibot';
import { models } from '../../core/emulator/devices/index.ts';
import { protocols } from '../../core/emulator/protocols/index.ts';
import { checkScenario } from '../../core/scenario/check.ts';
import { applyEdit, editsBetween, parseEdits, printEdits } from '../../core/scenario/edits.ts';
import { stories } from '../../core/scenario/library/index.ts';
import { orderingOf } from '../../core/scenario/ordering.ts';
import type { Scenario } from '../../core/scenario/scenario.ts';
import { AXIS_KINDS } from '../../core/swimlane/axis.ts';
import type { Lab } from './create-lab.ts';

/** Beyond it mail programs and chats cut links. */
export const MOST_LINK_BYTES = 8_192;

const contentSchema = v.strictObject({
  /** Id of a built-in story, or a whole scenario. */
  scenario: v.unknown(),
  edits: v.string(),
  takes: v.array(v.string()),
  /** Index in `takes` of the one compared with. */
  compare: v.optional(v.number()),
  axis: v.picklist(AXIS_KINDS),
  cursor: v.number(),
});
type Content = v.InferOutput<typeof contentSchema>;

async function throughStream(bytes: Uint8Array<ArrayBuffer>, stream: ReadableWritablePair<Uint8Array, BufferSource>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(new Blob([bytes]).stream().pipeThrough(stream)).arrayBuffer());
}

export async function encodeLink(content: Content): Promise<string> {
  const packed = await throughStream(new TextEncoder().encode(JSON.stringify(content)), new CompressionStream('deflate-raw'));
  const text = Array.from(packed, (byte) => String.fromCharCode(byte)).join('');
  return `#v1=${btoa(text).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}

/** @throws {Error} whose message says what is wrong with the link */
export async function decodeLink(fragment: string): Promise<Content> {
  const match = /^#v(\d+)=([\w-]+)$/.exec(fragment);
  if (match === null) throw new Error('it does not begin with #v1=, or was cut off');
  if (match[1] !== '1') throw new Error(`it is of version ${match[1]}, and this page knows version 1: open it with a newer one`);
  let value: unknown;
  try {
    const text = atob((match[2] ?? '').replaceAll('-', '+').replaceAll('_', '/'));
    const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0));
    value = JSON.parse(new TextDecoder().decode(await throughStream(bytes, new DecompressionStream('deflate-raw'))));
  } catch {
    throw new Error('it is damaged: a part of it is missing or was changed');
  }
  const parsed = v.safeParse(contentSchema, value);
  if (!parsed.success)
    throw new Error(`${parsed.issues[0].path?.map((item) => String(item.key)).join('.') ?? 'it'}: ${parsed.issues[0].message}`);
  return parsed.output;
}

function contentOf(lab: Lab): Content {
  const { scenario, ordering, takes, compareWith, axis } = lab.store.getState();
  const listed = orderingOf(scenario);
  const own = takes.filter((take) => take.run.scenario === scenario);
  const compare = own.findIndex((take) => take.id === compareWith);
  return {
    scenario: stories.includes(scenario) ? scenario.id : scenario,
    edits: printEdits(editsBetween(listed, ordering)),
    takes: own.map((take) => printEdits(editsBetween(listed, take.run.ordering))),
    ...(compare < 0 ? {} : { compare }),
    axis,
    cursor: lab.playhead.get().cursor,
  };
}

/** The link into the address bar and onto the clipboard; what is too long for one is offered as a file. */
export async function copyLink(lab: Lab): Promise<void> {
  const fragment = await encodeLink(contentOf(lab));
  if (fragment.length > MOST_LINK_BYTES) {
    lab.alert({
      severity: 'info',
      title: `The link would have ${fragment.length} bytes, and links over ${MOST_LINK_BYTES} get cut on their way.`,
      lines: ['Use Export…, JSON: the recording holds the same, and opens here again.'],
    });
    return;
  }
  history.replaceState(null, '', fragment);
  try {
    await navigator.clipboard.writeText(location.href);
    lab.alert({
      severity: 'info',
      title: 'The link was copied.',
      lines: ['It holds scenario, order, takes, axis and cursor; nothing is uploaded.'],
    });
  } catch {
    lab.alert({ severity: 'info', title: 'The link stands in the address bar.', lines: ['The browser did not allow to copy it.'] });
  }
}

function scenarioIn(value: unknown): Scenario {
  if (typeof value === 'string') {
    const story = stories.find((one) => one.id === value);
    if (story === undefined) throw new Error(`there is no story "${value}" here`);
    return story;
  }
  const { scenario, problems } = checkScenario(value, { models, protocols });
  if (scenario === undefined) throw new Error(`${problems[0]?.path ?? '$'}: ${problems[0]?.message ?? 'no scenario'}`);
  return scenario;
}

/** Opens the link in the address bar; false where there is none, or none that can be read: what is on screen stays. */
export async function openLink(lab: Lab): Promise<boolean> {
  if (location.hash === '') return false;
  try {
    const content = await decodeLink(location.hash);
    const scenario = scenarioIn(content.scenario);
    const listed = orderingOf(scenario);
    const orderOf = (edits: string) => {
      const parsed = parseEdits(edits);
      if (parsed === undefined) throw new Error(`"${edits.slice(0, 60)}" are no edits`);
      return parsed.reduce(applyEdit, listed);
    };
    const takes = content.takes.map(orderOf);
    const ordering = orderOf(content.edits);
    lab.store.setState({ axis: content.axis });
    for (const take of takes) {
      lab.open(scenario, take);
      await lab.idle();
    }
    lab.open(scenario, ordering);
    await lab.idle();
    const compared = takes[content.compare ?? -1];
    const with_ = lab.store.getState().takes.find((take) => take.run.ordering === compared);
    lab.store.setState({ compareWith: with_?.id });
    lab.playhead.set({ cursor: Math.min(content.cursor, (lab.store.getState().run?.trace.length ?? 1) - 1) });
    return true;
  } catch (error) {
    lab.alert({
      severity: 'error',
      title: 'The link was not opened. What is on screen is kept.',
      lines: [error instanceof Error ? error.message : String(error)],
    });
    return false;
  }
}
