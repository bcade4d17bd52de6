import { readFileSync } from 'node:fs';

/** Where Linux says of every socket over UDP what it dropped because nobody had read what came before; elsewhere there is none. */
const tables = ['/proc/net/udp', '/proc/net/udp6'];

/** Datagrams that the system has dropped, of all sockets of a port that are open in a table as Linux has it. */
export function dropsIn(table: string, port: number): number {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return table.split('\n').reduce((drops, line) => {
    const fields = line.trim().split(/\s+/);
    return fields[1]?.endsWith(local) ? drops + (Number(fields.at(-1)) || 0) : drops;
  }, 0);
}

/** Counts what the system drops of the datagrams of a port from one look to the next. */
export class SystemDrops {
  #before = 0;

  constructor(
    private readonly port: number,
    private readonly read: (path: string) => string = (path) => readFileSync(path, 'latin1'),
  ) {}

  /** Datagrams dropped since the look before. A socket that was opened anew begins at zero. */
  since(): number {
    const drops = tables.reduce((sum, path) => sum + dropsIn(this.#tableOf(path), this.port), 0);
    const since = drops < this.#before ? drops : drops - this.#before;
    this.#before = drops;
    return since;
  }

  #tableOf(path: string): string {
    try {
      return this.read(path);
    } catch {
      return '';
    }
  }
}
