/** A browser without pages: it keeps cookies for each origin, and goes where it is sent. */
export class Visitor {
  readonly #jars = new Map<string, Map<string, string>>();
  /** What each redirect led to, in order. */
  readonly went: string[] = [];

  /** Follows redirects to the end, or to the first address that `until` knows. */
  async go(
    url: string,
    until: (at: URL) => boolean = () => false,
  ): Promise<{ readonly status: number; readonly url: string; readonly text: string }> {
    let at = new URL(url);
    for (let hops = 0; hops < 20; hops += 1) {
      if (until(at)) return { status: 0, url: at.href, text: '' };
      const answer = await this.ask('GET', at.href);
      const next = answer.headers.get('location');
      if (next === null) return { status: answer.status, url: at.href, text: await answer.text() };
      at = new URL(next, at);
      this.went.push(at.href);
    }
    throw new Error(`sent on and on: ${this.went.join(' ')}`);
  }

  /** Sends JSON as a page of the console does. */
  async ask(method: 'GET' | 'POST', url: string, body?: object): Promise<Response> {
    const headers = body && { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' };
    return this.#ask(url, { method, ...(headers && { headers, body: JSON.stringify(body) }) });
  }

  /** Sends a form, as a page of its own origin. */
  async send(url: string, form: Readonly<Record<string, string>>): Promise<Response> {
    return this.#ask(url, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams(form).toString(),
    });
  }

  async #ask(
    url: string,
    init: { readonly method: string; readonly headers?: Readonly<Record<string, string>>; readonly body?: string },
  ): Promise<Response> {
    const { origin } = new URL(url);
    const jar = this.#jars.get(origin) ?? new Map<string, string>();
    this.#jars.set(origin, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(url, { ...init, headers: { ...(cookie && { cookie }), ...init.headers }, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) {
      const [pair = '', ...rest] = line.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '' || rest.some((part) => /^\s*max-age=0$/i.test(part))) jar.delete(name);
      else jar.set(name, value);
    }
    return answer;
  }

  cookies(url: string): ReadonlyMap<string, string> {
    return this.#jars.get(new URL(url).origin) ?? new Map();
  }

  forget(url: string): void {
    this.#jars.delete(new URL(url).origin);
  }

  /** Uses the cookies of one address at another too, as behind a proxy. */
  also(url: string, other: string): void {
    this.#jars.set(new URL(other).origin, new Map(this.cookies(url)));
  }

  /** Takes cookies of another browser over, as a thief does. */
  steal(url: string, from: Visitor): void {
    this.#jars.set(new URL(url).origin, new Map(from.cookies(url)));
  }
}
