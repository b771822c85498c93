/** The time at the head of a line, whatever program wrote it: seconds since 1970, ISO dates, dmesg's brackets, a clock. */

/** Microseconds; undefined where a line does not begin with a time. */
export function timeOf(text: string): number | undefined {
  const iso = /^\[?(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(Z|[+-]\d\d:?\d\d)?/.exec(text);
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction, zone] = iso;
    const offset = zoneMinutes(zone) * 60;
    const days = daysSince1970(Number(year), Number(month), Number(day));
    return (days * 86_400 + Number(hour) * 3_600 + Number(minute) * 60 + Number(second) - offset) * 1_000_000 + micros(fraction);
  }
  const seconds = /^\[?\s*(?:\d+[@\s]+)?(\d{1,12})\.(\d{3,9})\]?[\s:]/.exec(text);
  if (seconds !== null) return Number(seconds[1]) * 1_000_000 + micros(seconds[2]);
  const clock = /^\[?(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?\]?\s/.exec(text);
  if (clock === null) return undefined;
  return (Number(clock[1]) * 3_600 + Number(clock[2]) * 60 + Number(clock[3])) * 1_000_000 + micros(clock[4]);
}

function micros(fraction: string | undefined): number {
  return Number((fraction ?? '0').padEnd(6, '0').slice(0, 6));
}

function zoneMinutes(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return zone.startsWith('-') ? -minutes : minutes;
}

/** Days of the Gregorian calendar; the core knows no clock, and needs none for this. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const ofEra = shifted - era * 400;
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468;
}
