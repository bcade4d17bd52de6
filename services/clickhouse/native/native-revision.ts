import { assertNever } from '#libs/runtime/outcome.js';
import { exception } from '../engine/exception.js';
import { type Layout, layoutOf } from './native-type.js';

/** From these protocol versions on a block begins with information on itself, and each column says whether it is written in a special way. */
const withBlockInfo = 51_903;
const withSerializationByte = 54_454;

/** Field 1: no overflow row; field 2: no bucket (-1); end. */
const blockInfo = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0]);
const plainSerialization = Buffer.from([0]);

/**
 * Blocks of the format Native as a client of protocol version `revision` (`client_protocol_version`) expects them. The engine writes them
 * for version 0; clients in Go, Grafana's data source among them, read only the newer layout. Rejects with code 48 for a column whose
 * type is not known here, because where the next column begins cannot be told then.
 */
export function atRevision(blocks: Buffer, revision: number): Buffer {
  if (revision < withBlockInfo) return blocks;
  const parts: Buffer[] = [];
  const reader = new BlockReader(blocks);
  while (!reader.atEnd) {
    parts.push(blockInfo);
    let from = reader.at;
    const [columns, rows] = [reader.varint(), reader.varint()];
    for (let column = 0; column < columns; column += 1) {
      reader.text();
      const type = reader.text();
      if (revision >= withSerializationByte) {
        parts.push(blocks.subarray(from, reader.at), plainSerialization);
        from = reader.at;
      }
      if (rows > 0) reader.skipColumn(type, rows);
    }
    parts.push(blocks.subarray(from, reader.at));
  }
  return Buffer.concat(parts);
}

/** Finds where things end. Layout: https://clickhouse.com/docs/native-protocol/columns */
class BlockReader {
  at = 0;
  constructor(private readonly bytes: Buffer) {}

  get atEnd(): boolean {
    return this.at >= this.bytes.length;
  }

  varint(): number {
    let [value, scale] = [0, 1];
    for (;;) {
      const byte = this.bytes.readUInt8(this.at);
      this.at += 1;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
  }

  text(): string {
    const length = this.varint();
    this.at += length;
    return this.bytes.toString('utf8', this.at - length, this.at);
  }

  skipColumn(type: string, rows: number): void {
    const layout = layoutOf(type);
    if (!layout)
      throw exception(48, 'NOT_IMPLEMENTED', `The type ${type} cannot be sent in this protocol version; cast it to String`);
    this.at += prefixBytes(layout);
    this.#skip(layout, rows);
    if (this.at > this.bytes.length) throw new RangeError(`a block ends within a column of ${type}`);
  }

  #skip(layout: Layout, rows: number): void {
    if (rows === 0) return;
    switch (layout.kind) {
      case 'fixed':
        this.at += layout.bytes * rows;
        return;
      case 'string':
        for (let row = 0; row < rows; row += 1) {
          const length = this.varint();
          this.at += length;
        }
        return;
      case 'nullable':
        this.at += rows;
        return this.#skip(layout.of, rows);
      case 'array':
        this.at += 8 * rows;
        return this.#skip(layout.of, Number(this.bytes.readBigUInt64LE(this.at - 8)));
      case 'tuple':
        for (const of of layout.of) this.#skip(of, rows);
        return;
      case 'dictionary':
        return this.#skipDictionary(layout.of);
      default:
        return assertNever(layout);
    }
  }

  /** The width of an index (1 << the lowest byte of the flags), the distinct values, the indexes. */
  #skipDictionary(values: Layout): void {
    const width = 1 << this.bytes.readUInt8(this.at);
    this.#skip(values, this.#count(8));
    const indexes = this.#count(0);
    this.at += width * indexes;
  }

  #count(after: number): number {
    this.at += after + 8;
    return Number(this.bytes.readBigUInt64LE(this.at - 8));
  }
}

/** A dictionary anywhere in a type puts its version, 8 bytes, before all of the column. */
function prefixBytes(layout: Layout): number {
  switch (layout.kind) {
    case 'fixed':
    case 'string':
      return 0;
    case 'nullable':
    case 'array':
      return prefixBytes(layout.of);
    case 'tuple':
      return layout.of.reduce((sum, of) => sum + prefixBytes(of), 0);
    case 'dictionary':
      return 8;
    default:
      return assertNever(layout);
  }
}
