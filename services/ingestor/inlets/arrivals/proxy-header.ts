import { addressOf } from '#libs/formats/address.js';

/** What a balancer says before the bytes of a connection, by the PROXY protocol of HAProxy, version 1 or 2 (its `doc/proxy-protocol.txt`). */
export type ProxyHeader =
  /** More bytes are needed. */
  | { readonly kind: 'begun' }
  /** `length` bytes of header. `address` is who has connected to the balancer; undefined where the balancer speaks for itself, as to look whether somebody answers. */
  | { readonly kind: 'read'; readonly length: number; readonly address: string | undefined }
  | { readonly kind: 'wrong'; readonly reason: string };

const signature = Buffer.from('\r\n\r\n\0\r\nQUIT\n', 'latin1');
const headBytes = 16;
/** Of what version 2 adds to the addresses: a certificate of the sender's may be among it. */
const addedBytesMax = 16 * 1024;
const lineStart = Buffer.from('PROXY ', 'latin1');
const lineBytesMax = 107;
const lineEnd = '\r\n';

/** The header with which `bytes` begin. What stands behind it is not looked at. */
export function proxyHeaderOf(bytes: Buffer): ProxyHeader {
  if (beginsWith(bytes, lineStart)) return headerOfLine(bytes);
  if (beginsWith(bytes, signature)) return binaryHeader(bytes);
  return { kind: 'wrong', reason: 'the connection does not begin with a header of the PROXY protocol' };
}

/** Whether the bytes are the start, or the beginning of it. */
function beginsWith(bytes: Buffer, start: Buffer): boolean {
  const length = Math.min(bytes.length, start.length);
  return bytes.compare(start, 0, length, 0, length) === 0;
}

function headerOfLine(bytes: Buffer): ProxyHeader {
  const text = bytes.toString('latin1', 0, lineBytesMax);
  const end = text.indexOf(lineEnd);
  if (end < 0)
    return text.length < lineBytesMax
      ? { kind: 'begun' }
      : { kind: 'wrong', reason: `the line of PROXY has no end in ${lineBytesMax} bytes` };
  const length = end + lineEnd.length;
  const line = text.slice(0, end);
  if (/^PROXY UNKNOWN(?: |$)/.test(line)) return { kind: 'read', length, address: undefined };
  const [, family = '', given = ''] =
    /^PROXY (TCP4|TCP6) ([\da-fA-F.:]{2,45}) [\da-fA-F.:]{2,45} \d{1,5} \d{1,5}$/.exec(line) ?? [];
  const address = given.includes(':') === (family === 'TCP6') ? addressOf(given) : undefined;
  return address === undefined
    ? { kind: 'wrong', reason: 'the line of PROXY names no address' }
    : { kind: 'read', length, address };
}

/** Commands, families and lengths of version 2. */
const local = 0x20;
const proxied = 0x21;
const overFour = 1;
const overSix = 2;
const lengthOfPair = { [overFour]: 12, [overSix]: 36 } as const;

function binaryHeader(bytes: Buffer): ProxyHeader {
  if (bytes.length < headBytes) return { kind: 'begun' };
  const [command, family] = [bytes.readUInt8(12), bytes.readUInt8(13) >> 4];
  const added = bytes.readUInt16BE(14);
  if (command !== local && command !== proxied)
    return { kind: 'wrong', reason: 'the header of PROXY has a version or command that is not known' };
  if (added > addedBytesMax)
    return { kind: 'wrong', reason: `the header of PROXY has ${added} bytes, more than ${addedBytesMax}` };
  const length = headBytes + added;
  if (bytes.length < length) return { kind: 'begun' };
  if (command === local || (family !== overFour && family !== overSix)) return { kind: 'read', length, address: undefined };
  if (added < lengthOfPair[family]) return { kind: 'wrong', reason: 'the header of PROXY ends within its addresses' };
  return {
    kind: 'read',
    length,
    address: family === overFour ? [...bytes.subarray(16, 20)].join('.') : sixOf(bytes.subarray(16, 32)),
  };
}

function sixOf(bytes: Buffer): string | undefined {
  const words = [0, 2, 4, 6, 8, 10, 12, 14].map((at) => bytes.readUInt16BE(at).toString(16));
  return addressOf(words.join(':'));
}
