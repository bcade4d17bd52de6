import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { portOffsets } from '#libs/contracts/vocabulary.js';

type ProcessName = keyof typeof portOffsets;

/** What Prometheus reads as `file_sd_configs`. */
const targets = z.array(z.object({ targets: z.array(z.string()) }));

/** Writes where each process of a service answers for itself, for Prometheus and for commands. */
export function writeTargets(dataDir: string, service: ProcessName, addresses: readonly string[]): void {
  const path = pathOf(dataDir, service);
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.new`;
  writeFileSync(fresh, `${JSON.stringify([{ targets: addresses }])}\n`);
  renameSync(fresh, path);
}

/** As the newest start over the folder wrote it, `host:port`; nothing where none did. */
export function readTargets(dataDir: string, service: ProcessName): readonly string[] {
  try {
    return targets.parse(JSON.parse(readFileSync(pathOf(dataDir, service), 'utf8'))).flatMap((group) => group.targets);
  } catch {
    return [];
  }
}

function pathOf(dataDir: string, service: ProcessName): string {
  return join(dataDir, 'targets', `${service}.json`);
}
