import type { Sheet } from './sheet.js';

export interface PdfOptions {
  /** Files of the fonts, which are embedded. */
  readonly fonts: { readonly regular: string; readonly bold: string };
  /** Of the snapshot: the file's dates, so that it is the same bytes whenever it is made. */
  readonly frozenAt: string;
}

/** Margins of 2 cm, in points. */
const margin = 57;

/** A sheet as a tagged PDF (PDF/UA), the same bytes for the same sheet. */
export async function sheetPdf({ title, language, head, sections }: Sheet, { fonts, frozenAt }: PdfOptions): Promise<Buffer> {
  // Its fonts' tables take a good part of a start, and few processes ever make one.
  const { PDFDocument } = await import('pdfkit');
  const date = new Date(frozenAt);
  const document = new PDFDocument({
    subset: 'PDF/UA',
    pdfVersion: '1.7',
    tagged: true,
    lang: language === 'fr' ? 'fr-FR' : 'en-GB',
    displayTitle: true,
    size: 'A4',
    margin,
    font: fonts.regular,
    info: { Title: title, Author: 'Vigie', CreationDate: date, ModDate: date },
  });
  document.registerFont('regular', fonts.regular).registerFont('bold', fonts.bold);
  const bytes = collected(document);
  const root = document.struct('Document');
  document.addStructure(root);
  root.add(document.struct('H1', () => document.font('bold').fontSize(16).text(title).moveDown(0.5)));
  for (const line of head) root.add(document.struct('P', () => document.font('regular').fontSize(9).text(line)));
  for (const { heading, lines } of sections) {
    root.add(document.struct('H2', () => document.moveDown(0.8).font('bold').fontSize(12).text(heading).moveDown(0.2)));
    for (const line of lines) root.add(document.struct('P', () => document.font('regular').fontSize(10).text(line)));
  }
  root.end();
  document.end();
  return bytes;
}

async function collected(document: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of document) pieces.push(piece);
  return Buffer.concat(pieces);
}
