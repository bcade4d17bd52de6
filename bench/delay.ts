/**
 * From the HTTP answer of the batch that completes a rule to the receipt of `incident.opened` at a webhook, under 500 events a second.
 * Ten accounts a second cross the ten-minute rule; a plain POST to the same receiver, in the same run, is what the figures stand beside.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunningVigie } from '#libs/testkit/running-vigie.js';
import { report } from './yardstick/report.js';

const seconds = Number(process.env.BENCH_SECONDS ?? 30);
const batchesPerSecond = 10;
const batchEvents = 50;
const attackEvents = 40;

const receivedAt = new Map<string, number>();
const receiver = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => (body += String(chunk)));
  request.on('end', () => {
    const { type, data } = JSON.parse(body) as { type: string; data: { actor_id: string } };
    if (type === 'incident.opened' && !receivedAt.has(data.actor_id)) receivedAt.set(data.actor_id, performance.now());
    response.end('{}');
  });
});
await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
const hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/`;

const vigie = await RunningVigie.start({
  portBase: 19800,
  env: {
    VIGIE_WEBHOOK_URL: hook,
    VIGIE_WEBHOOK_SECRET: `whsec_${Buffer.from('a benchmark secret of 32 bytes !').toString('base64')}`,
  },
});
try {
  const answeredAt = new Map<string, number>();
  const start = performance.now();
  const posts: Promise<void>[] = [];
  for (let batch = 0; batch < seconds * batchesPerSecond; batch += 1) {
    const wait = start + (batch * 1000) / batchesPerSecond - performance.now();
    if (wait > 0) await sleep(wait);
    const actor = `attacker-${batch}`;
    posts.push(vigie.post(batchOf(batch, actor)).then(() => void answeredAt.set(actor, performance.now())));
  }
  await Promise.all(posts);
  await vigie
    .until(
      async () => receivedAt.size,
      (size) => size >= answeredAt.size,
      20_000,
    )
    .catch(() => 0);
  const delays = [...answeredAt].flatMap(([actor, at]) =>
    receivedAt.has(actor) ? [Math.max(0, (receivedAt.get(actor) ?? 0) - at)] : [],
  );
  const plain = await plainPosts();
  print('answer to receipt', delays, [300, 1000]);
  print('plain POST to the receiver', plain);
  report.note(`received ${delays.length} of ${answeredAt.size}`);
  report.ratio('answer to receipt, median', quantile(delays, 0.5) / quantile(plain, 0.5), 'a plain POST');
} finally {
  await vigie.stop();
  receiver.close();
  receiver.closeAllConnections();
}

function batchOf(batch: number, actor: string): object[] {
  const time = Date.parse('2026-01-05T08:00:00Z') + batch * 100;
  return Array.from({ length: batchEvents }, (_, index) => ({
    id: `${batch}-${index}`,
    time: new Date(time).toISOString(),
    group_id: 'helix',
    clinic_id: index % 2 ? '750300123' : '690300456',
    actor_id: index < attackEvents ? actor : `nurse-${index}`,
    action: 'read',
    patient_ids: [index < attackEvents ? `p-${batch}-${index}` : `ward-${index}`],
    categories: ['identity'],
  }));
}

async function plainPosts(): Promise<number[]> {
  const took: number[] = [];
  for (let i = 0; i < 200; i += 1) {
    const before = performance.now();
    await fetch(hook, { method: 'POST', body: JSON.stringify({ type: 'plain', data: { actor_id: '' } }) }).then((answer) =>
      answer.text(),
    );
    took.push(performance.now() - before);
  }
  return took;
}

function quantile(values: readonly number[], q: number): number {
  return values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;
}

function print(name: string, values: readonly number[], [median, late]: readonly number[] = []): void {
  report.figure(`${name}, median`, quantile(values, 0.5), 'ms', median === undefined ? undefined : { atMost: median });
  report.figure(`${name}, 99th percentile`, quantile(values, 0.99), 'ms', late === undefined ? undefined : { atMost: late });
}
