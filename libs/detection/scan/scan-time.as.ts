// Times of rows: one spelling, and the minute of the last one is known by comparing.

let minuteMs: f64 = -1;
let minuteLow: u64 = 0;
let minuteHigh: u64 = 0;

/** Milliseconds since 1970 of `2024-11-19T08:12:03.120Z`, -1 of anything else, and of what lies before. The minute of the last time is known by comparing. */
export function timeAt(at: usize): f64 {
  if ((load<u64>(at) != minuteLow || load<u64>(at + 8) != minuteHigh || minuteMs < 0) && !isNewMinute(at)) return -1;
  // The digits of `:SS.mmmZ` as numbers, its signs as zeros.
  const rest = load<u64>(at + 16) ^ 0x5a30_3030_2e30_303a;
  if ((rest & 0xff00_0000_ff00_00ff) != 0) return -1;
  const tens = (<u32>(rest >> 8)) & 0xff;
  const ones = (<u32>(rest >> 16)) & 0xff;
  const hundreds = (<u32>(rest >> 32)) & 0xff;
  const tenths = (<u32>(rest >> 40)) & 0xff;
  const last = (<u32>(rest >> 48)) & 0xff;
  if (tens > 5 || ones > 9 || hundreds > 9 || tenths > 9 || last > 9) return -1;
  return minuteMs + <f64>(tens * 10_000 + ones * 1000 + hundreds * 100 + tenths * 10 + last);
}

/** Two digits, or a number far below all that count. */
function two(at: usize): i32 {
  const tens = <i32>load<u8>(at) - 0x30;
  const ones = <i32>load<u8>(at + 1) - 0x30;
  return <u32>tens > 9 || <u32>ones > 9 ? -1_000_000 : tens * 10 + ones;
}

/** Notes the minute of the time at `at`; false where it is none of the calendar from 1970 on. */
function isNewMinute(at: usize): bool {
  if (load<u8>(at + 4) != 0x2d || load<u8>(at + 7) != 0x2d || load<u8>(at + 10) != 0x54 || load<u8>(at + 13) != 0x3a)
    return false;
  const year = two(at) * 100 + two(at + 2);
  const month = two(at + 5);
  const day = two(at + 8);
  const hour = two(at + 11);
  const minute = two(at + 14);
  if (year < 1970 || month < 1 || month > 12 || day < 1 || day > daysOf(year, month)) return false;
  if (hour < 0 || hour > 23 || minute < 0 || minute > 59) return false;
  // Years that begin with March, so that the day which comes and goes is their last.
  const from = month > 2 ? year : year - 1;
  const ofYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const days = 365 * from + from / 4 - from / 100 + from / 400 + ofYear - 719_468;
  minuteMs = <f64>days * 86_400_000 + <f64>((hour * 60 + minute) * 60_000);
  minuteLow = load<u64>(at);
  minuteHigh = load<u64>(at + 8);
  return true;
}

function daysOf(year: i32, month: i32): i32 {
  if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
  return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}
