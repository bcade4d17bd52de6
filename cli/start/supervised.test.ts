import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { systemClock } from '#libs/runtime/clock.js';
import { listeningMessage } from '#libs/runtime/supervised/channel.js';
import { Supervised } from './supervised.js';
import { SharedPorts } from './workers/shared-ports.js';

describe('a supervised process', () => {
  let folder: string;
  let one: Supervised | undefined;
  const said: string[] = [];
  const pids: number[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'vigie-supervised-'));
    said.length = 0;
    pids.length = 0;
  });
  afterEach(async () => {
    await one?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const listens = () => one?.listens === true;
  /** Starts a script, and resolves when `until` events were told. */
  function start(script: string, until: number): Promise<void> {
    const entry = join(folder, 'service.mjs');
    writeFileSync(entry, script);
    return new Promise((resolve) => {
      if (until === 0) resolve();
      const tell = (text: string) => said.push(text) === until && resolve();
      one = new Supervised(
        { name: 'scorer', service: 'scorer', entry, port: 0, env: {} },
        join(folder, 'scorer.log'),
        { clock: systemClock, ports: new SharedPorts() },
        {
          started: (pid) => pids.push(pid),
          restarted: (name, cause, waitMs) => tell(`${name}: ${cause}, ${waitMs} ms`),
          misconfigured: (name, why) => tell(`${name} misconfigured: ${why.trim()}`),
        },
      );
      one.start(process.env);
    });
  }

  it('that dies is started again, waiting longer each time it dies young', async () => {
    await start('process.exit(3);', 3);
    expect(said).toEqual(['scorer: exit code 3, 100 ms', 'scorer: exit code 3, 200 ms', 'scorer: exit code 3, 400 ms']);
  });

  it('that says in its one line why it cannot begin is heard', async () => {
    await start("process.stderr.write('{}\\nscorer: port 7420 is taken\\n', () => process.exit(1));", 1);
    expect(said).toEqual(['scorer: exit code 1, port 7420 is taken, 100 ms']);
  });

  it('that was killed is started again', async () => {
    await start("process.kill(process.pid, 'SIGKILL');", 1);
    expect(said).toEqual(['scorer: SIGKILL, 100 ms']);
  });

  it('that cannot use its configuration is not started again, and its words are passed on', async () => {
    await start("console.error('VIGIE_RULES_DIR: rules/a.yml:3: unknown key'); process.exit(2);", 1);
    expect(said).toEqual(['scorer misconfigured: VIGIE_RULES_DIR: rules/a.yml:3: unknown key']);
  });

  it('counts as listening once it says so of itself, and no more when another has taken its place', async () => {
    const mark = JSON.stringify(join(folder, 'mark'));
    const script = `import { existsSync, writeFileSync } from 'node:fs';
      process.on('disconnect', () => process.exit(0));
      if (!existsSync(${mark})) writeFileSync(${mark}, ''), process.send('${listeningMessage}');`;
    await start(script, 0);
    while (!listens()) await systemClock.sleep(10);
    process.kill(pids[0] ?? 0, 'SIGKILL');
    while (pids.length < 2) await systemClock.sleep(10);
    expect(listens()).toBe(false);
  });

  it('writes its output to its log file', async () => {
    await start('console.log(\'{"message":"hello"}\'); process.exit(1);', 1);
    expect(readFileSync(join(folder, 'scorer.log'), 'utf8')).toContain('{"message":"hello"}');
  });

  it('learns through its channel that the supervisor is gone', async () => {
    await start("process.on('disconnect', () => process.exit(0)); process.on('SIGTERM', () => {}); console.log('up');", 0);
    expect(await one?.stop()).toBe(true);
    expect(said).toEqual([]);
  });

  it('is asked by SIGHUP to look again once it listens, and not before, when it would end by it', async () => {
    const asked = JSON.stringify(join(folder, 'asked'));
    const begun = join(folder, 'begun');
    const script = `import { existsSync, writeFileSync } from 'node:fs';
      process.on('disconnect', () => process.exit(0));
      while (!existsSync(${JSON.stringify(begun)})) await new Promise((resolve) => setTimeout(resolve, 5));
      process.on('SIGHUP', () => writeFileSync(${asked}, ''));
      process.send('${listeningMessage}');`;
    await start(script, 0);
    one?.lookAgain();
    writeFileSync(begun, '');
    while (!listens()) await systemClock.sleep(10);
    one?.lookAgain();
    while (!existsSync(join(folder, 'asked'))) await systemClock.sleep(10);
    expect(said).toEqual([]);
  });

  it('that closes its output long before it ends is waited for, and so is one that has ended', async () => {
    const quiet =
      "import { closeSync, writeFileSync } from 'node:fs'; closeSync(1); closeSync(2); writeFileSync('quiet', ''); process.on('SIGTERM', () => {}); process.on('disconnect', () => process.exit(0));";
    await start(quiet.replace("'quiet'", JSON.stringify(join(folder, 'quiet'))), 0);
    while (!existsSync(join(folder, 'quiet'))) await systemClock.sleep(20);
    await systemClock.sleep(50);
    expect(await one?.stop()).toBe(true);
    expect(await one?.stop()).toBe(true);
  });
});
