/** Bytes of a key. */
export const sipHashKeyBytes = 16;

/** What sip-hash.wat assembles to; the test assembles it again. */
export const sipHashProgram = Buffer.from(
  'AGFzbQEAAAABBgFgAn9/AAMCAQAFAwEAAQcTAgZtZW1vcnkCAAZkaWdlc3QAAAqcAgGZAgIFfgJ/QQApAwBC9crNg9es27fzAIUhAkEIKQMAQu' +
    '3ekfOWzNy35ACFIQNBACkDAELh5JXz1uzZvOwAhSEEQQgpAwBC88rRy6eM2bL0AIUhBSAAIAFBeHFqIQcDQCAAIAdNBEAgACkDACEGIAAgB0YE' +
    'QCAGIAGtQjiGhCEGCwVCACEGIAhFBEAgBEL/AYUhBAsgCEEBaiEICyAFIAaFIQUgAiADfCECIAQgBXwhBCADQg2JIAKFIQMgBUIQiSAEhSEFIA' +
    'JCIIkhAiAEIAN8IQQgAiAFfCECIANCEYkgBIUhAyAFQhWJIAKFIQUgBEIgiSEEIAIgBoUhAiAAQQhqIQAgCEEDSQ0AC0EQIAIgA4UgBCAFhYU3' +
    'AwAL',
  'base64',
);

/** Where the program has the key and leaves the digest, and where messages begin. */
const digestAt = 16;
const messageAt = 64;
/** Bytes behind a message that the program reads too, and that a copy of whole words may touch. */
const slackBytes = 16;
const pageBytes = 65_536;

/** What of the engine's WebAssembly is used here; TypeScript knows it of browsers alone. */
declare const WebAssembly: {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: object };
};

interface Program {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  readonly digest: (at: number, length: number) => void;
}

const program = new WebAssembly.Instance(new WebAssembly.Module(sipHashProgram)).exports as Program;
let memory = new DataView(program.memory.buffer);

/** The two digits of each byte, as a little-endian word. */
const hexPairs = Uint16Array.from({ length: 256 }, (_, byte) => Buffer.from(byte.toString(16).padStart(2, '0')).readUInt16LE());

/**
 * SipHash-1-3 with 64 bits of output: whoever does not know the key cannot choose two messages with one digest. WebAssembly has the words of
 * 64 bits that it is made of; in JavaScript they would take three times as long.
 */
export class SipHash {
  readonly #key: readonly number[];

  /** Throws `RangeError` for a key of another length. */
  constructor(readonly key: Buffer) {
    if (key.length !== sipHashKeyBytes) throw new RangeError(`a key has ${sipHashKeyBytes} bytes, not ${key.length}`);
    this.#key = [0, 4, 8, 12].map((at) => key.readInt32LE(at));
  }

  /**
   * Writes the digest of a message as sixteen hexadecimal digits. The message lies in parts: from `ends[0]` to `ends[1]`, from `ends[2]` to
   * `ends[3]`, and so on, with three more bytes that may be read behind each; it is all of them, and then the length of each as a word of 32
   * bits, so that where a part ends is digested as well.
   */
  digest(bytes: DataView, ends: Int32Array, target: DataView, targetAt: number): void {
    const parts = ends.length / 2;
    let length = 4 * parts;
    for (let part = 0; part < parts; part += 1) length += (ends[2 * part + 1] ?? 0) - (ends[2 * part] ?? 0);
    if (messageAt + length + slackBytes > memory.byteLength) grow(messageAt + length + slackBytes);
    const to = memory;
    let at = messageAt;
    for (let part = 0; part < parts; part += 1) at = copy(bytes, ends[2 * part] ?? 0, ends[2 * part + 1] ?? 0, to, at);
    for (let part = 0; part < parts; part += 1, at += 4) to.setInt32(at, (ends[2 * part + 1] ?? 0) - (ends[2 * part] ?? 0), true);
    to.setInt32(at, 0, true);
    to.setInt32(at + 4, 0, true);
    const key = this.#key;
    for (let word = 0; word < 4; word += 1) to.setInt32(4 * word, key[word] ?? 0, true);
    program.digest(messageAt, length);
    for (let byte = 0; byte < 8; byte += 1)
      target.setUint16(targetAt + 2 * byte, hexPairs[to.getUint8(digestAt + byte)] ?? 0, true);
  }
}

function grow(bytes: number): void {
  program.memory.grow(Math.ceil((bytes - memory.byteLength) / pageBytes));
  memory = new DataView(program.memory.buffer);
}

/**
 * Copies whole words of four bytes: up to three bytes more than asked for are read and written, and overwritten by what follows. A third
 * of the time of a loop over bytes, and ranges are too short for a native copy. Answers with the index after what was asked for.
 */
function copy(from: DataView, start: number, end: number, to: DataView, at: number): number {
  let target = at;
  for (let source = start; source < end; source += 4, target += 4) to.setInt32(target, from.getInt32(source, true), true);
  return at + end - start;
}
