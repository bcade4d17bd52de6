import type { IncomingHttpHeaders } from 'node:http';

const json = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/**
 * Whether a request that changes something was made by our own page. A cookie comes along with whatever another site has the browser send, so the
 * browser must say that the page is ours, and the body must be what no form can send.
 */
export function isOwnPage(headers: IncomingHttpHeaders, hasBody: boolean): boolean {
  if (hasBody && !json.test(headers['content-type'] ?? '')) return false;
  const site = headers['sec-fetch-site'];
  return site === undefined ? isOwnOrigin(headers) : site === 'same-origin';
}

/** Browsers of before `Sec-Fetch-Site` say where the page came from. */
function isOwnOrigin({ origin, host }: IncomingHttpHeaders): boolean {
  return origin !== undefined && host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
