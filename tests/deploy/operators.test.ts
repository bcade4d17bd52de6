import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { definitionsHere, reader } from '../../scripts/kubernetes/operators/definitions.mjs';
import { chart, helm, readByProgram, templated } from './helm.js';

/*
 * What operators of a cluster are given, read by their own CustomResourceDefinitions as the API server reads it: unknown fields, schemas, lists, rules.
 * `node scripts/kubernetes/operators/definitions.mjs` gets them.
 */

/** Objects of operators that the chart makes, of every way of setting it that has some. */
const chartGiven: readonly (readonly [string, readonly string[], Readonly<Record<string, number>>])[] = [
  ['examples/values-managed.yaml', ['--values', `${chart}/examples/values-managed.yaml`], { ScaledObject: 2, ServiceMonitor: 5, PrometheusRule: 1 }],
  ['examples/values-operators.yaml', ['--values', `${chart}/examples/values-operators.yaml`], { ServiceMonitor: 5, PrometheusRule: 1 }],
  ['its own values with KEDA', ['--set', 'scaling.kind=keda'], { ScaledObject: 2 }],
]; // prettier-ignore
const examples = [
  ['strimzi', 'strimzi.yaml', { KafkaNodePool: 1, Kafka: 1, KafkaUser: 6 }],
  ['clickhouse', 'clickhouse-operator.yaml', { ClickHouseInstallation: 1 }],
] as const;
const program = reader();

describe('the definitions of Prometheus and KEDA', () => {
  const definitions = ['prometheus', 'keda'].flatMap(definitionsHere);
  const canRead = helm !== undefined && program !== undefined && definitions.length === 3;

  (canRead ? it : it.skip).each(chartGiven)('take what the chart makes of %s', (_, values, wanted) => {
    expect(takenBy(definitions, templated('1.33.0', ...values))).toEqual(wanted);
  });

  (canRead ? it : it.skip)('refuse a word too many, a kind of value that is wrong, and a rule that does not hold', () => {
    const made = templated('1.33.0', '--set', 'scaling.kind=keda');
    expect(said(definitions, made.replace('maxReplicaCount', 'maxReplicas'))).toMatch(
      /^refused: .*unknown field spec.maxReplicas$/m,
    );
    expect(said(definitions, made.replace(/maxReplicaCount: \d+/, 'maxReplicaCount: many'))).toMatch(
      /^refused: .*must be of type integer/m,
    );
    expect(said(definitions, made.replace(/maxReplicaCount: \d+/, 'maxReplicaCount: 0'))).toMatch(
      /^refused: .*minReplicaCount must be less/m,
    );
  });
});

describe.each(examples)('the definitions of %s', (operator, file, wanted) => {
  const definitions = definitionsHere(operator);

  (program !== undefined && definitions.length > 0 ? it : it.skip)(`take examples/${file}`, () => {
    expect(takenBy(definitions, readFileSync(`${chart}/examples/${file}`, 'utf8'))).toEqual(wanted);
  });
});

/** What is said against objects. */
function said(definitions: readonly string[], text: string): string {
  return readByProgram(program ?? '', definitions, text).out;
}

/** How many of each kind are taken. Throws with what is said against the others. */
function takenBy(definitions: readonly string[], text: string): Readonly<Record<string, number>> {
  const { status, out } = readByProgram(program ?? '', definitions, text);
  if (status !== 0) throw new Error(out);
  const kinds = [...out.matchAll(/^taken: .*\/(\w+)$/gm)].map(([, kind = '']) => kind);
  return Object.fromEntries(Object.entries(Object.groupBy(kinds, (kind) => kind)).map(([kind, all]) => [kind, all?.length ?? 0]));
}
