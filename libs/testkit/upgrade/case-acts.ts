import { createHash } from 'node:crypto';
import { z } from 'zod';

/** How often an act is asked for whose case goes on growing. */
const actsMax = 20;
const shown = z.object({ case: z.object({ version: z.number() }) });
const page = z.object({ cases: z.array(z.object({ case_id: z.string() })) });

/** What somebody does with a case over consoles of whatever version, and whether it is all shown in the end. */
export class CaseActs {
  readonly #taken: string[] = [];
  #caseId: string | undefined;

  /** `url`: where the console answers; `token`: of a user who may act. */
  constructor(
    private readonly url: () => string,
    private readonly token: string,
  ) {}

  get count(): number {
    return this.#taken.length;
  }

  /** What was noted and is not shown any more. */
  async missing(): Promise<readonly string[]> {
    const timeline = JSON.stringify(await this.#console(`/v1/cases/${this.#caseId}/timeline`));
    return this.#taken.filter((text) => !timeline.includes(text)).map((text) => `the case does not show what was noted ${text}`);
  }

  /** Somebody notes something in a case, the same one each time, and links the newest one to it. What was wrong with that. */
  async act(text: string): Promise<readonly string[]> {
    const { cases } = page.parse(await this.#console('/v1/cases'));
    this.#caseId ??= cases.at(-1)?.case_id;
    const newest = cases.find(({ case_id }) => case_id !== this.#caseId);
    if (this.#caseId === undefined || !newest) return ['the console shows no two cases'];
    const at = `/v1/cases/${this.#caseId}`;
    for (const wish of [
      { type: 'case.noted', text },
      { type: 'case.linked', incident_ids: [newest.case_id] },
    ])
      for (let tries = 1; ; tries += 1) {
        const { case: row } = shown.parse(await this.#console(at));
        // Linked incidents grow while rows come in: what somebody has not seen yet is shown before it is acted on.
        const refused = await this.#console(`${at}/actions`, { ...wish, seen_version: row.version }).catch(
          (cause: unknown) => cause,
        );
        if (!(refused instanceof Refused)) break;
        if (refused.status !== 409 || tries === actsMax) throw refused;
      }
    this.#taken.push(text);
    return [];
  }

  /** Rejects with `Refused`. */
  async #console(path: string, body?: object): Promise<unknown> {
    const text = JSON.stringify(body);
    const key = createHash('sha256').update(`${path} ${text}`).digest('hex').slice(0, 32);
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', 'idempotency-key': key };
    const answer = await fetch(`${this.url()}${path}`, body ? { method: 'POST', headers, body: text } : { headers });
    const said = await answer.text();
    if (!answer.ok) throw new Refused(answer.status, `the console answered ${answer.status} to ${path}: ${said.slice(0, 500)}`);
    return JSON.parse(said);
  }
}

/** The console does not do what it was asked for. */
class Refused extends Error {
  override readonly name = 'Refused';

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}
