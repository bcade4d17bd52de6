import { modulesOf } from '../web-assembly.js';
import { sipHashProgram } from './program.js';

/** Bytes of a key. */
export const sipHashKeyBytes = 16;

/** Where the program has the key at 0, leaves the digest, and where messages begin. */
const digestAt = 16;
const digestBytes = 8;
const messageAt = 64;
/** Bytes behind a message that the program writes over. */
const slackBytes = 8;
const pageBytes = 65_536;

interface Program {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly digest: (at: number, length: number) => void;
}

const program = modulesOf(sipHashProgram)() as unknown as Program;
let memory = Buffer.from(program.memory.buffer);

/**
 * SipHash-1-3 with 64 bits of output: whoever does not know the key cannot choose two messages with one digest. WebAssembly has the words of
 * 64 bits that it is made of; in JavaScript they would take three times as long.
 */
export class SipHash {
  /** Throws `RangeError` for a key of another length. */
  constructor(readonly key: Buffer) {
    if (key.length !== sipHashKeyBytes) throw new RangeError(`a key has ${sipHashKeyBytes} bytes, not ${key.length}`);
  }

  /**
   * Sixteen hexadecimal digits over texts in UTF-8: all of them, and then the length of each as a word of 32 bits, so that where a text ends
   * is digested as well.
   */
  digest(texts: readonly string[]): string {
    const lengths = texts.map((text) => Buffer.byteLength(text));
    const length = lengths.reduce((sum, one) => sum + one + 4, 0);
    const to = memoryOf(messageAt + length + slackBytes);
    this.key.copy(to);
    let at = messageAt;
    for (const text of texts) at += to.write(text, at);
    for (const one of lengths) at = to.writeInt32LE(one, at);
    program.digest(messageAt, length);
    return to.toString('hex', digestAt, digestAt + digestBytes);
  }
}

function memoryOf(bytes: number): Buffer {
  if (bytes > memory.length) {
    program.memory.grow(Math.ceil((bytes - memory.length) / pageBytes));
    memory = Buffer.from(program.memory.buffer);
  }
  return memory;
}
