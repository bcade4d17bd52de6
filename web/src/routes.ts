/** The first word of every path that is a page: what the console answers with the pages, see `services/console/pages`. */
export const pagePaths = [
  '',
  'login',
  'me',
  'cases',
  'accounts',
  'feeds',
  'books',
  'rules',
  'runbooks',
  'backtests',
  'mutes',
  'exceptions',
  'leaks',
  'oncall',
  'audit',
  'print',
] as const;

export function casePath(id: string, below = ''): string {
  return `/cases/${id}${below}`;
}

/** The whole of a case, to be printed. */
export function printPath(id: string): string {
  return `/print/cases/${id}`;
}

export function leakPath(id: string): string {
  return `/leaks/${id}`;
}

/** Names of accounts are as hospitals have them: anything may stand in one. */
export function accountPath(group: string, actor: string): string {
  return `/accounts/${encodeURIComponent(group)}/${encodeURIComponent(actor)}`;
}

/** Ids of rules are as their files have them. */
export function rulePath(id: string): string {
  return `/rules/${encodeURIComponent(id)}`;
}

/** What to do when it fires. */
export function ruleRunbookPath(id: string): string {
  return `${rulePath(id)}/runbook`;
}

export function backtestPath(id: string): string {
  return `/backtests/${id}`;
}
