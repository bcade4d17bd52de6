/**
 * `npm run image:digests [-- --pin]`: whether the images that Vigie is built on, and those that run beside it, are still what `deploy/images.json` says by digest. `--pin`
 * writes what their registries have today, and the day. The last line counts; where nothing is pinned, or a registry does not answer, nothing is known, which is said and counts as skipped.
 */
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from '../prepare.mjs';

const path = join(root, 'deploy', 'images.json');
/** A base that has moved on since is no fault for so long: days. Then it lacks a month of Debian's mended faults. */
const staleDays = 30;
const dayMs = 86_400_000;
/** A registry that is silent for this long does not answer, milliseconds. */
const registryMs = 15_000;
/** One platform's image or the list of several: what `docker pull` asks for. */
const manifests = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];

/** The images that are pinned: `image` with its tag, what it is `for`, its `digest` and the day on which that was `asked`, both empty where nobody could ask yet. */
export function pinnedImages() {
  return JSON.parse(readFileSync(path, 'utf8')).images;
}

/** `debian:bookworm-slim@sha256:...` of the image that is `for` this, or its tag alone where it is not pinned. */
export function pinnedReference(images, what) {
  const { image, digest } = images.find((one) => one.for === what);
  return digest ? `${image}@${digest}` : image;
}

/** Host, repository and tag of a reference, as Docker reads it. */
export function partsOf(reference) {
  const [first, ...rest] = reference.split('/');
  const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
  const name = hasHost ? rest.join('/') : reference;
  const [, repository, tag = 'latest'] = /^([^:@]+)(?::([^@]+))?/.exec(name);
  if (hasHost) return { host: first, repository, tag };
  return { host: 'registry-1.docker.io', repository: repository.includes('/') ? repository : `library/${repository}`, tag };
}

/**
 * The digest of what a registry has under a tag or digest, computed of its bytes. Undefined where it has none. Rejects where it does not answer, or where its bytes are
 * not what it says, or what was asked for.
 */
export async function digestAt(reference, wanted) {
  const { host, repository, tag } = partsOf(reference);
  // As Docker does: a registry of this machine speaks without TLS.
  const scheme = /^(localhost|127\.0\.0\.1)(:|$)/.test(host) ? 'http' : 'https';
  const url = `${scheme}://${host}/v2/${repository}/manifests/${wanted || tag}`;
  let answer = await get(url, { accept: manifests.join(', ') });
  if (answer.status === 401) {
    const token = await tokenFor(answer.headers.get('www-authenticate') ?? '');
    answer = await get(url, { accept: manifests.join(', '), authorization: `Bearer ${token}` });
  }
  if (answer.status === 404) return undefined;
  if (!answer.ok) throw new Error(`${host} answers ${answer.status}`);
  const digest = `sha256:${createHash('sha256')
    .update(Buffer.from(await answer.arrayBuffer()))
    .digest('hex')}`;
  const said = answer.headers.get('docker-content-digest') ?? digest;
  for (const one of [said, wanted || digest]) if (one !== digest) throw new Error(`${host} sends ${digest} in place of ${one}`);
  return digest;
}

function get(url, headers) {
  return fetch(url, { headers, signal: AbortSignal.timeout(registryMs) });
}

/** Who may read what everybody may read is told so by a token, from where the registry says. */
async function tokenFor(challenge) {
  const said = Object.fromEntries([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
  if (!said.realm) throw new Error('the registry asks for a password');
  const { realm, ...query } = said;
  const answer = await get(`${realm}?${new URLSearchParams(query)}`, {});
  const { token, access_token: other } = await answer.json();
  return token ?? other ?? '';
}

/** What is known of a pinned image: `{ outcome: 'passed' | 'failed' | 'skipped', says }`; `now` is in milliseconds. Never rejects. */
export async function judged({ image, digest, asked }, now) {
  const told = (outcome, says) => ({ outcome, says: `${image}: ${says}` });
  try {
    const today = await digestAt(image);
    if (!digest) return told('skipped', `not pinned; the registry has ${today}: npm run image:digests -- --pin`);
    if (today === digest) return told('passed', `${digest}, as of ${asked}`);
    if ((await digestAt(image, digest)) === undefined)
      return told('failed', `its registry has ${digest} no more: npm run image:digests -- --pin, and try what comes`);
    const days = Math.floor((now - Date.parse(asked)) / dayMs);
    if (days < staleDays) return told('passed', `${digest}, as of ${asked}; there is a newer one since`);
    return told(
      'failed',
      `pinned ${days} days ago, and there is a newer one since: npm run image:digests -- --pin, and try what comes`,
    );
  } catch (cause) {
    const reason = cause.cause?.code ?? cause.message;
    return told('skipped', digest ? `not checked (${reason}); pinned on ${asked}` : `not pinned, and not checked (${reason})`);
  }
}

/** The images with what their registries have now. Rejects where one does not answer. */
export async function pinnedAnew(images, today) {
  return Promise.all(
    images.map(async (one) => {
      const digest = await digestAt(one.image);
      if (!digest) throw new Error(`${one.image}: its registry has no such image`);
      return { ...one, digest, asked: today };
    }),
  );
}

async function main() {
  const { values } = parseArgs({ options: { pin: { type: 'boolean', default: false } } });
  const now = Date.now();
  if (values.pin) {
    const lines = (await pinnedAnew(pinnedImages(), new Date(now).toISOString().slice(0, 10))).map(
      (one) =>
        `    ${JSON.stringify(one)
          .replaceAll(/([{,:])"/g, '$1 "')
          .replace(/}$/, ' }')}`,
    );
    writeFileSync(path, `{\n  "images": [\n${lines.join(',\n')}\n  ]\n}\n`);
  }
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { outcome, says } of await Promise.all(pinnedImages().map((one) => judged(one, now)))) {
    counts[outcome] += 1;
    console.log(says);
  }
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exit(counts.failed > 0 ? 1 : 0);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
