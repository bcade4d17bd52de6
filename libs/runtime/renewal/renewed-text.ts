import { operatorFileText } from '../files/operator-file.js';

/**
 * The text of a file as it is when it is asked for, without its last line end: what was mounted anew is in use from the next connection on. The one of before,
 * at first `first`, while the file cannot be read or does not fit. Without a path it stays as it is.
 */
export function renewedText(path: string | undefined, first: string, fits: (text: string) => boolean): () => string {
  let text = first;
  if (path === undefined) return () => text;
  return () => {
    try {
      const now = operatorFileText(path).replace(/\r?\n$/, '');
      if (fits(now)) text = now;
    } catch {
      // A file that is being replaced is not there for a moment.
    }
    return text;
  };
}
