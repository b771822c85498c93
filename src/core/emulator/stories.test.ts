/** What comes of the stories, obtained by running them; the reasons are those of rfc2017.md and gallery G00. */
import { expect, test } from 'vitest';
import { stories } from '../scenario/library/index.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { run } from './run.ts';

const SUMS: { readonly [id: string]: readonly [string, ...string[]] } = {
  'rfc-v1-as-drawn': ['silent-corruption', 'torn-state', 'hung-guest'],
  'rfc-v2-swapped': ['silent-corruption', 'torn-state', 'hung-guest'],
  'rfc-gilbert': ['equivalent'],
  'rfc-sync-before-stop': ['silent-corruption', 'lost-write'],
  'rfc-read-before-stop': ['silent-corruption', 'torn-state'],
  'rfc-start-before-restore': ['silent-corruption', 'lost-write', 'torn-state'],
  'rfc-vcpus-before-device': ['silent-corruption', 'lost-signal', 'hung-guest'],
  'rfc-slow-link': ['equivalent', 'downtime'],
  'rfc-unmigratable': ['fails-cleanly', 'refused'],
  'rfc-image-too-large': ['fails-badly', 'refused', 'no-owner'],
  'rfc-chunked-read': ['fails-badly', 'refused', 'no-owner'],
  'rfc-no-last-pass': ['silent-corruption', 'lost-write'],
  'rfc-ioctl-state': ['silent-corruption', 'torn-state', 'hung-guest'],
  'v2-qemu-10': ['equivalent'],
  'v2-mtty': ['equivalent'],
  'v2-two-devices': ['equivalent', 'downtime'],
  'v2-sync-before-stop': ['silent-corruption', 'lost-write'],
  'v2-save-before-stop': ['fails-cleanly', 'refused'],
  'v2-two-devices-one-phase': ['silent-corruption', 'torn-state'],
  'v2-target-load-fails': ['silent-corruption', 'torn-state', 'refused'],
  'v2-stop-copy-only': ['fails-cleanly', 'hung-migration'],
  'v1-qemu-7.2': ['equivalent'],
  'v1-two-devices': ['silent-corruption', 'torn-state'],
  'v1-iteration': ['equivalent'],
  'v1-data-before-offset': ['fails-cleanly', 'refused'],
  'v1-size-before-data': ['silent-corruption', 'torn-state'],
  'v2-cloud-hypervisor': ['equivalent'],
  'v2-return-path': ['equivalent'],
  'v2-split-brain': ['fails-badly', 'two-owners'],
  'v2-target-dies': ['fails-cleanly', 'refused'],
  'v2-stop-hangs': ['fails-badly', 'no-owner', 'hung-migration'],
  'v2-second-attempt': ['equivalent', 'refused'],
  'v2-chain': ['equivalent', 'downtime'],
  'v2-multifd': ['equivalent'],
  'v2-switchover-ack': ['equivalent'],
  'v2-hisi-acc': ['equivalent'],
  'v2-hisi-sync-first': ['silent-corruption', 'lost-write'],
  'v2-framebuffer-stun': ['equivalent'],
  'v2-edu-lost': ['silent-corruption', 'torn-state'],
};

test.each(Object.entries(SUMS))('%s', (id, [runClass, ...kinds]) => {
  const { audit } = run(stories.find((story) => story.id === id) as Scenario);
  expect(audit.class).toBe(runClass);
  expect([...new Set(audit.findings.map((finding) => finding.kind))]).toEqual(expect.arrayContaining(kinds));
});

test('as drawn the source loses nothing: what is torn is what the load walked, and with the RAM sent first nothing is', () => {
  const drawn = run(stories.find((story) => story.id === 'rfc-v1-as-drawn') as Scenario).audit.findings;
  expect(drawn.filter((finding) => finding.kind === 'lost-write')).toEqual([]);
  expect(drawn.filter((finding) => finding.kind === 'torn-state').every((finding) => finding.sentence.includes('walked'))).toBe(true);
});
