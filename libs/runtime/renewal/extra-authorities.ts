import tls from 'node:tls';
import { certificatesOf, isPem } from '../config.js';
import { operatorFileText } from '../files/operator-file.js';
import { type End, endsOf } from './end-watch.js';
import { seenIn } from './certificates-seen.js';

/**
 * The authorities of `NODE_EXTRA_CA_CERTS`, which Node reads once at its start: those of the file as it is when it is looked at count from the next connection on, beside all others. A file that holds none, or is not there, leaves those of before.
 */
export class ExtraAuthorities {
  #text: string;

  constructor(private readonly path: string) {
    this.#text = textOf(path) ?? '';
  }

  /** Takes what the file has now; answers with the ends of its certificates. Throws where none can be read. */
  look(): readonly End[] {
    const now = textOf(this.path);
    if (now !== undefined && now !== this.#text && isPem(now)) {
      const before = pemsOf(this.#text);
      tls.setDefaultCACertificates([...tls.getCACertificates('default').filter((one) => !before.includes(one)), ...pemsOf(now)]);
      this.#text = now;
    }
    return endsOf(seenIn('NODE_EXTRA_CA_CERTS', () => this.#text));
  }
}

/** As Node gives them. */
function pemsOf(text: string): readonly string[] {
  return isPem(text) ? certificatesOf(text).map((one) => one.toString()) : [];
}

function textOf(path: string): string | undefined {
  try {
    return operatorFileText(path);
  } catch {
    return undefined;
  }
}
