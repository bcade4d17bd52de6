import { nextHeadIn } from './frame-heads.js';

/** What XML begins with that is a message: its own line ends are none of the message's. */
export const documentStarts: readonly string[] = ['<?xml', '<AuditMessage', '<EventLog', '<AuditEvent', '<Bundle'];
/** A document begins in so many first bytes of a message, and its root in so many of the document. */
const startBytesMax = 8192;

/** A chunk may hold many messages: each is looked through in pieces, so that none looks at all that follows it. */
const windowBytes = 4096;
/** No end tag and no head of a message is longer. */
const overlapBytes = 256;

const start = /(?:^|[\s:\]\u00BF])(?=<(?:\?xml|AuditMessage|EventLog|AuditEvent|Bundle)[\s/>?])/;

/** Where a document begins in the first bytes of a message, looked for behind `from` only. */
export function documentStartIn(bytes: Buffer, from: number, to: number): number | undefined {
  const begin = Math.max(0, from - 16);
  if (begin >= startBytesMax) return undefined;
  const found = start.exec(bytes.toString('latin1', begin, Math.min(to, startBytesMax)));
  // The first expression matches the beginning of the text, which need not be that of the message.
  return found && (begin === 0 || found[0] !== '') ? begin + found.index + found[0].length : undefined;
}

/** A document that has begun: looks for its end, over each byte a fixed number of times. */
export class OpenDocument {
  #root: string | undefined;
  #scanned: number;

  constructor(private readonly at: number) {
    this.#scanned = at;
  }

  /** The end of the document, or the place where another message begins because this one was cut off; undefined where neither is there. */
  endIn(bytes: Buffer): number | undefined {
    this.#root ??= /<([A-Za-z_][\w.:-]{0,127})[\s/>]/.exec(bytes.toString('latin1', this.at, this.at + startBytesMax))?.[1];
    while (this.#scanned < bytes.length) {
      const from = Math.max(this.at, this.#scanned - overlapBytes);
      this.#scanned = Math.min(bytes.length, from + windowBytes);
      const text = bytes.toString('latin1', from, this.#scanned);
      const cut = nextHeadIn(text);
      const end = this.#closed(text);
      const first = Math.min(end ?? Infinity, cut ?? Infinity);
      if (first !== Infinity) return from + first;
    }
    return undefined;
  }

  #closed(text: string): number | undefined {
    if (this.#root === undefined) return undefined;
    const tag = `</${this.#root}`;
    for (let at = text.indexOf(tag); at >= 0; at = text.indexOf(tag, at + 1)) {
      const close = /^\s{0,64}>/.exec(text.slice(at + tag.length, at + tag.length + 66));
      if (close) return at + tag.length + close[0].length;
    }
    return undefined;
  }
}

/** Whether a document begins in a message and does not end there. */
export function isOpenDocument(message: Buffer): boolean {
  const start = documentStartIn(message, 0, message.length);
  return start !== undefined && new OpenDocument(start).endIn(message) === undefined;
}
