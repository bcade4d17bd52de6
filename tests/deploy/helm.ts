import { spawnSync } from 'node:child_process';
import { parseAllDocuments } from 'yaml';
import { z } from 'zod';
import { helmHere } from '../../scripts/kubernetes/helm.mjs';

export const chart = 'deploy/chart';

/** Undefined where this machine has no Helm: `node scripts/kubernetes/helm.mjs version` builds it. */
export const helm: string | undefined = helmHere();

export const object = z.looseObject({
  kind: z.string(),
  metadata: z.looseObject({
    name: z.string(),
    namespace: z.string().optional(),
    annotations: z.record(z.string(), z.string()).optional(),
  }),
});
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

/** What the chart makes of values, as text. Throws with what Helm says against them. */
export function templated(kubernetes: string, ...values: readonly string[]): string {
  const words = ['template', 'vigie', chart, '--namespace', 'vigie', '--kube-version', kubernetes, ...values];
  const { status, out, said } = runHelm(...words);
  if (status !== 0) throw new Error(said);
  return out;
}

/** What a program says against objects on its standard input: `read: 29` and no line that begins with `refused:` where it takes them. */
export function readByProgram(program: string, words: readonly string[], objects: string): HelmAnswer {
  const { status, stdout, stderr } = spawnSync(program, words, { input: objects, encoding: 'utf8' });
  return { status, out: stdout, said: stderr };
}

/** What the chart makes of values, each a file or `--set` and its value. Throws with what Helm says against them. */
export function rendered(kubernetes: string, ...values: readonly string[]): readonly KubernetesObject[] {
  return parseAllDocuments(templated(kubernetes, ...values), { uniqueKeys: true }).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('; '));
    const value: unknown = document.toJS();
    return value === null ? [] : [object.parse(value)];
  });
}
