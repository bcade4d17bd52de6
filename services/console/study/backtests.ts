import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { isoTime } from '#libs/contracts/access-row.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { subjectKinds } from '#libs/contracts/vocabulary.js';
import type { LoadedRules } from '#libs/detection/rules/load/load-rules.js';
import { isoOf } from '#libs/runtime/clock.js';
import { ConfigError } from '#libs/runtime/config.js';
import { isError } from '#libs/runtime/outcome.js';
import { type Answer, ok, refused } from '../answer/answer.js';
import { keptForRoles } from '../answer/patients.js';
import { patientLike } from '../act/patient-like.js';
import type { User } from '../users/users.js';
import type { CaseSight } from '../visible/case-sight.js';
import { copyOf, type RuleText } from './rule-copy.js';

/** Longest period, milliseconds: a backtest reads every access of it, and of the longest window before. */
export const periodMsMax = 31 * 86_400_000;

/** Backtests that one console remembers; the oldest that have ended are forgotten first. */
const rememberedMax = 20;

/** Compared incidents that an answer lists; all are counted. */
const listedMax = 500;

const word = z.string().trim().min(1).max(200);
const wish = z.strictObject({
  rule_id: word,
  from: isoTime,
  to: isoTime,
  threshold: z.int().min(1).max(1_000_000_000).optional(),
  spread: z.int().min(1).max(1_000_000).optional(),
  timespan: z
    .string()
    .regex(/^[1-9]\d{0,5}[smhdw]$/)
    .optional(),
  exception: z
    .strictObject({
      group_id: word,
      actor_ids: z.array(word).min(1).max(50),
      expires: isoTime,
      owner: word,
      reason: z.string().trim().min(1).max(500),
    })
    .optional(),
});

const incident = z.object({
  incident_id: z.string(),
  level: z.string(),
  first_time: isoTime,
  last_time: isoTime,
  patients: z.number(),
  rules: z.array(z.string()),
});
const compared = z.object({
  kind: z.enum(['new', 'gone', 'same']),
  group_id: z.string(),
  subject_kind: z.enum(subjectKinds),
  actor_id: z.string(),
  tried: z.array(incident),
  present: z.array(incident),
  earlier_seconds: z.number(),
  more_patients: z.number(),
});
/** What `vigie backtest --format json` prints. */
export const backtestReport = z.object({
  summary: z.object({
    rows: z.number(),
    seconds: z.number(),
    new: z.number(),
    gone: z.number(),
    same: z.number(),
    earlier: z.number(),
    later: z.number(),
  }),
  incidents: z.array(compared),
});
export type BacktestReport = z.infer<typeof backtestReport>;

/** Judges a period by some rules, beside those in use, in a process of its own. Rejects with a sentence for a person. */
export type RunBacktest = (
  order: { readonly files: readonly RuleText[]; readonly from: string; readonly to: string },
  signal: AbortSignal,
) => Promise<BacktestReport>;

interface Job {
  readonly id: string;
  readonly by: string;
  readonly startedAt: string;
  readonly asked: z.infer<typeof wish>;
  readonly title: string;
  readonly yaml: string;
  readonly file: string;
  state:
    | { readonly is: 'runs' }
    | { readonly is: 'failed'; readonly why: string }
    | { readonly is: 'done'; readonly report: BacktestReport };
}

export interface BacktestTools {
  readonly loaded: () => Promise<LoadedRules>;
  readonly texts: () => Promise<readonly RuleText[]>;
  /** Throws a `ConfigError` for what cannot be loaded. */
  readonly check: (files: readonly RuleText[]) => Promise<void>;
  readonly patientPatterns: readonly RegExp[];
}

/**
 * What rules would have done if they were others, tried on a copy: the files in use are only read. One at a time, of this console; what was found is
 * forgotten with it.
 */
export class Backtests {
  readonly #jobs = new Map<string, Job>();
  readonly #leaving = new AbortController();

  constructor(
    private readonly run: RunBacktest,
    private readonly tools: BacktestTools,
  ) {}

  stop(): void {
    this.#leaving.abort(new Error('the console stops'));
  }

