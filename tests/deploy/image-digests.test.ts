import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { z } from 'zod';
import { digestAt, judged, partsOf, pinnedAnew, pinnedImages, pinnedReference } from '../../scripts/image/digests.mjs';

const digestOf = (bytes: string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
const dayMs = 86_400_000;
const now = Date.parse('2026-11-29T12:00:00Z');

describe('deploy/images.json', () => {
  const images = pinnedImages();

  it('names the bases of the Dockerfile and what the compose file runs beside Vigie, and nothing else', () => {
    const bases = [...readFileSync('Dockerfile', 'utf8').matchAll(/^ARG (BUILD|RUN)_BASE=(.+)$/gm)].map(
      ([, what = '', image]) => [what.toLowerCase(), image],
    );
    expect(images.filter((one) => one.for !== 'compose').map((one) => [one.for, one.image])).toEqual(bases);
    const compose = z
      .object({ services: z.record(z.string(), z.object({ image: z.string() })) })
      .parse(parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }));
    const others = Object.values(compose.services)
      .map(({ image }) => image)
      .filter((image) => !image.includes('VIGIE_IMAGE'));
    expect(images.filter((one) => one.for === 'compose').map(({ image }) => image)).toEqual([...new Set(others)]);
  });

  it('has a digest with the day on which it was asked for, or neither', () => {
    for (const { digest, asked } of images) expect(`${digest} ${asked}`).toMatch(/^(sha256:[0-9a-f]{64} \d{4}-\d\d-\d\d| )$/);
  });
});

describe('a registry', () => {
  const manifest = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}';
  const older = manifest.replace('2', '2 ');
  const kept = new Map([
    ['slim', manifest],
    [digestOf(manifest), manifest],
    [digestOf(older), older],
    ['forged', 'other bytes'],
  ]);
  let server: Server;
  let host = '';

  beforeAll(async () => {
    server = createServer((request, answer): unknown => {
      const { pathname, searchParams } = new URL(request.url ?? '', `http://${host}`);
      if (pathname === '/token') return answer.end(JSON.stringify({ token: `for ${searchParams.get('scope')}` }));
      if (request.headers.authorization !== 'Bearer for repository:library/debian:pull')
        return answer
          .writeHead(401, {
            'www-authenticate': `Bearer realm="http://${host}/token",service="registry",scope="repository:library/debian:pull"`,
          })
          .end();
      const tag = pathname.replace('/v2/library/debian/manifests/', '');
      const bytes = kept.get(tag);
      const isIndex = request.headers.accept?.includes('application/vnd.oci.image.index.v1+json') ?? false;
      if (bytes === undefined || !isIndex) return answer.writeHead(404).end();
      return answer
        .writeHead(200, { 'docker-content-digest': tag === 'forged' ? digestOf(manifest) : digestOf(bytes) })
        .end(bytes);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.close();
  });

  const image = (tag: string, digest: string, days: number) =>
    ({
      image: `${host}/library/debian:${tag}`,
      for: 'run',
      digest,
      asked: digest && new Date(now - days * dayMs).toISOString().slice(0, 10),
    }) as const;

  it('is asked for what a tag is, with the token that it wants, and its bytes are what is believed', async () => {
    expect(await digestAt(`${host}/library/debian:slim`)).toBe(digestOf(manifest));
    expect(await digestAt(`${host}/library/debian:none`)).toBeUndefined();
    await expect(digestAt(`${host}/library/debian:forged`)).rejects.toThrow(/sends sha256:.* in place of sha256:/);
  });

  it.each([
    ['the one that is pinned passes', 'slim', digestOf(manifest), 90, { outcome: 'passed', says: /as of 2026-08-31$/ }],
    [
      'one that has moved on passes for a month',
      'slim',
      digestOf(older),
      29,
      { outcome: 'passed', says: /there is a newer one since$/ },
    ],
    ['and fails from then on', 'slim', digestOf(older), 30, { outcome: 'failed', says: /pinned 30 days ago.*--pin/ }],
    ['one that is there no more fails', 'slim', digestOf('gone'), 1, { outcome: 'failed', says: /has sha256:\w+ no more/ }],
    [
      'of one that nobody pinned nothing can be said',
      'slim',
      '',
      0,
      { outcome: 'skipped', says: /not pinned; the registry has sha256:.*--pin$/ },
    ],
    [
      'what is not what it says is not believed',
      'forged',
      digestOf(manifest),
      1,
      { outcome: 'skipped', says: /not checked \(127.0.0.1:\d+ sends/ },
    ],
  ] as const)('%s', async (_, tag, digest, days, { outcome, says }) => {
    expect(await judged(image(tag, digest, days), now)).toEqual({ outcome, says: expect.stringMatching(says) });
  });

  it('that does not answer is no fault, and nothing is known', async () => {
    const away = { ...image('slim', digestOf(manifest), 3), image: '127.0.0.1:1/library/debian:slim' };
    expect(await judged(away, now)).toEqual({
      outcome: 'skipped',
      says: expect.stringMatching(/not checked \(.+\); pinned on 2026-11-26$/),
    });
    await expect(pinnedAnew([away], '2026-11-29')).rejects.toThrow();
  });

  it('gives the digests that are pinned, by which an image is then built', async () => {
    const [pinned] = await pinnedAnew([image('slim', '', 0)], '2026-11-29');
    if (!pinned) throw new Error('nothing was pinned');
    expect(pinned).toMatchObject({ digest: digestOf(manifest), asked: '2026-11-29' });
    expect(pinnedReference([pinned], 'run')).toBe(`${host}/library/debian:slim@${digestOf(manifest)}`);
    expect(pinnedReference([image('slim', '', 0)], 'run')).toBe(`${host}/library/debian:slim`);
  });
});

it.each([
  ['debian:bookworm-slim', { host: 'registry-1.docker.io', repository: 'library/debian', tag: 'bookworm-slim' }],
  ['apache/kafka:4.3.1', { host: 'registry-1.docker.io', repository: 'apache/kafka', tag: '4.3.1' }],
  ['registry.example:5000/a/b', { host: 'registry.example:5000', repository: 'a/b', tag: 'latest' }],
] as const)('%s is read as Docker reads it', (reference, parts) => {
  expect(partsOf(reference)).toEqual(parts);
});
