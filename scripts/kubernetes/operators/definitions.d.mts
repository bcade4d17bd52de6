export const operators: readonly string[];
export function reader(): string | undefined;
export function definitionsHere(operator: string): readonly string[];
