// `2024-11-19T08:12:03.120Z` and no other spelling, for the programs that read lines and rows; the minute of the last time is known by comparing.

let minuteMs: f64 = -1;
let minuteLow: u64 = 0;
let minuteHigh: u64 = 0;

/** Milliseconds since 1970 of the 24 bytes at `at`, or -1. */
export function timeAt(at: usize): f64 {
  if (load<u64>(at) != minuteLow || load<u64>(at, 8) != minuteHigh || minuteMs < 0) {
    if (!newMinute(at)) return -1;
  }
  // The digits of `:ss.mmmZ` as numbers, its signs as zeros.
  const rest = load<u64>(at, 16) ^ 0x5a30_3030_2e30_303a;
  if ((rest & 0xff00_0000_ff00_00ff) != 0) return -1;
  const tens = digit(rest, 8);
  const ones = digit(rest, 16);
  const hundreds = digit(rest, 32);
  const tenths = digit(rest, 40);
  const last = digit(rest, 48);
  if (tens > 5 || ones > 9 || hundreds > 9 || tenths > 9 || last > 9) return -1;
  return minuteMs + <f64>(tens * 10_000 + ones * 1000 + hundreds * 100 + tenths * 10 + last);
}

function digit(word: u64, shift: u64): u32 {
  return (<u32>(word >> shift)) & 0xff;
}

/** Two digits, or a number below all that count. */
function two(at: usize): i32 {
  const tens = <u32>load<u8>(at) - 0x30;
  const ones = <u32>load<u8>(at, 1) - 0x30;
  return tens > 9 || ones > 9 ? -1_000_000 : <i32>(tens * 10 + ones);
}

/** Reads and remembers the date, hour and minute. */
function newMinute(at: usize): bool {
  if (load<u8>(at, 4) != 0x2d || load<u8>(at, 7) != 0x2d || load<u8>(at, 10) != 0x54 || load<u8>(at, 13) != 0x3a) return false;
  const year = two(at) * 100 + two(at + 2);
  const month = two(at + 5);
  const day = two(at + 8);
  const hour = two(at + 11);
  const minute = two(at + 14);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  minuteMs = <f64>(daysSince1970(year, month, day) * 1440 + hour * 60 + minute) * 60_000;
  minuteLow = load<u64>(at);
  minuteHigh = load<u64>(at, 8);
  return true;
}

function daysOf(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

/** Days of the Gregorian calendar, years counted from March so that the leap day is the last (Hinnant, days_from_civil). */
function daysSince1970(year: i32, month: i32, day: i32): i32 {
  const from = month <= 2 ? year - 1 : year;
  const era = from / 400;
  const yearOfEra = from - era * 400;
  const dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468;
}
