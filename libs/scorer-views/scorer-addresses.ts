import { lookup } from 'node:dns/promises';

type Resolve = (name: string) => Promise<readonly { readonly address: string }[]>;

const everyAddressOf: Resolve = (name) => lookup(name, { all: true });

/**
 * One URL for each scorer behind the given ones: a name may stand for several, as that of a service of compose or a headless one of Kubernetes does, and each holds other accounts.
 * A name that is not resolved stays, so that whoever asks it says what is wrong; so does one of https, whose certificate is of the name.
 */
export async function everyScorer(urls: readonly string[], resolve: Resolve = everyAddressOf): Promise<readonly string[]> {
  const each = await Promise.all(urls.map((url) => addressesBehind(url, resolve)));
  return [...new Set(each.flat())];
}

async function addressesBehind(url: string, resolve: Resolve): Promise<readonly string[]> {
  const parsed = URL.parse(url);
  if (parsed?.protocol !== 'http:') return [url];
  const found = await resolve(parsed.hostname.replace(/^\[|\]$/g, '')).catch(() => []);
  // One behind a name keeps it: it is what people know it by.
  if (found.length < 2) return [url];
  return found.map(({ address }) => {
    parsed.hostname = address.includes(':') ? `[${address}]` : address;
    return parsed.href;
  });
}
