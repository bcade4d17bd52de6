import { type Attack, outcomeOf } from './attack.js';
import { services } from './target.js';

/** How a name that an attacker owns, or one that looks like ours, may stand in `Host`. */
const names = [
  'evil.example', 'EVIL.example', 'evil.example.', 'localhost.evil.example', '127.0.0.1.evil.example', '127.0.0.1.nip.io', 'evil.localhost', 'localhost.', 'localhost@evil.example',
  '127.0.0.1@evil.example', '[evil.example]', '[::1].evil.example', '127.0.0.1,evil.example', '0x7f.0.0.1', '127.1.evil', 'xn--lclhost-9xa.example', 'a'.repeat(250),
]; // prettier-ignore

const paths = [
  '/',
  '/metrics',
  '/health/ready',
  '/health/live',
  '/ping',
  '/?query=SELECT+1',
  '/v1/accounts/helix/x',
  '/v1/events',
  '/fhir/AuditEvent',
];

const fromElsewhere: readonly Readonly<Record<string, string>>[] = [
  { origin: 'http://evil.example' },
  { origin: 'null' },
  { 'sec-fetch-site': 'cross-site' },
  { 'sec-fetch-site': 'same-site' },
];

/** What a page of another site does that has its own name point to this machine, or that sends across origins. */
export const foreignNames: Attack = {
  name: 'foreign-names',
  title: "pages of other sites that reach every port through a person's browser, by a name of their own or across origins",
  quick: true,
  async run(target) {
    const through: string[] = [];
    let tried = 0;
    for (const service of services) {
      const { port } = new URL(target.vigie.url(service));
      const hosts = names.flatMap((name) => [name, `${name}:${port}`]);
      for (const host of hosts) {
        const headers = { host, origin: `http://${host}` };
        const answers = await Promise.all(
          paths.map(async (path) => ({ path, ...(await target.http(service, { path, headers })) })),
        );
        tried += answers.length;
        for (const { path, status, text } of answers)
          if (status < 400 && status > 0) through.push(`${service} ${path} by ${host}: ${status} ${text.slice(0, 40)}`);
      }
    }
    for (const headers of fromElsewhere)
      for (const path of ['/', '/?query=SELECT+1', '/metrics']) {
        tried += 1;
        const { status } = await target.http('clickhouse', { path, headers });
        if (status < 400) through.push(`clickhouse ${path} with ${JSON.stringify(headers)}`);
      }
    return outcomeOf(through, `${tried} requests, all refused`);
  },
};
