import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { compiledModule } from '../paths.js';
import { coreDoubt, memoryDoubts } from './memory-dumps.js';

describe('the memory of a process', () => {
  it('is not opened to a debugger by a signal, and written into no report', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vigie-memory-'));
    const entry = join(folder, 'process.mjs');
    const module = JSON.stringify(compiledModule('libs/runtime/environment/memory-dumps'));
    writeFileSync(
      entry,
      `import { once } from 'node:events';
import { url } from 'node:inspector';
const { keepMemoryInside } = await import(${module});
keepMemoryInside();
process.stdin.resume();
const signal = once(process, 'SIGUSR1');
process.stdout.write('ready\\n');
await signal;
process.stdout.write(\`debugger at \${url() ?? 'nowhere'}\\n\`);
throw new Error('8001234');
`,
    );
    const env = { ...process.env, NODE_OPTIONS: '--report-uncaught-exception --report-on-fatalerror' };
    const child = spawn(process.execPath, [entry], { cwd: folder, env });
    let said = '';
    child.stdout.on('data', (bytes: Buffer) => {
      if (said === '') child.kill('SIGUSR1');
      said += bytes.toString();
    });
    let complained = '';
    child.stderr.on('data', (bytes: Buffer) => (complained += bytes.toString()));
    await once(child, 'close');
    expect(said).toBe('ready\ndebugger at nowhere\n');
    expect(complained).not.toContain('Debugger listening');
    expect(readdirSync(folder)).toEqual(['process.mjs']);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['--inspect=0.0.0.0:9229', '--inspect'],
    [
      '--max-old-space-size=512 --heapsnapshot-near-heap-limit=2 --heapsnapshot-signal=SIGUSR2',
      '--heapsnapshot-near-heap-limit, --heapsnapshot-signal',
    ],
    ['--abort-on-uncaught-exception', '--abort-on-uncaught-exception'],
    ['--report-on-fatalerror', '--report-on-fatalerror'],
  ])('is told to leave by NODE_OPTIONS=%s', (value, names) => {
    expect(memoryDoubts({ NODE_OPTIONS: value }, '')).toEqual([expect.stringContaining(`NODE_OPTIONS has ${names}: `)]);
  });

  it('is told to leave by what has requests written into logs', () => {
    expect(memoryDoubts({ NODE_DEBUG: 'http', KAFKAJS_DEBUG_PROTOCOL_BUFFERS: '1' }, '')).toEqual([
      expect.stringMatching(/^NODE_DEBUG has tokens/),
      expect.stringMatching(/^KAFKAJS_/),
    ]);
    expect(memoryDoubts({ NODE_OPTIONS: '--max-old-space-size=512', NODE_ENV: 'production' }, '')).toEqual([]);
  });

  it.each([
    ['unlimited            unlimited            bytes', true],
    ['1024                 unlimited            bytes', true],
    ['0                    unlimited            bytes', false],
  ])('may end in a core file with a limit of %s: %s', (limit, may) => {
    expect(coreDoubt(`Max stack size 8388608 unlimited bytes\nMax core file size        ${limit}\n`) !== undefined).toBe(may);
    expect(coreDoubt('')).toBeUndefined();
  });
});
