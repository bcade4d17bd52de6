// packs/: the rules that benchmarks judge by, and the plain program that they are compared with.
// What is measured lies in the folder over it.

import type { EngineOptions } from '#libs/detection/engine.js';
import { defaultListsDir, rulesConfig } from '#libs/detection/rules/load/config.js';
import { requireRules } from '#libs/detection/rules/load/require-rules.js';

const hourMs = 3_600_000;

/** The default pack as a group would run it: with some accounts, addresses, closed clinics and planted patients in its lists. */
export async function packOptions(): Promise<EngineOptions> {
  const lists = new Map([
    ['service_accounts', ['svc-lab-results', 'svc-billing', 'svc-backup']],
    ['canary_patients', Array.from({ length: 50 }, (_, n) => (0xca000000 + n).toString(16).padEnd(32, '0'))],
    ['closed_clinics', ['750301018', '750301019']],
    ['service_addresses', ['10.10.1.21', '10.10.1.22']],
    ['service_applications', ['integration-engine', 'billing', 'backup']],
  ]);
  const folders = { VIGIE_RULES_DIR: rulesConfig.VIGIE_RULES_DIR.parse(undefined), VIGIE_LISTS_DIR: defaultListsDir };
  const { rules } = await requireRules(folders, lists);
  return { rules, quietMs: 24 * hourMs, allowedLatenessMs: hourMs / 4 };
}

/** The same with the rule over most accesses once more, under another id and with another number. */
export function withOneMore(pack: EngineOptions): EngineOptions {
  const rule = pack.rules.find(({ title }) => title === 'Very many patients within one hour');
  if (!rule)
    throw new Error(
      'rules/mass-access.yml has no rule "Very many patients within one hour": name another one in bench/packs/pack.ts',
    );
  const { condition } = rule;
  const more = {
    ...rule,
    id: '00000000-0000-4000-8000-000000000001',
    condition: { ...condition, atLeast: condition.atLeast + 70 },
  };
  return { ...pack, rules: [...pack.rules, more] };
}
