import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/runtime/paths.js';
import { collectorHere } from '../../scripts/shippers/collector.mjs';
import { blocksOf, sourcesOf } from './page.js';
import { atPlace, following, type Place, type Running, type Sender } from './sender.js';

const collector = collectorHere();

/** A Collector with one exporter of the page, and what its own receiver needs beside. */
async function startCollector(exporter: string, place: Place): Promise<Running> {
  const { folder, token } = place;
  mkdirSync(folder, { recursive: true });
  const pipeline = blocksOf('opentelemetry', 'Collector').join('\n').replace('EXPORTER', exporter);
  const operators = exporter === 'syslog' ? pipeline.replace(/^( +)storage: file_storage$/m, `$&\n$1${copied}`) : pipeline;
  const config = join(folder, 'otelcol.yaml');
  writeFileSync(config, atPlace(`${operators}\n${blocksOf('opentelemetry', exporter).join('\n')}`, place));
  return following(folder, collector.path ?? '', [`--config=${config}`], { ...process.env, VIGIE_TOKEN: token });
}

/** As the page says below the exporter for syslog. */
const copied = 'operators: [{ type: copy, from: body, to: attributes.message }]';

const python = join(projectRoot, '.cache', 'otlp-sender');

/** OpenTelemetry's exporter for Python in an environment of its own, made once. Gives the reason when that is not possible. */
function whyNoPython(): string | undefined {
  if (existsSync(python)) return undefined;
  const work = `${python}.${process.pid}`;
  const pip = [
    'install',
    '--quiet',
    '--disable-pip-version-check',
    '--requirement',
    'tests/senders/otlp-sender.requirements.txt',
  ];
  try {
    execFileSync('python3', ['-m', 'venv', work], { stdio: 'pipe' });
    execFileSync(join(work, 'bin', 'python'), ['-m', 'pip', ...pip], { cwd: projectRoot, stdio: 'pipe' });
    renameSync(work, python);
    return undefined;
  } catch (cause) {
    rmSync(work, { recursive: true, force: true });
    return `no Python with OpenTelemetry: ${String(cause).slice(0, 200)}`;
  }
}

async function startPython({ ports, token, folder }: Place): Promise<Running> {
  const url = `http://127.0.0.1:${ports.http}/v1/logs`;
  mkdirSync(folder, { recursive: true });
  const ends: (() => Promise<void>)[] = [];
  return {
    send: async (lines) => {
      const args = [join(projectRoot, 'tests/senders/otlp-sender.py'), url, token];
      const child = spawn(join(python, 'bin', 'python'), args, { stdio: ['pipe', 'ignore', 'ignore'] });
      const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.stdin.end(lines.map((line) => `${line}\n`).join(''));
      ends.push(async () => {
        child.kill('SIGTERM');
        await exited;
      });
    },
    stop: async () => void (await Promise.all(ends.map((end) => end()))),
  };
}

/** Senders that take long to be had: a Collector that is built, a Python that is filled. What is missing of the latter is made. */
export function longSenders(): readonly Sender[] {
  return [
    ...(['otlphttp', 'syslog', 'kafka'] as const).map((exporter): Sender => {
      const road = exporter === 'kafka' ? 'topic' : exporter === 'syslog' ? 'socket' : 'http';
      const sources = road === 'http' ? {} : { sources: sourcesOf('opentelemetry', exporter) };
      return {
        title: `OpenTelemetry Collector: ${exporter}`,
        reason: collector.reason,
        road,
        ...sources,
        start: (place) => startCollector(exporter, place),
      };
    }),
    { title: 'OpenTelemetry for Python', reason: whyNoPython(), road: 'http', start: startPython },
  ];
}
