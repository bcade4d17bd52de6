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
    const begun = this.#begun.get(piece.stream);
    if (piece.isLast && !begun) return accepted(line);
    const { before, texts, bytes } = begun ?? { before: piece.before, texts: [], bytes: 0 };
    const all = bytes + piece.text.length;
    const kept = all > limits.itemBytesMax ? [] : [...texts, piece.text];
    if (!piece.isLast) {
      // Copies: the next bytes of the file come into the same memory.
      this.#begun.set(piece.stream, { before: Buffer.from(before), texts: kept.map((text) => Buffer.from(text)), bytes: all });
      return undefined;
    }
    this.#begun.delete(piece.stream);
    return kept.length ? accepted(Buffer.concat([before, ...kept, piece.behind])) : tooLarge(all);
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
  const stream = line.toString('latin1', end + dockerStream.length, end + dockerStream.length + 6);
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
