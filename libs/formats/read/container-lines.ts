import { accepted, type Accepted, rejected, type Rejected } from '#libs/runtime/outcome.js';
import { limits } from '../limits.js';

/** Bytes at which engines of containers cut a line. */
const pieceBytes = 16 * 1024;

const two = 0x32;
/** `2026-11-28T08:12:03.123456789Z stdout P ` of containerd and CRI-O: whether a part follows (`P`) or this is the last (`F`). */
const criHead = /^(2\d{3}-\d\d-\d\dT[\d:.]{8,20}(?:Z|[+-]\d\d:\d\d) (stdout|stderr)) ([PF])(?::\S{0,64})?(?: |$)/;
const criHeadMax = 128;
/** `{"log":"...\n","stream":"stdout",...}` of Docker: a piece whose text does not end its line is followed by the next. */
const dockerStart = Buffer.from('{"log":"');
const dockerStream = Buffer.from('","stream":"');
const streams: ReadonlySet<string> = new Set(['stdout', 'stderr']);
const streamChars = 6;

/** A line as the engine wrote it: what stands around the text of the program, and the text as it is written. */
interface Piece {
  readonly stream: string;
  readonly isLast: boolean;
  readonly before: Uint8Array;
  readonly text: Uint8Array;
  readonly behind: Uint8Array;
}

interface Begun {
  readonly before: Uint8Array;
  readonly texts: Uint8Array[];
  bytes: number;
}

/**
 * Puts the lines of a program together that an engine of containers has cut, as they follow each other in its file: a part of a record may be another
 * record, with half the number of a patient. Every other line is given back as it is.
 */
export class ContainerLines {
  readonly #begun = new Map<string, Begun>();

  /** The line, or what is complete with it; undefined for a part. `blanks` are those at its end, which may be between two words. */
  take(line: Uint8Array, blanks: Uint8Array): Accepted<Uint8Array> | Rejected | undefined {
    const piece = pieceOf(line, blanks);
    if (!piece) return accepted(line);
    const open = this.#begun.get(piece.stream);
    if (piece.isLast && !open) return accepted(line);
    const begun = open ?? { before: piece.before, texts: [], bytes: 0 };
    begun.bytes += piece.text.length;
    if (begun.bytes > limits.itemBytesMax) begun.texts.length = 0;
    // A copy: the next bytes of the file come into the same memory.
    else begun.texts.push(piece.isLast ? piece.text : Buffer.from(piece.text));
    if (!piece.isLast) {
      this.#begun.set(piece.stream, begun);
      return undefined;
    }
    this.#begun.delete(piece.stream);
    return begun.texts.length > 0 ? accepted(Buffer.concat([begun.before, ...begun.texts, piece.behind])) : tooLarge(begun.bytes);
  }

  /** What began and has no end in the file. */
  end(): readonly Rejected[] {
    const parts = [...this.#begun.values()].map(() =>
      rejected(
        'partial_line',
        '',
        'the last part of this line of a container is not in the file; send the file again when it is whole',
      ),
    );
    this.#begun.clear();
    return parts;
  }
}

function tooLarge(bytes: number): Rejected {
  return rejected('too_large', '', `the record has ${bytes} bytes, more than ${limits.itemBytesMax}; send it in parts`);
}

function pieceOf(line: Uint8Array, blanks: Uint8Array): Piece | undefined {
  if (line[0] !== two && (line[0] !== dockerStart[0] || line[2] !== dockerStart[2])) return undefined;
  const bytes = Buffer.from(line.buffer, line.byteOffset, line.byteLength);
  return line[0] === two ? criPiece(bytes, blanks) : dockerPiece(bytes);
}

function criPiece(line: Buffer, blanks: Uint8Array): Piece | undefined {
  const [head, before = '', stream = '', tag] = criHead.exec(line.toString('latin1', 0, criHeadMax)) ?? [];
  if (head === undefined) return undefined;
  const text = tag === 'P' ? Buffer.concat([line.subarray(head.length), blanks]) : line.subarray(head.length);
  return { stream, isLast: tag === 'F', before: Buffer.from(`${before} F `), text, behind: new Uint8Array() };
}

function dockerPiece(line: Buffer): Piece | undefined {
  if (!line.subarray(0, dockerStart.length).equals(dockerStart)) return undefined;
  const end = line.indexOf(dockerStream);
  if (end < 0) return undefined;
  const stream = line.toString('latin1', end + dockerStream.length, end + dockerStream.length + streamChars);
  // Each stream that has begun is held.
  if (!streams.has(stream)) return undefined;
  const text = line.subarray(dockerStart.length, end);
  return { stream, isLast: text.length < pieceBytes || endsLine(text), before: dockerStart, text, behind: line.subarray(end) };
}

/** Whether a text of JSON ends with a line end, and not with a backslash and the letter. */
function endsLine(text: Uint8Array): boolean {
  if (text.at(-1) !== 0x6e) return false;
  let slashes = 0;
  while (text.at(-2 - slashes) === 0x5c) slashes += 1;
  return slashes % 2 === 1;
}
