import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { ConfigError } from '#libs/runtime/config.js';
import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import { messageOf } from '#libs/runtime/outcome.js';
import { deadlines, type Lengths, readDeadlines } from './deadlines.js';
import { letterTexts, type LetterTexts } from './files/letter.js';
import { type Labels, labels } from './labels.js';

const data = (name: string): unknown => JSON.parse(readFileSync(new URL(`./${name}.json`, import.meta.url), 'utf8'));

/** The words of the form that come with Vigie. */
export const shippedLabels: Labels = labels.parse(data('labels'));

/** The sentences of the letter to the persons that come with Vigie. */
export const shippedLetters: LetterTexts = letterTexts.parse(data('letters'));

/** The lengths of the clocks that come with Vigie: every one of them. */
export const shippedLengths: Lengths = deadlines.parse(data('deadlines')).lengths as Lengths;

/** The fonts that come with Vigie: a PDF for everybody has its own inside. */
export function shippedFonts(): { readonly regular: string; readonly bold: string } {
  const require = createRequire(import.meta.url);
  return {
    regular: require.resolve('roboto-fontface/fonts/roboto/Roboto-Regular.woff'),
    bold: require.resolve('roboto-fontface/fonts/roboto/Roboto-Bold.woff'),
  };
}

/** The lengths of a file over those that come with Vigie, which hold where no file is named. Throws `ConfigError` with every mistake in it. */
export function lengthsOfFile(file: string | undefined): Lengths {
  if (file === undefined) return shippedLengths;
  const read = readDeadlines(textOf(file), shippedLengths);
  if ('lengths' in read) return read.lengths;
  throw new ConfigError(`VIGIE_DEADLINES_FILE: ${file} is no file of deadlines:\n  ${read.mistakes.join('\n  ')}`);
}

function textOf(file: string): string {
  try {
    return operatorFileText(file);
  } catch (cause) {
    throw new ConfigError(`VIGIE_DEADLINES_FILE: ${file} cannot be read (${messageOf(cause)})`);
  }
}
