/**
 * Findings that no row of ordering-rules.md speaks of, by file of the gallery: its mechanisms reach further than that list. Each is
 * named by its kind and by what it says; nothing else of the file is let off, and what none of its runs finds any more has to go.
 */
import type { Finding, FindingKind } from '../trace/audit.ts';

interface Beyond {
  /** Beginning of the file's id, without `right` or `wrong`. */
  readonly file: string;
  readonly kind: FindingKind;
  readonly says: RegExp;
  readonly reason: string;
}

const OF_SNAPSHOTS = 'a snapshot is held against its own moment, not against the last write; lists A to E are of a move to another host';
const NOBODY_RUNS = 'a snapshot that stops its guest and never lets it go on: lists D and E start guests of a target and of a failure';
const OTHER_TOKEN = 'a lock that is no disk image: D12 is of disks, and the lock that keeps two hosts apart is itself the mend of D11';
const PARKED = 'what is parked outside of guest RAM and device is in no row: C7 is of interrupt controllers that are saved before a stop';

const CONTENT =
  'what lies in a page before it comes, and whether it is zero, is in no row: they know that pages are sent, and not what is in them';

export const BEYOND: readonly Beyond[] = [
  {
    file: 'g14',
    kind: 'refused',
    says: /^EBUSY: .* arm of log vmm while it is on/,
    reason: 'a log that the attempt before left on: E3 speaks of the sessions of a device, B7 of reading a log that is off',
  },
  {
    file: 'g17',
    kind: 'refused',
    says: /^EINVAL: .* the load of config needs gic loaded/,
    reason: 'sections that look others up: an exception of F9, which lists A to E give no row',
  },
  {
    file: 'g23',
    kind: 'hung-guest',
    says: /^Request \d+, .* never completes/,
    reason: 'a target whose driver does not look at its queue when it starts: what a load does, and no order',
  },
  {
    file: 'g28',
    kind: 'hung-guest',
    says: /touches page 0x[0-9a-f]+ of free on the target faults and waits/,
    reason: 'a hint of the guest that a page is free takes back its mark: B1 speaks of bits that a sync fetches',
  },
  { file: 'x01', kind: 'torn-state', says: /snapshot/, reason: OF_SNAPSHOTS },
  { file: 'x01', kind: 'lost-write', says: /snapshot/, reason: OF_SNAPSHOTS },
  { file: 'x01', kind: 'no-owner', says: /^At the end no host runs the guest/, reason: NOBODY_RUNS },
  {
    file: 'x02',
    kind: 'lost-signal',
    says: /interrupt, raised at .*: the vCPUs did not listen, and nothing keeps it/,
    reason: PARKED,
  },
  { file: 'x03', kind: 'lost-signal', says: /it was parked in eventfd/, reason: PARKED },
  {
    file: 'x04',
    kind: 'lost-signal',
    says: /it was parked in lapic, and what came after threw it away/,
    reason: 'an emulated timer that is loaded before the APIC it fires into: an exception of F9, which lists A to E give no row',
  },
  {
    file: 'x07',
    kind: 'hung-migration',
    says: /^Source\.out\.2 never begins, since it waits for target\.in\.2 active/,
    reason: 'a second attempt that waits for the guest to run again, which nobody starts: E1 is of its devices',
  },
  {
    file: 'x08',
    kind: 'hung-guest',
    says: /^Request \d+, .* never completes/,
    reason: 'an image that leaves out what the device has in flight: what a save does, and no order',
  },
  {
    file: 'x10',
    kind: 'refused',
    says: /^EOPNOTSUPP: .* needs flag log-all = 1/,
    reason: 'a feature that the image did not bring to the second host of a chain: no row speaks of what a host was told by the one before',
  },
  {
    file: 'x10',
    kind: 'torn-state',
    says: /^The image of mdev was read at version \d+, and the device went on to version \d+ before it stopped/,
    reason: 'no matter of a rule: the audit takes the version that the first host was given back later for the one that it stopped at',
  },
  {
    file: 'x13',
    kind: 'no-owner',
    says: /while nobody holds the disk images/,
    reason: 'a source that goes on without taking back its disks: D12 is of the way there, and list E has devices alone',
  },
  {
    file: 'x18',
    kind: 'refused',
    says: /^EINVAL: .* config before buffers/,
    reason: 'D5 is a convention of feature v2, and only slower; the driver of this file refuses what breaks it',
  },
  {
    file: 'x20',
    kind: 'torn-state',
    says: /was read after a reset had thrown away/,
    reason: 'a reset between the stop and the read of a vhost queue: C9 is of the sessions of VFIO devices',
  },
  { file: 'x22', kind: 'torn-state', says: /snapshot/, reason: OF_SNAPSHOTS },
  { file: 'x22', kind: 'lost-write', says: /snapshot/, reason: OF_SNAPSHOTS },
  { file: 'x22', kind: 'no-owner', says: /^At the end no host runs the guest/, reason: NOBODY_RUNS },
  {
    file: 'x29',
    kind: 'torn-state',
    says: /the load of cbaser put creadr back to its reset value/,
    reason: 'registers of one image, of which the load of one resets another: D3 lists the objects of a GVT-g image alone',
  },
  { file: 'x33', kind: 'refused', says: /token nvram is held by source/, reason: OTHER_TOKEN },
  { file: 'x33', kind: 'two-owners', says: /another host holds the lock of the TPM/, reason: OTHER_TOKEN },
  { file: 'x33', kind: 'no-owner', says: /nobody holds the lock of the TPM/, reason: OTHER_TOKEN },
  {
    file: 'x35',
    kind: 'lost-write',
    says: /it was copied on a host that had only an older version then/,
    reason: 'a host that sends on what it is still being given: rows A and B are of a source that has its RAM',
  },
  {
    file: 'x36',
    kind: 'doubled-request',
    says: /^Request \d+ completes 2 times/,
    reason: 'an image that holds as open what the device has done: what a save does, and no order',
  },
  { file: 'x39', kind: 'lost-write', says: /^The ROM loader of the target wrote over page 0x/, reason: CONTENT },
  { file: 'x40', kind: 'lost-write', says: /it was all zeros and left out, and the page there is not zero/, reason: CONTENT },
  {
    file: 'x41',
    kind: 'lost-signal',
    says: /it was posted, and no step had put it into lapic before|it was parked in lapic, and no image that was read after it/,
    reason: PARKED,
  },
  { file: 'x42', kind: 'lost-signal', says: /an image brought it to the target, and no step delivers it there/, reason: PARKED },
  {
    file: 'x43',
    kind: 'lost-write',
    says: /its bit was set, and was thrown away before the page was sent/,
    reason: 'a hint of the guest that a page is free takes back its mark: B1 speaks of bits that a sync fetches',
  },
  {
    file: 'x44',
    kind: 'lost-write',
    says: /^A write by ESSA in slot \d .*(nobody harvested the log after it|no copy came after|where nobody reads on)/,
    reason: 'a sync of one slot of two: rows B and C know a log as a whole',
  },
];

/** The entry that says of a finding that it is beyond the list. */
export function beyondOf(id: string, finding: Finding): Beyond | undefined {
  return BEYOND.find(({ file, kind, says }) => id.startsWith(file) && finding.kind === kind && says.test(finding.sentence));
}
