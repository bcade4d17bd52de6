import { writeFile } from 'node:fs/promises';
import { JudgedCases, type JudgedIncident } from '#libs/access-store/verdicts/judged-cases.js';
import { printable, printableLines } from '#libs/contracts/visible-text.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';
import { ConfigError } from '#libs/runtime/config.js';
import { patientLike, readPatientPatterns } from '#services/console/act/patient-like.js';
import { isError } from '#libs/runtime/outcome.js';
import { placeOfStore } from '../backtest/backtest.js';
import { judgeInterval } from '../backtest/judge-interval.js';
import type { BacktestCommandTools } from '../backtest/backtest.js';
import { clickhouseUrl, type CommandConfig, readCommandConfig } from '../config.js';
import { type StoreClient, withStore } from '../with-store.js';
import type { ExceptionOptions } from './command.js';
import { effectOf, objectionsTo } from './effect.js';
import { effectText } from './effect-text.js';
import { exceptionText } from './exception-text.js';
import { type AuthorisedCase, authorisedCase, exceptedAccounts, ruleIdsOf } from './propose.js';

/** `vigie case exception`. Throws `ConfigError` for wrong options, and a sentence for a person where the exception must not be; nothing is written then. */
export async function exceptionCommand(
  prefix: string,
  options: ExceptionOptions,
  tools: BacktestCommandTools,
  config: CommandConfig = readCommandConfig(),
): Promise<void> {
  refuseNonsense(options, config, tools.clock.now());
  const { text, effect } = await withStore(config, (client) =>
    proven(prefix.toLowerCase(), options, { client, config, tools }),
  ).catch((cause: unknown) => {
    if (isError(cause) && !(cause instanceof ConfigError)) cause.message = `no exception is proposed: ${cause.message}`;
    throw cause;
  });
  if (options.out !== undefined) await writeNew(options.out, text);
  else tools.stdout.write(text);
  tools.stderr.write(printableLines(effectText(printable(effect))));
}

interface Outside {
  readonly client: StoreClient;
  readonly config: CommandConfig;
  readonly tools: BacktestCommandTools;
}

/** The text of an exception, and what it does. Throws where that may not be. */
async function proven(prefix: string, options: ExceptionOptions, { client, config, tools }: Outside) {
  const cases = new JudgedCases(client);
  const place = await placeOfStore(client, clickhouseUrl(config));
  const one = await authorisedCase(cases, prefix);
  const { rules: present } = await requireRules(config, place.lists);
  const accounts = await exceptedAccounts(cases, one);
  const { owner, expires: expiresMs, reason } = options;
  const text = exceptionText({ caseId: one.caseId, accounts, ruleIds: ruleIdsOf(one, present), owner, expiresMs, reason });
  const { rules } = await requireRules(config, place.lists, { path: 'the proposed exception', text });
  const told = await cases.ofAccounts(one.incidents);
  const interval = intervalOf(options, one, told, tools.clock.now());
  // Accounts are judged apart, and the exception names its own: what it does to others is nothing.
  const [first, ...others] = accounts;
  const whose = {
    groupId: first?.groupId,
    ...(others.length === 0 && first?.subject === 'account' && { actorId: first.actorId }),
  };
  const isOneGroup = accounts.every(({ groupId }) => groupId === first?.groupId);
  const { result } = await judgeInterval({ rules, present, ...interval, ...(isOneGroup && whose) }, place, config, tools);
  const effect = effectOf(result, told);
  const objections = objectionsTo(effect, one.caseId);
  if (objections.length > 0) throw new Error(objections.map((line) => `\n  ${printable(line)}`).join(''));
  return { text, effect };
}

/** What is judged: from the first incident of the accounts on, unless it is said otherwise. */
function intervalOf(
  { from, to }: ExceptionOptions,
  { incidents }: AuthorisedCase,
  told: readonly JudgedIncident[],
  nowMs: number,
) {
  const all = [...incidents, ...told];
  const fromMs = from ?? Math.min(...all.map(({ first_time }) => Date.parse(first_time)));
  const toMs = to ?? Math.max(nowMs, ...all.map(({ last_time }) => Date.parse(last_time) + 1));
  const isOutside = incidents.some(
    ({ first_time, last_time }) => Date.parse(first_time) < fromMs || Date.parse(last_time) >= toMs,
  );
  if (isOutside) throw new ConfigError('--from and --to must hold the whole case, whose incidents the exception is to take away');
  return { fromMs, toMs };
}

function refuseNonsense({ owner, reason, expires, from, to }: ExceptionOptions, config: CommandConfig, nowMs: number): void {
  if (from !== undefined && to !== undefined && from >= to) throw new ConfigError('--from must lie before --to');
  if (!owner.trim() || !reason.trim())
    throw new ConfigError('--owner and --reason must say something: somebody answers for an exception');
  if (expires <= nowMs) throw new ConfigError('--expires lies in the past: the exception would never hold');
  const field = patientLike({ owner, reason }, readPatientPatterns(config.VIGIE_PATIENT_PATTERNS ?? ''));
  if (field) throw new ConfigError(`--${field} looks like it names a patient: rules are read by many, say it without`);
}

async function writeNew(path: string, text: string): Promise<void> {
  await writeFile(path, text, { flag: 'wx' }).catch((cause: unknown) => {
    const isThere = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EEXIST';
    throw isThere ? new ConfigError(`--out ${path} is there already: name a new file`) : cause;
  });
}
