/** Links: what goes in comes out; what was written by an older page opens; what is damaged is told. */
import { fc, test as prop } from '@fast-check/vitest';
import { expect, test } from 'vitest';
import { AXIS_KINDS } from '../../core/swimlane/axis.ts';
import { decodeLink, encodeLink, type LinkContent } from './link-codec.ts';

/** Written by the first version of the page: the story rfc-gilbert with one move, one take compared with. */
const OF_VERSION_1 =
  '#v1=lc1LCgIxEAXAq4S37qCuhFxFXCSZN9JozNj5oIh3F4_gAYp6o2Xeo2lFgK3ZX_SWaB0CLtobAkqddK0Oy9y1OOkXTs10iWs1usegvXzSXuIGQY9XNoQTIH_JsyDXskUjwl4Qn_q7uxZCkIe1agiH4-cL';

const names = fc.array(fc.string({ maxLength: 12 }), { maxLength: 4 });
const content: fc.Arbitrary<LinkContent> = fc
  .record({
    scenario: fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 2 }), fc.constant({ id: 'ωμέγα', title: '日本 ✕' })),
    edits: fc.string(),
    takes: fc.array(fc.record({ edits: fc.string() }), { maxLength: 3 }),
    axis: fc.constantFrom(...AXIS_KINDS),
    cursor: fc.integer({ min: -1, max: 1e6 }),
    compare: fc.nat(3),
    lanes: fc.record({ hidden: names, pinned: names }),
  })
  // Values that JSON has: no negative zero.
  .map((one) => JSON.parse(JSON.stringify(one)) as LinkContent);

prop.prop([content], { seed: 5, numRuns: 60 })('what goes into a link comes out of it (seed 5)', async (one) => {
  const text = await encodeLink(one);
  expect(text).toMatch(/^#v2=[\w-]+$/);
  expect(await decodeLink(text)).toEqual(one);
});

test('a link of version 1 opens as one of today', async () => {
  expect(await decodeLink(OF_VERSION_1)).toEqual({
    scenario: 'rfc-gilbert',
    edits: 'move source/save-device before query-bitmap',
    takes: [{ edits: '' }, { edits: 'move source/save-device before query-bitmap' }],
    compare: 0,
    axis: 'time',
    cursor: 17,
  });
});

test.each([
  ['#v9=AAAA', /version 9, and this page knows versions 1 to 2/],
  ['#hello', /does not begin with #v2=/],
  ['#v2=%%%', /cut off/],
  ['#v2=AAAA', /damaged/],
])('%s is told', async (fragment, message) => {
  await expect(decodeLink(fragment)).rejects.toThrow(message);
});

prop.prop([content, fc.double({ min: 0, max: 0.99, noNaN: true })], { seed: 6, numRuns: 40 })(
  'a link that was cut off is told, and never opens as another one (seed 6)',
  async (one, share) => {
    const text = await encodeLink(one);
    const cut = text.slice(0, Math.floor(text.length * share));
    const outcome = await decodeLink(cut).catch((error: unknown) => error);
    if (!(outcome instanceof Error)) expect(outcome).toEqual(one);
  },
);

test('a field that nobody knows is told by its name', async () => {
  const link = await encodeLink({ scenario: 'x', edits: '', takes: [], axis: 'steps', cursor: 0, ...({ zoom: 3 } as object) });
  await expect(decodeLink(link)).rejects.toThrow(/zoom/);
});
