import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { forceAfterMs } from '../../cli/start/supervised.js';
import { processList } from '../../cli/start/process-list.js';

const unit = readFileSync('deploy/systemd/vigie.service', 'utf8');
const valueOf = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe('the unit of systemd', () => {
  it('leaves the supervisor the time that it takes when every service must be ended by force, and the order to it', () => {
    const processes = processList({
      host: '127.0.0.1',
      portBase: 7410,
      clickhouseUrl: undefined,
      workers: { scorer: 1, ingestor: 1 },
    });
    const longestMs = new Set(processes.map(({ service }) => service)).size * forceAfterMs;
    expect(Number(valueOf('TimeoutStopSec')) * 1000).toBeGreaterThan(longestMs);
    expect(valueOf('KillMode')).toBe('mixed');
  });

  const where = hasSystemd ? it : it.skip;
  where(`is read by systemd without a complaint${hasSystemd ? '' : ' (skipped: there is no systemd-analyze here)'}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-unit-'));
    const path = join(folder, 'vigie.service');
    writeFileSync(path, unit.replace('/opt/vigie/node_modules/node/bin/node', process.execPath));
    const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', '--recursive-errors=no', path], {
      encoding: 'utf8',
    });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
    rmSync(folder, { recursive: true });
  });
});
