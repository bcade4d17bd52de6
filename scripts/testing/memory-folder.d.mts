/** A folder in memory for this process; undefined where there is too little of it. */
export function memoryFolder(folder?: string, freeMin?: number): string | undefined;
