import { expect, it } from '@jest/globals';
import { findPrometheus } from '../../scripts/promtool.mjs';

/**
 * A test that needs promtool or prometheus. Where neither is there nor can be fetched it is reported as skipped, with the reason in its
 * name; with CI set it fails instead.
 */
export function withPrometheus(name: 'promtool' | 'prometheus', law: string, test: (path: string) => Promise<void> | void): void {
  const { path, reason } = findPrometheus(name);
  if (path) it(law, () => test(path));
  else if (process.env['CI']) it(law, () => expect(`no ${name}: ${reason}`).toBe('there'));
  else it.skip(`${law} (no ${name}: ${reason})`, () => {});
}
