import { spawnSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { helmHere } from '../../scripts/kubernetes/helm.mjs';

export const chart = 'deploy/chart';

/** Undefined where this machine has no Helm: `node scripts/kubernetes/helm.mjs version` builds it. */
export const helm: string | undefined = helmHere();

export const object = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().optional(), annotations: z.record(z.string(), z.string()).optional() }),
}); // prettier-ignore
export type KubernetesObject = z.infer<typeof object>;

export interface HelmAnswer {
  readonly status: number | null;
  readonly out: string;
  readonly said: string;
}

export function runHelm(...options: readonly string[]): HelmAnswer {
  const { status, stdout, stderr } = spawnSync(helm ?? 'helm', options, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 });
  return { status, out: stdout, said: stderr };
}

/** What a version's own types say against what the chart makes of values: `read: 29` and no line that begins with `refused:` where they take it. */
export function readByTypes(program: string, ...values: readonly string[]): HelmAnswer {
  const { out } = runHelm('template', 'vigie', chart, '--namespace', 'vigie', '--kube-version', '1.33.0', ...values);
  const { status, stdout, stderr } = spawnSync(program, { input: out, encoding: 'utf8' });
  return { status, out: stdout, said: stderr };
}

/** What the chart makes of values, each a file or `--set` and its value. Throws with what Helm says against them. */
export function rendered(kubernetes: string, ...values: readonly string[]): readonly KubernetesObject[] {
  const { status, out, said } = runHelm(
    'template',
    'vigie',
    chart,
    '--namespace',
    'vigie',
    '--kube-version',
    kubernetes,
    ...values,
  );
  if (status !== 0) throw new Error(said);
  return parseAllDocuments(out, { uniqueKeys: true }).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('; '));
    const value: unknown = document.toJS();
    return value === null ? [] : [object.parse(value)];
  });
}
