import { operatorFileText } from '#libs/runtime/files/operator-file.js';
import type { CaseRow } from '#libs/contracts/case-row.js';
import { defaultRoutingText } from '#libs/routing/default-routing.js';
import { routed } from '#libs/routing/match.js';
import { readWithoutReceivers } from '#libs/routing/read-routing.js';

/**
 * The policy by which a case is told, for a metric: by the file of routing of this moment, or by what comes with Vigie where there is none. The first
 * where routes go on; `none` while it waits for an opening, `unread` where the file cannot be read. `at` in milliseconds of the wall clock.
 */
export function policyOf(file: string | undefined, row: CaseRow, at: number): string {
  try {
    const text = file === undefined ? defaultRoutingText : operatorFileText(file);
    return routed(readWithoutReceivers(file ?? '', text), row, at).policies[0]?.name ?? 'none';
  } catch {
    // The action is in the log already: whatever is wrong with the file must not make its answer a failure.
    return 'unread';
  }
}
