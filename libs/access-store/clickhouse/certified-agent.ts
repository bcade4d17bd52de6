import { Agent } from 'node:https';
import type { CertificatePair } from '#libs/runtime/renewal/own-certificate.js';

/**
 * Connections over TLS that show a certificate, as it is when each is made. One that is kept alive, or a session that is taken up again, shows what it began with: connections
 * under another certificate therefore have another name here, and those of before are used no more.
 */
export class CertifiedAgent extends Agent {
  constructor(
    private readonly now: () => CertificatePair,
    maxSockets: number,
  ) {
    super({ keepAlive: true, maxSockets });
  }

  override createConnection(...[options, ...rest]: Parameters<Agent['createConnection']>): ReturnType<Agent['createConnection']> {
    return super.createConnection({ ...options, ...this.#shown() }, ...rest);
  }

  override getName(options?: Parameters<Agent['getName']>[0]): string {
    return super.getName({ ...options, ...this.#shown() });
  }

  #shown(): { readonly cert: string; readonly key: string } {
    const { certificate: cert, key } = this.now();
    return { cert, key };
  }
}
