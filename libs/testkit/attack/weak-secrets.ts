import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { compiledModule } from '#libs/runtime/paths.js';
import { freePortBase } from '../free-ports.js';
import { type Attack, outcomeOf } from './attack.js';
import type { Target } from './target.js';

const bytes: Readonly<Record<string, Buffer>> = {
  'nothing but zeros': Buffer.alloc(32),
  'bytes that count': Buffer.from([...Array(32).keys()]),
  'bytes that count down by seven': Buffer.from(Array.from({ length: 32 }, (_, at) => 255 - 7 * at)),
  'four bytes repeated': Buffer.alloc(32, 'qx7!'),
  'a sentence': Buffer.from('this is my secret key of vigie!!'),
};
const texts = [
  'replace-me',
  'change-me',
  'password',
  'secret-token',
  '0000000000000000',
  '0123456789abcdef',
  'test-token',
  'aaaaaaaaaaaaaaaaaaaa',
];

interface Start {
  readonly service: 'ingestor' | 'notifier';
  readonly what: string;
  readonly env: Readonly<Record<string, string>>;
}

function starts(): readonly Start[] {
  return [
    ...Object.entries(bytes).map(([what, key]) => ({ service: 'ingestor' as const, what: `a pseudonym key of ${what}`, env: { VIGIE_PSEUDONYM_KEYS: `dev:k1=${key.toString('base64')}` } })),
    ...Object.entries(bytes).map(([what, key]) => ({ service: 'notifier' as const, what: `a webhook secret of ${what}`, env: webhook(`whsec_${key.toString('base64')}`) })),
    { service: 'notifier', what: 'the webhook secret of the specification', env: webhook('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw') },
    ...texts.map((token) => ({ service: 'ingestor' as const, what: `the token ${token}`, env: { VIGIE_INGEST_TOKENS: `a@dev=${token}` } })),
  ]; // prettier-ignore
}

function webhook(secret: string): Readonly<Record<string, string>> {
  return { VIGIE_WEBHOOK_URL: 'http://127.0.0.1:9/', VIGIE_WEBHOOK_SECRET: secret };
}

/** What can be guessed is refused at start, with what to do and without repeating it. */
export const weakSecrets: Attack = {
  name: 'weak-secrets',
  title: 'a start with keys, tokens and secrets that count, repeat, are words, or were copied from an example',
  async run(target) {
    const portBase = await freePortBase();
    const through: string[] = [];
    for (const start of starts()) {
      const { code, said } = await ended(start, portBase, target);
      if (code !== 2) through.push(`${start.what} was taken (${code ?? 'it runs'})`);
      else if (Object.values(start.env).some((value) => said.includes(value))) through.push(`${start.what} was repeated`);
    }
    return outcomeOf(through, `${starts().length} starts, all refused`);
  },
};

/** A service that comes up is ended again. */
async function ended(
  { service, env }: Start,
  portBase: number,
  { folder }: Target,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const own = { NODE_OPTIONS: '', VIGIE_PORT_BASE: String(portBase), VIGIE_DATA_DIR: join(folder, 'weak'), ...env };
  const child = spawn(process.execPath, [compiledModule(`services/${service}/main`)], {
    env: { ...process.env, ...own },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => {
      said += data.toString();
      if (said.includes('"message":"listening"')) child.kill('SIGKILL');
    });
  await once(child, 'close');
  return { code: child.exitCode, said };
}