  /** 202 with the backtest that begins; 403, 409 while another runs, 422 with the mistakes of the changed rules. */
  async begin(user: User, body: unknown, now: number): Promise<Answer> {
    const kept = keptFor(user);
    if (kept) return kept;
    const asked = wish.safeParse(body);
    if (!asked.success)
      return unfit(
        `the field ${asked.error.issues[0]?.path.join('.') ?? ''} is missing, unknown, or holds what it does not take`,
      );
    const { rule_id, from, to, exception, ...change } = asked.data;
    if (from >= to || Date.parse(to) - Date.parse(from) > periodMsMax)
      return unfit('a period begins before it ends, and is 31 days long at most');
    if (exception && Date.parse(exception.expires) <= now) return unfit('an exception ends after now');
    if (exception && patientLike({ owner: exception.owner, reason: exception.reason }, this.tools.patientPatterns))
      return refused(422, 'patient_identifier', 'a text holds what looks like an identifier of a patient: leave it out');
    if ([...this.#jobs.values()].some(({ state }) => state.is === 'runs'))
      return refused(409, 'backtest_runs', 'this console runs a backtest already: ask again when it has ended');
    const rule = (await this.tools.loaded()).rules.find(({ id, raises }) => id === rule_id && raises);
    if (!rule) return refused(404, 'unknown_rule', 'no rule in use has this id: GET /v1/rules lists them');
    const copy = copyOf(await this.tools.texts(), rule, { ...change, exception });
    if (typeof copy === 'string') return unfit(copy);
    const mistake = await this.tools.check(copy.files).then(() => undefined, whyNot);
    if (mistake !== undefined) return unfit(mistake);
    const job: Job = {
      id: hex128Of(`backtest ${randomBytes(16).toString('hex')}`),
      by: user.id,
      startedAt: isoOf(now),
      asked: asked.data,
      title: rule.title,
      yaml: copy.yaml,
      file: nameOf(copy.file),
      state: { is: 'runs' },
    };
    this.#remember(job);
    void this.run({ files: copy.files, from, to }, this.#leaving.signal).then(
      (report) => void (job.state = { is: 'done', report }),
      (cause: unknown) => void (job.state = { is: 'failed', why: isError(cause) ? cause.message : String(cause) }),
    );
    return { status: 202, body: { backtest: headOf(job) }, shows: { case_id: '', rows: 0 } };
  }

  list(user: User): Answer {
    const kept = keptFor(user);
    const all = [...this.#jobs.values()].toReversed();
    return kept ?? ok({ backtests: all.map(headOf) }, { case_id: '', rows: all.length });
  }

  show(user: User, id: string, sight: CaseSight, now: number): Answer {
    const kept = keptFor(user);
    if (kept) return kept;
    const job = this.#jobs.get(id);
    if (!job)
      return refused(
        404,
        'unknown_backtest',
        'this console knows no such backtest: they are forgotten with the console that ran them',
      );
    const { state } = job;
    const incidents = state.is === 'done' ? foundIn(state.report, sight, user, now) : [];
    const summary =
      state.is === 'done' ? { ...state.report.summary, lost: incidents.filter(({ is_lost }) => is_lost).length } : null;
    // What is lost comes first, whatever is cut off.
    const listed = incidents.toSorted((one, other) => order(one) - order(other)).slice(0, listedMax);
    return ok(
      {
        backtest: {
          ...headOf(job),
          asked: job.asked,
          yaml: job.yaml,
          file: job.file,
          why: state.is === 'failed' ? state.why : null,
          summary,
          incidents: listed,
        },
      },
      { case_id: '', rows: listed.length },
    );
  }

  #remember(job: Job): void {
    const ended = [...this.#jobs.values()].filter(({ state }) => state.is !== 'runs');
    for (const { id } of ended.slice(0, Math.max(0, this.#jobs.size + 1 - rememberedMax))) this.#jobs.delete(id);
    this.#jobs.set(job.id, job);
  }
}

function keptFor(user: User): Answer | undefined {
  const kept = keptForRoles(user, ['analyst', 'dpo'], 'backtests are for');
  if (kept || user.clinics === undefined) return kept;
  return refused(403, 'not_allowed', 'a backtest judges the accesses of all clinics, and you see some');
}

function headOf({ id, by, startedAt, title, asked, state }: Job) {
  return { id, by, started_at: startedAt, rule_id: asked.rule_id, title, from: asked.from, to: asked.to, state: state.is };
}

/** Files have the name that somebody commits under. */
function nameOf(path: string): string {
  return path.split(/[\\/]/u).at(-1) ?? path;
}

function unfit(message: string): Answer {
  return refused(422, 'unfit_backtest', message);
}

function whyNot(cause: unknown): string {
  if (cause instanceof ConfigError) return cause.message;
  throw cause;
}

/** Each compared incident with the case that people found something of: the one that holds its incident, else one of its account at that time. */
function foundIn({ incidents }: BacktestReport, sight: CaseSight, user: User, now: number) {
  const rows = sight.rows(user, now);
  return incidents.map(({ kind, group_id, subject_kind, actor_id, tried, present, earlier_seconds, more_patients }) => {
    const all = [...present, ...tried];
    const [from, to] = [
      all.map((one) => one.first_time).toSorted()[0] ?? '',
      all
        .map((one) => one.last_time)
        .toSorted()
        .at(-1) ?? '',
    ];
    const own = present.flatMap((one) => sight.of(one.incident_id, user, now) ?? [])[0]?.row;
    const row =
      own ??
      rows.find((one) => one.group_id === group_id && one.actor_id === actor_id && one.first_time <= to && one.last_time >= from);
    const largest = (of: typeof all) => (of.length === 0 ? null : Math.max(...of.map((one) => one.patients)));
    return {
      kind,
      group_id,
      subject_kind,
      actor_id,
      first_time: from,
      last_time: to,
      patients_tried: largest(tried),
      patients_present: largest(present),
      earlier_seconds,
      more_patients,
      rules: [...new Set(all.flatMap((one) => one.rules))],
      case_id: row?.case_id ?? null,
      verdict: row?.verdict ?? '',
      /** Found true by people, and not told by the changed rules. */
      is_lost: kind === 'gone' && row?.verdict === 'true_positive',
    };
  });
}

function order({
  is_lost,
  kind,
}: {
  readonly is_lost: boolean;
  readonly kind: BacktestReport['incidents'][number]['kind'];
}): number {
  return is_lost ? 0 : { gone: 1, new: 2, same: 3 }[kind];
}
