/** More patients say nothing more: the console takes no more. */
export const samplePatientsMax = 50_000;

const pseudonym = /^[0-9a-f]{32}$/;

/** The pseudonyms of a file, each once; or the line, from 1, that is none. Blank lines are left out. Nothing else of the file is kept. */
export function pseudonymsOf(text: string): { readonly patients: readonly string[] } | { readonly wrongLine: number } {
  const lines = text.split(/\r?\n/u).map((line) => line.trim());
  const wrong = lines.findIndex((line) => line !== '' && !pseudonym.test(line));
  return wrong >= 0 ? { wrongLine: wrong + 1 } : { patients: [...new Set(lines.filter(Boolean))] };
}
