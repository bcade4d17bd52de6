import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '#libs/runtime/clock.js';
import { restoreInto, type RestoreSource } from './restore.js';

export interface DrillOptions extends RestoreSource {
  /** Ports of this machine that nobody uses: the restored store answers on the thirteenth. */
  readonly portBase: number;
  /** Where the restored folder is made, and removed again; the system's temporary folder where it is left out. */
  readonly within?: string;
}

const minuteMs = 60_000;

/**
 * `vigie drill restore`: restores a backup into an empty place beside the running system, compares it with what was backed up, and removes it again. Says how
 * much would be lost if this were needed now (what was accepted since it was made), and how long it takes. Ends with 1 where something differs.
 */
export async function drillCommand({ portBase, within, ...source }: DrillOptions, clock: Clock): Promise<void> {
  const folder = mkdtempSync(join(within ?? tmpdir(), 'vigie-drill-'));
  try {
    const begun = clock.monotonic();
    const { manifest, figures, differences } = await restoreInto(folder, { source, portBase, clock });
    const seconds = (clock.monotonic() - begun) / 1000;
    const ageMinutes = Math.round((clock.now() - Date.parse(manifest.begun_at)) / minuteMs);
    for (const [name, { rows }] of Object.entries(figures)) process.stdout.write(`${name}\t${rows}\n`);
    for (const one of differences) process.stdout.write(`DIFFERS\t${one}\n`);
    process.stdout.write(
      `lost if needed now\twhat was accepted in the last ${ageMinutes} minutes (since ${manifest.begun_at}), unless sources send it again\n`,
    );
    process.stdout.write(`restored in\t${seconds.toFixed(1)} s\n`);
    process.stdout.write(
      differences.length > 0
        ? `${differences.length} difference(s)\n`
        : 'counts, incidents, lists and log are what was backed up\n',
    );
    process.exitCode = differences.length > 0 ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
