/** What is looked at, in the order in which it is told. */
export const areas = ['configuration', 'machine', 'log', 'store', 'clock', 'lists', 'feeds', 'certificates', 'backups'] as const;
export type Area = (typeof areas)[number];

/** `wrong`: something cannot work, or would be lost. `advice`: it works, and is not what an installation should stay with. */
export type Level = 'wrong' | 'advice' | 'fine';

/** One thing that was looked at: a sentence, and what to do about it where there is something. */
export interface Finding {
  readonly area: Area;
  readonly level: Level;
  readonly says: string;
  readonly todo?: string;
}

export function wrong(area: Area, says: string, todo: string): Finding {
  return { area, level: 'wrong', says, todo };
}

export function advice(area: Area, says: string, todo: string): Finding {
  return { area, level: 'advice', says, todo };
}

export function fine(area: Area, says: string): Finding {
  return { area, level: 'fine', says };
}

const marks: Readonly<Record<Level, string>> = { wrong: 'WRONG ', advice: 'do    ', fine: 'ok    ' };

/** The findings as people read them: by area, what is wrong first, and how many there are of each at the end. */
export function findingsText(findings: readonly Finding[]): string {
  const order: readonly Level[] = ['wrong', 'advice', 'fine'];
  const lines = areas.flatMap((area) => {
    const own = order.flatMap((level) => findings.filter((one) => one.area === area && one.level === level));
    return own.length === 0 ? [] : [area, ...own.flatMap(linesOf), ''];
  });
  const count = (level: Level) => findings.filter((one) => one.level === level).length;
  return `${lines.join('\n')}\n${count('wrong')} wrong, ${count('advice')} to do, ${count('fine')} as they should be\n`;
}

function linesOf({ level, says, todo }: Finding): readonly string[] {
  const text = `  ${marks[level]}${says.replaceAll('\n', '\n        ')}`;
  return todo === undefined ? [text] : [text, `        -> ${todo}`];
}
