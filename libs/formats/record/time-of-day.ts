/** Midnight behind a day, which has its time of day in another column. */
const midnight = /[ T]0{1,2}[:hH.]00(?::00(?:[.,]0{1,9})?)?$/;
/** A day before a time of day, as databases that know no times alone write it. */
const anyDay = /^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}[ T]/;

/** A day and a time of day that stand in two columns, as one text. `isWritten` says that a format is named for both together. */
export function atTimeOfDay(day: string | undefined, time: string, isWritten: boolean): string | undefined {
  if (day === undefined || isWritten) return day && `${day} ${time}`;
  if (/^\d{5}$/.test(day) && /^0?[.,]\d+$/.test(time)) return `${day}.${time.replace(/^0?[.,]/, '')}`;
  const packed = /^\d{3,6}$/.test(time)
    ? time.padStart(time.length + (time.length % 2), '0').replaceAll(/\d\d(?=\d)/g, '$&:')
    : time;
  return `${day.replace(midnight, '')} ${packed.replace(anyDay, '')}`;
}
