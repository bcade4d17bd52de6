/** The first word of every path that is a page: what the console answers with the pages, see `services/console/pages`. */
export const pagePaths = ['', 'login', 'me', 'cases', 'accounts', 'feeds'] as const;

export function casePath(id: string, below = ''): string {
  return `/cases/${id}${below}`;
}

/** Names of accounts are as hospitals have them: anything may stand in one. */
export function accountPath(group: string, actor: string): string {
  return `/accounts/${encodeURIComponent(group)}/${encodeURIComponent(actor)}`;
}
