import { type Rejected, rejected } from '#libs/runtime/outcome.js';

/** The first bytes of what is no text, and what to say of it. */
const containers: readonly (readonly [begin: string, name: string, advice: string])[] = [
  ['PK\x03\x04', 'a ZIP archive, as .xlsx and .ods files are too', 'unpack it, or save the table as CSV'],
  ['PK\x05\x06', 'a ZIP archive with nothing in it', 'leave it out'],
  ['\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1', 'a document of an older Office, as .xls files are', 'save the table as CSV'],
  ['\x1f\x8b', 'packed by gzip', 'send it with Content-Encoding: gzip'],
  ['\x28\xb5\x2f\xfd', 'packed by zstd', 'send it with Content-Encoding: zstd'],
  ['BZh', 'packed by bzip2', 'unpack it, or pack it by gzip or zstd'],
  ['\xfd7zXZ\x00', 'packed by xz', 'unpack it, or pack it by gzip or zstd'],
  ['7z\xbc\xaf\x27\x1c', 'a 7-Zip archive', 'unpack it, or pack it by gzip or zstd'],
  ['PAR1', 'a Parquet file', 'write it as CSV, or as one JSON object a line'],
  ['Obj\x01', 'an Avro file', 'write it as one JSON object a line'],
  ['ElfFile\x00', 'an event log of Windows', 'export its events as XML or CSV'],
  ['%PDF-', 'a PDF document', 'export the table as CSV'],
  ['SQLite format 3\x00', 'a database of SQLite', 'export the table as CSV'],
];

/** Where the header of a file in an archive of tar says that it is one. */
const tarAt = 257;

/** How tables begin that a spreadsheet opens and nothing else does, whatever their files are called. */
const sheet =
  /^(?:\xef\xbb\xbf)?\s{0,64}(?:<(?:!doctype html|html|table|meta)\b|<\?xml[^>]{0,80}\?>\s{0,16}(?:<html\b|<\?mso-application))/i;

/** Why bytes that begin so are not read: they are known to be no records but something that may hold some. */
export function containerRefused(head: Uint8Array): Rejected | undefined {
  // What nearly all bodies begin with.
  if (head[0] === 0x7b || head[0] === 0x5b) return undefined;
  const text = Buffer.from(head.subarray(0, tarAt + 5)).toString('latin1');
  if (sheet.test(text))
    return rejected(
      'unknown_media_type',
      '',
      'this is a page of HTML or a sheet as XML, as web applications export for spreadsheets: save the table as CSV',
    );
  const [, name, advice] = containers.find(([begin]) => text.startsWith(begin)) ?? [];
  if (name !== undefined && advice !== undefined) return rejected('unknown_media_type', '', `this is ${name}: ${advice}`);
  return text.startsWith('ustar', tarAt)
    ? rejected('unknown_media_type', '', 'this is an archive of tar: unpack it, and send its files')
    : undefined;
}

/** How bytes that begin so are packed, where Vigie unpacks it. */
export function packingIn(head: Uint8Array): 'gzip' | 'zstd' | undefined {
  const begin = Buffer.from(head.subarray(0, 4)).toString('latin1');
  if (begin.startsWith('\x1f\x8b')) return 'gzip';
  return begin === '\x28\xb5\x2f\xfd' ? 'zstd' : undefined;
}
