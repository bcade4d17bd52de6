export const keptApart: readonly string[];
