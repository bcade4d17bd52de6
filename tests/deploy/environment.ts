import { existsSync, readdirSync } from 'node:fs';
import { relative } from 'node:path';
import { z } from 'zod';

export interface Variable {
  readonly name: string;
  /** As the table of docs/operations.md writes it: empty where there is none; paths relative to the project. */
  readonly absent: string;
  /** The processes that read it, `all` for the common ones. */
  readonly readBy: readonly string[];
}

/** Paths in themselves, read by no shape: `<NAME>_FILE` of a shape's variable is known anyway. */
const besideTheShapes: readonly Variable[] = [{ name: 'VIGIE_WEBHOOKS_FILE', absent: '', readBy: ['notifier'] }];

/** Every variable that a configuration of the project reads, from the exported shapes themselves, in the order of reading. */
export async function knownVariables(): Promise<readonly Variable[]> {
  const common = shapeOf(await import('#libs/runtime/config.js'));
  const found = new Map<string, { absent: string; readBy: string[] }>();
  for (const [name, type] of common) found.set(name, { absent: absentValue(type), readBy: ['all'] });
  for (const process of readdirSync('services').filter((name) => existsSync(`services/${name}/config.ts`)))
    for (const [name, type] of shapeOf(await import(`#services/${process}/config.js`))) {
      const before = found.get(name);
      if (before) before.readBy.push(...(before.readBy.includes('all') ? [] : [process]));
      else found.set(name, { absent: absentValue(type), readBy: [process] });
    }
  return [...[...found].map(([name, rest]) => ({ name, ...rest })), ...besideTheShapes];
}

/** The variables of every exported object whose values are zod types and whose keys look like variables. */
function shapeOf(module: object): readonly (readonly [string, z.ZodType])[] {
  return Object.values(module).flatMap((exported: unknown) => {
    if (typeof exported !== 'object' || exported === null) return [];
    return Object.entries(exported).flatMap(([name, type]) =>
      /^[A-Z][A-Z0-9_]+$/.test(name) && type instanceof z.ZodType ? [[name, type] as const] : [],
    );
  });
}

function absentValue(type: z.ZodType): string {
  const { success, data } = type.safeParse(undefined);
  if (!success || data === undefined || data === '') return '';
  const text = String(data);
  return text.startsWith(process.cwd()) ? relative(process.cwd(), text) : text;
}

/** Whether a process knows the variable, its `_FILE` twin included. */
export function isKnown(name: string, variables: readonly Variable[]): boolean {
  return variables.some((variable) => variable.name === name || `${variable.name}_FILE` === name);
}
