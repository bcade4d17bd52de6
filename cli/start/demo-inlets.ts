import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Inlets } from '#libs/testkit/hospital/feed/feed-roads.js';
import { HecWriter, type InletTarget, SyslogWriter, TableWriter, type TlsFiles } from '#libs/testkit/hospital/feed/inlets.js';
import { canMakeCertificates, TestAuthority } from '#libs/testkit/tls/certificates.js';

/** Of the ports of one installation the first that no process of ours has. */
const syslogPortOffset = 14;
const sender = 'imaging-archive.example';

export interface DemoInletsOptions {
  readonly dataDir: string;
  readonly portBase: number;
  readonly groupId: string;
}

/** The inlets of the demonstration beside HTTP: its file of sources, with the secrets that it names, and whoever sends there. */
export class DemoInlets {
  readonly #token = randomBytes(24).toString('base64url');
  readonly #folder: string;
  readonly #port: number;
  #tls: TlsFiles | undefined;

  constructor(private readonly options: DemoInletsOptions) {
    this.#folder = join(options.dataDir, 'inlets');
    this.#port = options.portBase + syslogPortOffset;
  }

  /** Writes everything, and gives the path of the file of sources. Without openssl there are no certificates, and syslog comes over TCP. */
  prepare(): string {
    const folder = this.#folder;
    mkdirSync(join(folder, 'archive'), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, 'lab-portal.token'), this.#token, { mode: 0o600 });
    const path = join(folder, 'sources.yml');
    const { groupId } = this.options;
    const [transport, source] = canMakeCertificates
      ? [`tls, port: ${this.#port}, tls: { ${this.#certificates()} }`, `certificate: { subject: ${sender} }`]
      : [`tcp, port: ${this.#port}`, 'listener: imaging-syslog'];
    writeFileSync(
      path,
      `# Who sends to the demonstration beside the record platform.
listeners:
  - { name: imaging-syslog, kind: syslog, transport: ${transport} }
sources:
  - { name: imaging-archive, group: ${groupId}, ${source} }
  - { name: lab-portal, group: ${groupId}, token_file: lab-portal.token }
  - { name: archive, group: ${groupId}, folder: archive }
`,
      { mode: 0o600 },
    );
    return path;
  }

  /** Those who send; `ingestor` is where it answers. */
  open(ingestor: string, day: string, target: InletTarget): Inlets {
    return {
      atna: new SyslogWriter(this.#port, this.#tls, target),
      hec: new HecWriter(ingestor, this.#token, target),
      table: new TableWriter(join(this.#folder, 'archive'), `accesses-${day}.csv`),
    };
  }

  get syslog(): string {
    return this.#tls ? 'ATNA over syslog TLS' : 'ATNA over syslog TCP (openssl is missing, so there are no certificates)';
  }

  /** As the file of sources names them, beside which they lie. */
  #certificates(): string {
    const authority = new TestAuthority(this.#folder);
    const own = authority.issue('ingestor');
    this.#tls = { ca: authority.certificate, ...authority.issue(sender) };
    return `certificate: ${quoted(own.certificate)}, key: ${quoted(own.key)}, client_ca: ${quoted(authority.certificate)}`;
  }
}

/** JSON's texts are YAML's. */
function quoted(path: string): string {
  return JSON.stringify(path);
}
