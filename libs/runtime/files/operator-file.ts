// files/: what operators write and services read, at their start and again while they run.
// Whatever lies at such a path, a service is neither held up nor filled by it.

import { closeSync, constants, fstatSync, openSync, readFileSync, type Stats } from 'node:fs';
import { open } from 'node:fs/promises';

/** The most that such a file may hold, bytes: above the longest list, below what would hurt a service. */
export const operatorFileBytesMax = 32 * 1024 * 1024;

/** Opening a pipe without it waits for somebody who writes, and with it whatever else this process does. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/** The code of the error that refuses what is no file, as `codeOf` gives it. */
export const unfitFile = 'EFTYPE';

/** What lies at the path is none that can be read as a file. */
class NoFile extends Error {
  override readonly name = 'NoFile';
  readonly code = unfitFile;
}

/**
 * The bytes of a file that an operator wrote. Follows links. Throws what the disk throws, and where a folder, a pipe, a device or a socket lies there,
 * or more than `operatorFileBytesMax`; never waits for one who writes.
 */
export function operatorFileBytes(path: string): Buffer {
  const file = openSync(path, withoutWaiting);
  try {
    refuseWhatIsNone(fstatSync(file));
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

/** As `operatorFileBytes`, as text in UTF-8. */
export function operatorFileText(path: string): string {
  return operatorFileBytes(path).toString('utf8');
}

/** As `operatorFileBytes`, for many files: other work goes on meanwhile. */
export async function operatorFileBytesLater(path: string): Promise<Buffer> {
  await using file = await open(path, withoutWaiting);
  refuseWhatIsNone(await file.stat());
  return await file.readFile();
}

function refuseWhatIsNone(found: Stats): void {
  const kind = kindOf(found);
  if (kind !== undefined) throw new NoFile(`it is ${kind}, not a file: put a file there`);
  if (found.size > operatorFileBytesMax)
    throw new NoFile(`it has ${found.size} bytes, more than ${operatorFileBytesMax}: is it another file?`);
}

function kindOf(found: Stats): string | undefined {
  if (found.isFile()) return undefined;
  if (found.isDirectory()) return 'a folder';
  return found.isFIFO() ? 'a pipe' : 'a device or a socket';
}
