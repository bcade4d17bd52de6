import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import iconv from 'iconv-lite';
import { plainReading } from '../input-format.js';
import { csvRows, csvTextRows } from './rows.js';
import { csvWrapper } from './wrapper.js';

describe('a text', () => {
  it.each([
    ['with empty lines before and below its heading', '\n\na,b,c\n\n1,2,3\n', true],
    ['with a line of blanks below what names its delimiter', 'sep=;\r\n  \r\na;b;c\r\n1;2;3\r\n', true],
    ['of sentences', 'one, two, three\n\nand so on\n', false],
  ])('%s is a table or none', (_, text, isTable) => {
    expect(csvWrapper.recognises({ kind: 'text', text, envelope: { receivedMs: 0 } })).toBe(isTable);
  });
});

describe('the rows of a table', () => {
  it.each([
    ['commas', 'a,b\n1,2\n', [{ a: '1', b: '2' }]],
    ['semicolons, line ends of Windows, a byte order mark', '\uFEFFa;b\r\n1;2\r\n', [{ a: '1', b: '2' }]],
    [
      'line ends of old Macs, in cells too',
      'a;b\r1;2\r\r"3\r4";5',
      [
        { a: '1', b: '2' },
        { a: '3\n4', b: '5' },
      ],
    ],
    ['rows of empty cells, as spreadsheets have them at the end', 'a;b\n1;2\n;\n ;""\n', [{ a: '1', b: '2' }]],
    ["line ends that were made Windows' twice", 'a;b\r\r\n1;2\r\r\n', [{ a: '1', b: '2' }]],
    ['a CR in a cell of a file with other line ends', 'a;b\n1\r1;2\n', [{ a: '1\r1', b: '2' }]],
    ['tabs, blanks around cells, empty lines', 'a\tb\n\n 1 \t2\n\n', [{ a: '1', b: '2' }]],
    ['what a spreadsheet says of its delimiter', 'sep=;\na,b;c\n1,5;2', [{ 'a,b': '1,5', c: '2' }]],
    [
      'quotes, and line ends in them',
      'a;b\n"x;""y"""; "z"\n"1\n2";3',
      [
        { a: 'x;"y"', b: 'z' },
        { a: '1\n2', b: '3' },
      ],
    ],
    ['formulas, which are text', 'a,b\n=1+1,@x\n', [{ a: '=1+1', b: '@x' }]],
    [
      'numbers that a spreadsheet was kept from reading',
      'a;b;c\n="008001";"=""007""";=A1\n',
      [{ a: '008001', b: '007', c: '=A1' }],
    ],
    ['what programs write where there is nothing', 'a;b;c;d\nN/A;NaN;#REF!;nan\n', [{ a: '', b: '', c: '', d: 'nan' }]],
    ['what is written where there is nothing', 'a;b;c;d\nNULL;\\N;"(null)";null\n', [{ a: '', b: '', c: '', d: 'null' }]],
    ['a delimiter behind the last cell', 'a;b\n1;2;\n', [{ a: '1', b: '2' }]],
    [
      'blanks before quotes',
      'a, b, c\n"1", "2, 3", "4"\n5, 6 "7", 8\n',
      [
        { a: '1', b: '2, 3', c: '4' },
        { a: '5', b: '6 "7"', c: '8' },
      ],
    ],
    [
      'empty cells behind the heading alone',
      'a;b;;\n1;2\n3;4;;;;\n',
      [
        { a: '1', b: '2' },
        { a: '3', b: '4' },
      ],
    ],
    ['two columns of one name', 'a;a;;b\n1;2;3;4\n', [{ a: '1', b: '4' }]],
    ['nothing', '', []],
  ])('%s', async (_, text, rows) => {
    expect(await outcomes(text)).toEqual(rows);
    expect([...csvTextRows(text)].map(({ row }) => (row.kind === 'accepted' ? row.value : row.reason))).toEqual(rows);
  });

  it.each([
    ['too few cells', 'a;b\n1\n2;3', ['2 column_count', '3']],
    ['too many cells', 'a;b\n1;2;3\n2;3', ['2 column_count', '3']],
    ['too few cells before a column without a name', 'a;b;\n1;\n2', ['2', '3 column_count']],
    ['too few cells where two columns have one name', 'a;b;a\n1;2\n2;3;4', ['2 column_count', '3']],
    ['a quote that is never closed', 'a;b\n"1;2\n3;4\n5;6', ['2 open_quote', '3', '4']],
    ['a quote that is a sign, and joins lines up to the next', 'a;b\n5";2\n3;4\n6";7', ['2', '3', '4']],
    ['no heading', 'one line\n1;2', ['1 bad_heading']],
    ['no heading below several', 'one line\n\nanother\n1;2\na;b\n1;2', ['1 bad_heading']],
    ['a title over a heading', 'one line;;\n\nanother\na;b\n1;2\n3', ['5', '6 column_count']],
    ['a name that is not allowed below a title', 'one line\na;__proto__\n1;2', ['2 bad_heading']],
    ['a name that reaches a prototype', 'a;__proto__\n1;2', ['1 bad_heading']],
    ['a row without end', `a;b\n1;2\n${'x'.repeat(300_000)}\n3;4`, ['2', '3 too_large', '4']],
  ])('refuses what is no row, where it stands, and goes on: %s', async (_, text, expected) => {
    expect(await lines(Buffer.from(text))).toEqual(expected);
  });

  it.each(['windows-1252', 'iso-8859-1', 'utf-8', 'utf-16', undefined])(
    'in the character set %s that the source says',
    async (charset) => {
      const text = 'agent;né le\nHélène;à midi\n';
      const bytes = iconv.encode(text, charset ?? 'windows-1252');
      for (const named of charset === undefined || charset.startsWith('utf') ? [undefined, charset] : [charset, undefined])
        expect(await outcomes(bytes, named)).toEqual([{ agent: 'Hélène', 'né le': 'à midi' }]);
    },
  );

  it('whose byte order mark says more than their source, which has changed since', async () => {
    const bytes = Buffer.from('\uFEFFagent;né le\nHélène;à midi\n');
    for (const charset of ['windows-1252', 'iso-8859-1', 'utf-8', undefined])
      expect(await outcomes(bytes, charset)).toEqual([{ agent: 'Hélène', 'né le': 'à midi' }]);
  });

  it('finds cells in UTF-8 and in Windows-1252 in one file, and refuses what is not what the source says', async () => {
    const bytes = Buffer.concat([Buffer.from('a;b\né;1\n'), iconv.encode('é;2\n', 'windows-1252')]);
    expect(await outcomes(bytes)).toEqual([
      { a: 'é', b: '1' },
      { a: 'é', b: '2' },
    ]);
    expect(await lines(bytes, 'utf-8')).toEqual(['2', '3 not_utf8']);
    expect(await lines(bytes, 'klingon')).toEqual(['0 unknown_charset']);
  });

  it('are what was written, however the file is cut into pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ';', ',', '\n', '=', ' ', '1'), maxLength: 8 });
    const table = fc.array(fc.tuple(cell, cell, cell), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const text = ['a;b;c', ...rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(';'))].join('\r\n');
        const said = rows.filter((row) => row.some((one) => one.trim()));
        const expected = said.map(([a, b, c]) => ({ a: meant(a), b: meant(b), c: meant(c) }));
        expect(await outcomes(text, undefined, size)).toEqual(expected);
      }),
    );
  });

  it('are the same with the line ends of every system, however the file is cut into pieces', async () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ';', ',', '=', ' ', '1'), maxLength: 8 });
    const table = fc.array(fc.tuple(cell, cell), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 9 }), async (rows, size) => {
        const lines = ['a;b', ...rows.map((row) => row.map((one) => `"${one.replaceAll('"', '""')}"`).join(';'))];
        const expected = await outcomes(lines.join('\n'), undefined, 1000);
        for (const end of ['\r', '\r\n']) expect(await outcomes(`${lines.join(end)}${end}`, undefined, size)).toEqual(expected);
      }),
    );
  });

  it('gives one outcome for each line at most, and never throws, whatever comes', async () => {
    const text = fc.string({ unit: fc.constantFrom('"', ';', '\n', 'a', '\r', '"a"', '""'), maxLength: 300 });
    await fc.assert(
      fc.asyncProperty(text, async (rest) => {
        const told = await lines(Buffer.from(`a;b\n${rest}`));
        expect(told.length).toBeLessThanOrEqual(rest.split('\n').length);
      }),
    );
  });

  it('loses no row to quotes that are signs of their own', async () => {
    const row = fc.constantFrom('1;2', '"1";2', '5";2', 'a"b"c;"2"', '"5"";1";2');
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 600 }), async (rows) => {
        expect(await lines(Buffer.from(['a;b', ...rows].join('\n')))).toEqual(rows.map((_, at) => String(at + 2)));
      }),
    );
  });

  it('are handed on while the file still comes', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('a;b\n');
      for (;;) {
        given += 1;
        yield Buffer.from('1;2\n'.repeat(100));
      }
    }
    let taken = 0;
    for await (const row of csvRows(endless(), plainReading)) {
      taken += row.row.kind === 'accepted' ? 1 : 0;
      if (taken === 10_000) break;
    }
    expect(given).toBeLessThanOrEqual(103);
  });
});

async function outcomes(content: string | Uint8Array, charset?: string, size?: number) {
  const found: unknown[] = [];
  for await (const { row } of csvRows(pieces(content, size), charset === undefined ? {} : { charset }))
    found.push(row.kind === 'accepted' ? row.value : row.reason);
  return found;
}

async function lines(content: Uint8Array, charset?: string) {
  const found: string[] = [];
  for await (const { line, row } of csvRows(pieces(content), charset === undefined ? {} : { charset }))
    found.push(row.kind === 'accepted' ? String(line) : `${line} ${row.reason}`);
  return found;
}

async function* pieces(content: string | Uint8Array, size = 50): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** A spreadsheet's way to keep a number as it is written, which random letters come to now and then, is none of the cell. */
function meant(cell: string): string {
  return (/^="([^"]*)"$/.exec(cell.trim())?.[1] ?? cell).trim();
}
