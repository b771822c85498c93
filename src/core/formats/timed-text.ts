/**
 * The time of a line, whatever program wrote it. Most begin with it; where a level, a name or a processor's number stands before, it is
 * looked for behind that. Each pattern says whose it is.
 */

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');
const MONTH = MONTHS.join('|');
const CLOCK = '(?<h>\\d\\d):(?<m>\\d\\d):(?<s>\\d\\d)(?:[.,](?<f>\\d{1,9}))?';
const ZONE = '\\s?(?<zone>Z|UTC|GMT|[+-]\\d\\d:?\\d\\d)?';
/** Of lines that do not begin with a time: it is no further in than this. */
const MOST_BEFORE = 160;

const DATES: readonly RegExp[] = [
  // ISO 8601 and RFC 3339, also in brackets; and with strokes (nginx, Go).
  new RegExp(`^\\[?(?<y>\\d{4})[-/](?<mon>\\d\\d)[-/](?<d>\\d\\d)[T ]${CLOCK}${ZONE}`),
  // syslog (RFC 3164), ts, journalctl: no year.
  new RegExp(`^(?:<\\d{1,3}>)?(?<name>${MONTH})\\s+(?<d>\\d{1,2})\\s+${CLOCK}(?=\\s)`),
  // dmesg -T, date.
  new RegExp(`^\\[?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?<name>${MONTH})\\s+(?<d>\\d{1,2})\\s+${CLOCK} (?:[A-Z]{3,4} )?(?<y>\\d{4})`),
  // klog, glog.
  new RegExp(`^[IWEF](?<mon>\\d\\d)(?<d>\\d\\d) ${CLOCK}`),
];
const SECONDS: readonly RegExp[] = [
  // Seconds since some moment: strace -ttt, dmesg, ts %s.
  /^\[?\s*(?:\d+[@\s]+)?(\d{1,12})\.(\d{3,9})\]?[\s:]/,
  // ftrace and perf script: name, process, processor, seconds.
  /^\s*\S.{0,60}?\[\d{3,4}\]\s+(?:[\w.]{4,8}\s+)?(\d{1,12})\.(\d{6,9}):\s/,
  // QMP.
  /"timestamp":\s*\{\s*"seconds":\s*(\d{1,12}),\s*"microseconds":\s*(\d{1,6})/,
  // Milliseconds, and whole seconds, since 1970.
  /^(\d{10})(\d{3})\b/,
  /^(\d{10})()[\s:]/,
];
const CLOCK_ALONE = new RegExp(`^\\[?${CLOCK}\\]?\\s`);
/** RFC 5424, containers, programs that print a level or their name first, objects. */
const INSIDE = new RegExp(`(?<![\\d.])(?<y>\\d{4})-(?<mon>\\d\\d)-(?<d>\\d\\d)[T ]${CLOCK}${ZONE}`);
/** The common log format of servers. */
const SERVER = new RegExp(`\\[(?<d>\\d\\d)/(?<name>${MONTH})/(?<y>\\d{4}):${CLOCK}${ZONE}\\]`);

type Groups = { readonly [name: string]: string | undefined };

/** Microseconds, since 1970 or since a moment of the log's own; undefined where a line carries no time. */
export function timeOf(text: string): number | undefined {
  for (const pattern of DATES) {
    const groups = pattern.exec(text)?.groups;
    if (groups !== undefined) return dated(groups);
  }
  for (const pattern of SECONDS) {
    const [all, seconds, fraction = ''] = pattern.exec(text) ?? [];
    if (all === undefined) continue;
    return Number(seconds) * 1_000_000 + (all.includes('"') ? Number(fraction) : micros(fraction));
  }
  const clock = CLOCK_ALONE.exec(text)?.groups;
  if (clock !== undefined) return ofDay(clock);
  const some = text.slice(0, MOST_BEFORE);
  const groups = (INSIDE.exec(some) ?? SERVER.exec(some))?.groups;
  return groups === undefined ? undefined : dated(groups);
}

/** A date without a year is one of 1970: no other is known. */
function dated(groups: Groups): number {
  const { y = '1970', mon, name = '', d, zone } = groups;
  const month = mon === undefined ? MONTHS.indexOf(name) + 1 : Number(mon);
  return (daysSince1970(Number(y), month, Number(d)) * 86_400 - zoneMinutes(zone) * 60) * 1_000_000 + ofDay(groups);
}

function ofDay({ h, m, s, f }: Groups): number {
  return (Number(h) * 3_600 + Number(m) * 60 + Number(s)) * 1_000_000 + micros(f);
}

function micros(fraction: string | undefined): number {
  return Number((fraction ?? '0').padEnd(6, '0').slice(0, 6));
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || !/^[+-]/.test(zone)) return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Days of the Gregorian calendar; the core knows no clock, and needs none for this. */
export function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}
