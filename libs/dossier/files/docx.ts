import { printable } from '#libs/contracts/visible-text.js';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import type { Sheet } from './sheet.js';

/** The part of the package that holds dates. */
const core = 'docProps/core.xml';

/** A sheet as a DOCX, to be edited: the same bytes for the same sheet. `frozenAt` are its dates. */
export async function sheetDocx({ title, language, head, sections }: Sheet, frozenAt: string): Promise<Buffer> {
  // Half a second to load, for whoever asks for such a file alone.
  const { Document, HeadingLevel, Packer, Paragraph, TextRun } = await import('docx');
  // What people wrote in several lines stays so; other characters that nobody sees are written out.
  const runs = (text: string) =>
    linesOf(text).map((line, at) => new TextRun({ text: printable(line), ...(at > 0 && { break: 1 }) }));
  const children = [
    new Paragraph({ text: title, heading: HeadingLevel.TITLE }),
    ...head.map((text) => new Paragraph({ children: runs(text) })),
    ...sections.flatMap(({ heading, lines }) => [
      ...(heading === '' ? [] : [new Paragraph({ text: heading, heading: HeadingLevel.HEADING_1 })]),
      ...lines.map((text) => new Paragraph({ children: runs(text), spacing: { after: 120 } })),
    ]),
  ];
  const run = { language: { value: language === 'fr' ? 'fr-FR' : 'en-GB' } };
  const document = new Document({
    title,
    creator: 'Vigie',
    lastModifiedBy: 'Vigie',
    styles: { default: { document: { run } } },
    sections: [{ children }],
  });
  return dated(await Packer.toBuffer(document), frozenAt);
}

function linesOf(text: string): readonly string[] {
  return text.replaceAll('\t', ' ').split(/\r\n|\r|\n/);
}

/** The same package with one date in the place of the present: in its properties, and as the age of its parts, which is a local time of 1980 or later. */
function dated(bytes: Buffer, frozenAt: string): Buffer {
  const parts = unzipSync(bytes);
  const properties = strFromU8(parts[core] ?? new Uint8Array()).replaceAll(
    /(<dcterms:(?:created|modified)[^>]*>)[^<]*/g,
    `$1${frozenAt}`,
  );
  return Buffer.from(zipSync({ ...parts, [core]: strToU8(properties) }, { mtime: new Date(2000, 0, 1) }));
}
