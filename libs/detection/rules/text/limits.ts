// rules/text/: what all that reads rules shares: limits, mistakes told to the person who wrote a rule, spans of time.
// The ground of the rules: it imports no other room.

/** What a rule directory may hold. Far above what people write, far below what would hurt a start. */
export const ruleLimits = {
  /** Files that hold something for accesses, or something wrong. */
  files: 1_000,
  /** Files that hold nothing but rules for other products: two public packs. */
  foreignFiles: 10_000,
  fileBytes: 64 * 1024,
  /** A file that holds nothing but rules for other products: lists of digests are long. */
  foreignFileBytes: 1024 * 1024,
  documentsPerFile: 200,
  /** Errors of the YAML parser that are told, a document. */
  yamlErrors: 20,
  /** Maps and lists inside one another. */
  depth: 24,
  /** Characters of a title, as Sigma has it. */
  titleChars: 256,
  /** Characters of one string. */
  stringChars: 4_096,
  /** Values of one `%list%`. */
  listValues: 100_000,
  /** Nodes of one condition after `of` is written out. */
  conditionNodes: 2_000,
  regexChars: 256,
  /** RE2 refuses more. */
  regexNestedCounts: 1_000,
  /** Steps of a compiled regular expression, counted repetitions written out. */
  regexSteps: 2_000,
  /** The largest threshold or step, in distinct values. */
  countMax: 100_000_000,
  /** Different selections of accesses: event rules, sets of them that a correlation looks at, and what each exception takes out of each. */
  selections: 4_096,
  /** Longest window: 400 days. */
  timespanMsMax: 400 * 86_400_000,
  stepsPerRule: 32,
  /** Rules that a temporal correlation may wait for. */
  rulesThatMeet: 30,
  /** Correlations on top of one another. */
  chain: 8,
  casesPerRule: 64,
  eventsPerCase: 200,
  /** Rows that the events of a case may make. */
  caseRows: 100_000,
  /** From the start of a case to its last event: 1,200 days. */
  caseMs: 1_200 * 86_400_000,
  /** How late an access may be and still be judged from memory: 7 days. */
  latenessMsMax: 7 * 86_400_000,
} as const;
