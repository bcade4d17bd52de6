import type { IncomingHttpHeaders } from 'node:http';

const json = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/**
 * Whether a request that changes something was made by our own page. A cookie comes along with whatever another site has the browser send, so the
 * browser must say that the page is ours, and the body must be what no form can send. `url` is where people open the console, where somebody has said so.
 */
export function isOwnPage(headers: IncomingHttpHeaders, hasBody: boolean, url?: string): boolean {
  if (hasBody && !json.test(headers['content-type'] ?? '')) return false;
  const site = headers['sec-fetch-site'];
  return site === undefined ? isOwnOrigin(headers, url) : site === 'same-origin';
}

/**
 * Browsers of before `Sec-Fetch-Site`, and all of them without TLS, say where the page came from. Proxies put a name of their own into `Host` unless they are
 * told otherwise: the one by which people open the console counts as well.
 */
function isOwnOrigin({ origin, host }: IncomingHttpHeaders, url: string | undefined): boolean {
  if (origin === undefined || !URL.canParse(origin)) return false;
  return new URL(origin).host === host || (url !== undefined && new URL(url).origin === new URL(origin).origin);
}

/**
 * Whether a browser was led here by another site. A cookie comes along with a link that is followed, so that a page elsewhere could have somebody
 * load a list without meaning to, which counts as theirs. An address that is typed says `none`, and what is no browser says nothing.
 */
export function isLedByOthers(headers: IncomingHttpHeaders): boolean {
  const site = headers['sec-fetch-site'];
  return site === 'cross-site' || site === 'same-site';
}
