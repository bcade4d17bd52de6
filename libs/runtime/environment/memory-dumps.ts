import { readFileSync } from 'node:fs';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What this process has in memory stays there, identifiers in clear and secrets among it: Node writes no report of it, and a SIGUSR1, by which tools that rotate logs ask for new files,
 * opens no debugger, which everybody of this machine could read memory by. Call it first.
 */
export function keepMemoryInside(): void {
  process.on('SIGUSR1', () => {});
  const { report } = process;
  report.reportOnFatalError = report.reportOnUncaughtException = report.reportOnSignal = false;
  report.excludeEnv = true;
}

/** Options of Node by which memory, or what a process is sent, leaves it. */
const showing =
  /--(?:inspect|heapsnapshot|heap-prof|cpu-prof|report|abort-on-uncaught-exception|trace-event|experimental-network-inspection)[\w-]*/g;

/** Variables by which Node and clients write down what they send and receive. */
const talkative = [
  'NODE_DEBUG',
  'NODE_DEBUG_NATIVE',
  'KAFKAJS_DEBUG_PROTOCOL_BUFFERS',
  'KAFKAJS_DEBUG_EXTENDED_PROTOCOL_BUFFERS',
];

/** What of an environment, and of the limits of a process, lets memory, requests or secrets out, a sentence each. Values are never quoted, but for the names of options. */
export function memoryDoubts(env: Environment, limits = ownLimits()): readonly string[] {
  const core = coreDoubt(limits);
  const options = [...(env['NODE_OPTIONS'] ?? '').matchAll(showing)].map(([name]) => name);
  return [
    ...(options.length > 0
      ? [
          `NODE_OPTIONS has ${[...new Set(options)].join(', ')}: what that writes or opens holds identifiers of patients in clear and secrets; take it out`,
        ]
      : []),
    ...talkative
      .filter((name) => env[name])
      .map((name) => `${name} has tokens, and what is received, written into logs; take it out`),
    ...(core === undefined ? [] : [core]),
  ];
}

/** What a core file of this process would hold, where the system would write one; undefined where it would not, or does not say. */
export function coreDoubt(limits: string): string | undefined {
  const [, soft] = /^Max core file size +(\S+)/m.exec(limits) ?? [];
  if (soft === undefined || soft === '0') return undefined;
  return 'a process that crashes leaves a core file, with identifiers of patients in clear and secrets; let it write none (ulimit -c 0, LimitCORE=0, --ulimit core=0)';
}

/** The limits of this process; empty where the system does not tell them so. */
export function ownLimits(): string {
  try {
    return readFileSync('/proc/self/limits', 'utf8');
  } catch {
    return '';
  }
}
