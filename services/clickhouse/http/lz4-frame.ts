import { Transform } from 'node:stream';

/** Version 1, blocks on their own, no checksums; blocks of up to 4 MiB; the second byte of the hash of both. */
const head = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x70, 0x73]);
const endMark = Buffer.alloc(4);
const blockBytesMax = 4 * 1024 * 1024;
const storedFlag = 0x8000_0000;

/**
 * The LZ4 frame format, with blocks stored as they are. The Java client asks for nothing else over HTTP and cannot read an answer without
 * it; on loopback there is nothing to gain by compressing. Format: https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md
 */
export function createLz4Frame(): Transform {
  let begun = false;
  const begin = (): readonly Buffer[] => {
    if (begun) return [];
    begun = true;
    return [head];
  };
  return new Transform({
    transform(chunk: Buffer, _, done) {
      done(null, Buffer.concat([...begin(), ...stored(chunk)]));
    },
    flush(done) {
      done(null, Buffer.concat([...begin(), endMark]));
    },
  });
}

function stored(bytes: Buffer): readonly Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += blockBytesMax) {
    const block = bytes.subarray(at, at + blockBytesMax);
    const size = Buffer.alloc(4);
    size.writeUInt32LE(block.length + storedFlag);
    parts.push(size, block);
  }
  return parts;
}
