import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { csvLine, frenchTable } from './csv-cell.js';

describe('a table for a spreadsheet that is set to French', () => {
  it('has the same cells behind semicolons, and a mark by which its accents are read', () => {
    expect(frenchTable(`${csvLine(['at', 'mesures'])}${csvLine(['1', 'a; b, "é"\nc'])}`)).toBe(
      '\uFEFFat;mesures\r\n1;"a; b, ""é""\nc"\r\n',
    );
    const cell = fc.oneof(fc.string(), fc.constantFrom(';', ',', '"', 'a\nb', '\r\n', ''));
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const table = frenchTable(rows.map(csvLine).join(''));
        expect(
          parse(table, { bom: true, delimiter: ';', recordDelimiter: '\r\n', relaxColumnCount: true, skipEmptyLines: false }),
        ).toEqual(rows);
      }),
    );
  });
});
