import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { collectOfProcess } from '#libs/runtime/metrics.js';
import type { BodyReader } from './body.js';
import type { QueryRunner } from '../run/query-runner.js';

/** What the embedded ClickHouse says of itself. Never a query's text: people write identifiers into them. */
export class ClickHouseMetrics {
  readonly registry = new Registry();
  readonly queries = this.#counter(
    'vigie_clickhouse_queries_total',
    'Queries by kind and by ClickHouse error code (0 is success)',
    ['kind', 'code'],
  );
  readonly seconds = new Histogram({
    name: 'vigie_clickhouse_query_seconds',
    help: 'Duration of queries, waiting included',
    labelNames: ['kind'],
    buckets: [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300],
    registers: [this.registry],
  });

  constructor(runner: QueryRunner, bodies: BodyReader) {
    this.registry.setDefaultLabels({ service: 'clickhouse' });
    for (const lane of [runner.lanes.read, runner.lanes.service, runner.lanes.write]) {
      this.#gauge(`vigie_clickhouse_${lane.name}_queries_running`, 'Queries that run', () => lane.running);
      this.#gauge(`vigie_clickhouse_${lane.name}_queries_waiting`, 'Queries that wait for a place', () => lane.waiting);
    }
    this.#gauge('vigie_clickhouse_body_bytes', 'Bytes of request bodies in hand', () => bodies.bytesInHand);
    collectOfProcess(this.registry);
  }

  #counter<L extends string>(name: string, help: string, labelNames: readonly L[]): Counter<L> {
    return new Counter({ name, help, labelNames: [...labelNames], registers: [this.registry] });
  }

  #gauge(name: string, help: string, value: () => number): void {
    const gauge = new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(value());
      },
    });
    gauge.set(value());
  }
}
