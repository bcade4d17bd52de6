import { connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { access } from './events.js';
import { type Attack, outcomeOf } from './attack.js';
import { services, type Target } from './target.js';

const slowBodies = 400;
const announcedBytes = 8 * 1024 * 1024;
const tries = 10;

/** What one group's feed holds open costs another group nothing, whatever their sources are called. */
export const slowBodiesOfOneGroup: Attack = {
  name: 'slow-bodies',
  title: 'many requests of one group that announce much and send little, while another group sends',
  quick: true,
  async run(target) {
    const sockets = await Promise.all(Array.from({ length: slowBodies }, () => slow(target)));
    const refused: string[] = [];
    try {
      await target.comes(async () => (await target.metric('ingestor', 'vigie_ingest_queue_bytes')) > slowBodies * 1024, 5000);
      for (let n = 0; n < tries; n += 1) {
        const { status, text } = await target.feed([access({ actor_id: target.account('other'), patient_ids: ['1'] })], 'aleo');
        if (status !== 200) refused.push(`the other group got ${status} ${text.slice(0, 60)}`);
      }
    } finally {
      for (const socket of sockets) socket.destroy();
    }
    return outcomeOf(refused, `${slowBodies} slow bodies; ${tries} batches of the other group were taken`);
  },
};

/** Its head, and one byte of its body. */
async function slow({ vigie, tokens }: Target): Promise<Socket> {
  const { port } = new URL(vigie.url('ingestor'));
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => {});
  await once(socket, 'connect');
  socket.write(
    `POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${tokens.helix}\r\nContent-Type: application/json\r\nContent-Length: ${announcedBytes}\r\n\r\n[`,
  );
  return socket;
}

const idleConnections = 10_100;

/** Connections without a token keep nobody out. */
export const idleCrowd: Attack = {
  name: 'idle-crowd',
  title: 'ten thousand connections to the ingestor that never send a token, while feeds and probes come',
  async run(target) {
    const { port } = new URL(target.vigie.url('ingestor'));
    const sockets: Socket[] = [];
    const refused: string[] = [];
    try {
      for (let n = 0; n < idleConnections && refused.length === 0; n += 1) {
        const socket = connect(Number(port), n % 2 ? '127.0.0.1' : 'localhost');
        socket.on('error', (cause: NodeJS.ErrnoException) => cause.code === 'EMFILE' && refused.push(cause.code));
        sockets.push(socket);
        if (n % 200 === 199) await new Promise((resolve) => setImmediate(resolve));
      }
      if (refused.length > 0)
        return { verdict: 'not tried', observed: `this process may open no more than ${sockets.length} connections (ulimit -n)` };
      const probe = await target.comes(
        async () => (await target.http('ingestor', { path: '/health/live' })).status === 200,
        5000,
      );
      const fed = await target.comes(
        async () => (await target.feed([access({ actor_id: 'crowded', patient_ids: ['1'] })])).status === 200,
        5000,
      );
      return outcomeOf(
        [...(probe ? [] : ['probes are not answered within 5 s']), ...(fed ? [] : ['feeds are not taken within 5 s'])],
        `${idleConnections} idle connections`,
      );
    } finally {
      for (const socket of sockets) socket.destroy();
    }
  },
};

const longQueries = 6;
const long = 'SELECT count() FROM numbers(1000000000000) WHERE NOT ignore(sipHash64(number))';

/** Long queries of one person hold up neither the services nor the short ones of others. */
export const longQueriesOfOne: Attack = {
  name: 'long-queries',
  title: 'six endless queries of one person, while another person and the services ask',
  quick: true,
  async run(target) {
    const gone = new AbortController();
    const running = Array.from({ length: longQueries }, () =>
      fetch(`${target.vigie.url('clickhouse')}/`, {
        method: 'POST',
        body: long,
        headers: { 'x-clickhouse-user': 'greedy' },
        signal: gone.signal,
      }).then(
        () => 'ended',
        () => 'ended',
      ),
    );
    try {
      const through: string[] = [];
      const { status } = await target.http('clickhouse', { path: '/metrics' });
      if (status !== 200) through.push('metrics are not answered');
      const short = Promise.all(
        Array.from({ length: 4 }, () =>
          target.http('clickhouse', { method: 'POST', headers: { 'x-clickhouse-user': 'other' }, body: 'SELECT 1' }),
        ),
      );
      const first = await Promise.race([short.then(() => 'short'), ...running, after(60_000)]);
      if (first !== 'short') through.push('SELECT 1 of another person waits behind them');
      const lists = await Promise.race([target.command('lists', 'show'), after(60_000)]);
      if (!/list\(s\) in ClickHouse/.test(lists)) through.push('a command with the services’ own credential waits behind them');
      return outcomeOf(through, `${longQueries} endless queries; short ones of others and of the services were answered first`);
    } finally {
      gone.abort();
      await Promise.all(running);
    }
  },
};

function after(ms: number): Promise<string> {
  return new Promise((resolve) => setTimeout(() => resolve('late'), ms).unref());
}

/** No service has been made to stop moving by what came before. */
export async function alive(target: Target): Promise<readonly string[]> {
  const pages = await Promise.all(
    services.map(async (name) => ({ name, page: await target.http(name, { path: '/health/live' }) })),
  );
  return pages
    .filter(({ page }) => page.status !== 200)
    .map(({ name, page }) => `${name} is not live: ${page.text.slice(0, 80)}`);
}
