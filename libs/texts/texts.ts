// texts/: every sentence that people are told, in each language. A language is one object of the type Texts, so that a missing
// sentence does not compile; counts, times and lists come in as words of the same language.
import type { CaseStatus } from '#libs/contracts/case-row.js';
import type { MessageKind } from '#libs/contracts/case-message.js';
import type { Verdict } from '#libs/contracts/case-action.js';
import type { levels } from '#libs/contracts/incident.js';
import type { LaneKind } from '#libs/contracts/vocabulary.js';

export const locales = ['en', 'fr'] as const;
export type Locale = (typeof locales)[number];
export type Level = (typeof levels)[number];

/** What a sentence can speak of. All are words already; what a kind does not know is empty. */
export interface Words {
  readonly level: string;
  readonly policy: string;
  /** From one. */
  readonly step: string;
  readonly round: string;
  readonly clock: string;
  readonly controller: string;
  /** `24 November, 09:12 (Paris)` */
  readonly due: string;
  /** How long until then, or since. */
  readonly span: string;
  /** `3 cases` */
  readonly cases: string;
}

/** How far the clock of a deadline is: `running` before it ends, `over` after it, else what became of it; `outdated` of a list that is no longer what was frozen, `renewed` of one that is again. */
export const clockStates = ['running', 'over', 'met', 'met_late', 'stopped', 'outdated', 'renewed'] as const;
export type ClockState = (typeof clockStates)[number];

/** Lines of the table below a sentence, in their order. */
export const factNames = [
  'account',
  'patients',
  'clinics',
  'rules',
  'level',
  'status',
  'owner',
  'first',
  'last',
  'takeBy',
] as const;
export type FactName = (typeof factNames)[number];

/** Clocks of the law by their names in the file of deadlines; another name is shown as it is. */
export const clockNames = ['gdpr33', 'gdpr34', 'cert_sante', 'nis2_24', 'nis2_72', 'nis2_month', 'investigation'] as const;
export type ClockName = (typeof clockNames)[number];

export interface Texts {
  /** Forms of a count; `#` is the number. */
  readonly patients: Forms;
  /** In the place of their number, where the sources named none of those whose records were opened. */
  readonly nobodyNamed: string;
  /** `at most 800 patients`: several incidents may have some in common. */
  readonly atMost: (said: string) => string;
  readonly clinics: Forms;
  readonly cases: Forms;
  readonly minutes: Forms;
  readonly hours: Forms;
  readonly days: Forms;
  /** Where the name of the account is kept back. */
  readonly anAccount: string;
  /** `dr.martin and 8 other accounts`: of a case into which incidents of others were linked. */
  readonly withOthers: (name: string, others: string) => string;
  readonly otherAccounts: Forms;
  /** Of what accounts have in common: what it is, its name (empty where that is kept back), and how many accounts. */
  readonly subjects: Readonly<Record<LaneKind, (name: string, accounts: string) => string>>;
  readonly accounts: Forms;
  /** `dr.martin: 400 patients in 2 clinics since 09:00 (Paris), still reading.` `until` is undefined while it goes on. */
  readonly reads: (who: string, patients: string, clinics: string, since: string, until: string | undefined) => string;
  /** `Rule: a.` */
  readonly rules: (rules: readonly string[]) => string;
  /** Nobody has taken it; `left` and `over` are spans, or undefined where nobody said by when. */
  readonly untaken: (left: string | undefined, over: string | undefined) => string;
  readonly takenBy: (person: string) => string;
  readonly heldUntil: (time: string, person: string) => string;
  readonly resolvedAs: (verdict: string, person: string) => string;
  /** What a message says before the sentence about its case; empty where the sentence says it. */
  readonly leads: Readonly<Record<MessageKind, (words: Words) => string>>;
  readonly clock: Readonly<Record<ClockState, (words: Words) => string>>;
  readonly levels: Readonly<Record<Level, string>>;
  readonly statuses: Readonly<Record<CaseStatus, string>>;
  readonly verdicts: Readonly<Record<Verdict, string>>;
  readonly clocks: Readonly<Record<ClockName, string>>;
  readonly facts: Readonly<Record<FactName, string>>;
  /** `22 November, 21:00 (Paris)` of its parts; `day` is undefined on the day itself. */
  readonly moment: (day: string | undefined, time: string, place: string) => string;
  /** Format of a day for luxon, in the same year and in another. */
  readonly dayFormat: string;
  readonly dayFormatWithYear: string;
  readonly underAMinute: string;
  /** Where a list was cut. */
  readonly more: (count: string) => string;
  readonly open: string;
  /** Headlines of what is about no single case. */
  /** What the lines below it are: heads of the chains of the audit. */
  readonly auditHeads: string;
  readonly headlines: Readonly<Record<'digest' | 'muted_end' | 'test', string>>;
  readonly label: (name: string, value: string) => string;
  /** Why somebody got this, at the foot of a mail. */
  readonly foot: string;
}

/** Plural forms by the names of `Intl.PluralRules`. `other` is the fallback. */
export interface Forms {
  readonly one: string;
  readonly other: string;
}
