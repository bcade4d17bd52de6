/** What is used of pdfkit, which brings no types of its own. */
declare module 'pdfkit' {
  import type { Readable } from 'node:stream';

  interface Structure {
    add(child: Structure | (() => void)): Structure;
    end(): void;
  }

  export class PDFDocument extends Readable {
    constructor(options: Readonly<Record<string, unknown>>);
    struct(type: string, children?: (() => void) | readonly (Structure | (() => void))[]): Structure;
    addStructure(structure: Structure): this;
    registerFont(name: string, source: string): this;
    font(name: string): this;
    fontSize(size: number): this;
    fillColor(color: string): this;
    moveDown(lines?: number): this;
    text(text: string, options?: Readonly<Record<string, unknown>>): this;
    end(): void;
  }
}
