import { z } from 'zod';

/** One query of a dashboard, as Grafana would send it once its macros and variables are replaced: see `expandSql`, `expandPromql`. */
export interface PanelQuery {
  readonly dashboard: string;
  /** Title of the panel, or `variable <name>`. */
  readonly panel: string;
  readonly language: 'promql' | 'sql';
  readonly text: string;
}

const target = z.object({ refId: z.string(), expr: z.string().optional(), rawSql: z.string().optional() });
const panel = z.object({
  id: z.int(),
  title: z.string(),
  type: z.string(),
  description: z.string().optional(),
  gridPos: z.object({ h: z.int(), w: z.int(), x: z.int(), y: z.int() }),
  fieldConfig: z.object({ defaults: z.object({ unit: z.string().optional() }) }).optional(),
  targets: z.array(target).default([]),
});
const variable = z.object({
  name: z.string(),
  type: z.string(),
  query: z.union([z.string(), z.object({ query: z.string() })]),
});

/** The part of Grafana's dashboard format that Vigie's own dashboards use. */
export const dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  description: z.string(),
  panels: z.array(panel),
  templating: z.object({ list: z.array(variable) }),
});
export type Dashboard = z.infer<typeof dashboard>;

/** Every query of every panel, and the SQL of the variables. Throws when the JSON is not such a dashboard. */
export function panelQueries(json: string): readonly PanelQuery[] {
  const { title, panels, templating } = dashboard.parse(JSON.parse(json));
  const ofPanels = panels.flatMap((one) =>
    one.targets.flatMap(({ expr, rawSql }) => [
      ...(expr === undefined ? [] : [query(title, one.title, 'promql', expr)]),
      ...(rawSql === undefined ? [] : [query(title, one.title, 'sql', rawSql)]),
    ]),
  );
  const ofVariables = templating.list.flatMap(({ name, type, query: text }) =>
    type === 'query' && typeof text === 'string' ? [query(title, `variable ${name}`, 'sql', text)] : [],
  );
  return [...ofPanels, ...ofVariables];
}

function query(title: string, name: string, language: PanelQuery['language'], text: string): PanelQuery {
  return { dashboard: title, panel: name, language, text };
}

/** What the person before the dashboard has chosen. */
export interface Choice {
  /** The time range, in milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
  /** Width of a point of a time series, in seconds. */
  readonly intervalSeconds: number;
  /** Values of the variables; one that is absent is "All". */
  readonly variables: Readonly<Record<string, readonly string[]>>;
}

/**
 * Replaces the macros of Grafana's ClickHouse data source (4.x) that our dashboards use:
 * `$__timeFilter(column)`, `$__fromTime`, `$__toTime`, `$__timeInterval(column)`, `$__conditionalAll(condition, $variable)`,
 * and the variables as `${name}` or `${name:singlequote}`. Throws when something that looks like a macro is left over.
 */
export function expandSql(sql: string, choice: Choice): string {
  const from = `toDateTime(${Math.floor(choice.fromMs / 1000)})`;
  const to = `toDateTime(${Math.ceil(choice.toMs / 1000)})`;
  const text = sql
    .replace(/\$__conditionalAll\((.*?\)), \$(\w+)\)/g, (_, condition: string, name: string) =>
      choice.variables[name]?.length ? condition : '1=1',
    )
    .replace(/\$__timeFilter\((\w+)\)/g, (_, column: string) => `(${column} >= ${from} AND ${column} <= ${to})`)
    .replace(
      /\$__timeInterval\((\w+)\)/g,
      (_, column: string) => `toStartOfInterval(toDateTime(${column}), INTERVAL ${choice.intervalSeconds} second)`,
    )
    .replaceAll('$__fromTime', from)
    .replaceAll('$__toTime', to);
  return refuseLeftovers(
    text.replace(/\$\{(\w+)(:singlequote)?\}/g, (_, name: string, quoted?: string) => {
      const values = choice.variables[name] ?? [];
      return quoted ? values.map((value) => `'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`).join(',') : values.join(',');
    }),
  );
}

/** Replaces `$__rate_interval` and the variables (`.*` for "All") in PromQL. Throws when something is left over. */
export function expandPromql(expr: string, choice: Choice): string {
  return refuseLeftovers(
    expr
      .replaceAll('$__rate_interval', `${choice.intervalSeconds}s`)
      .replace(/\$(\w+)/g, (whole, name: string) =>
        name.startsWith('__') ? whole : (choice.variables[name]?.join('|') ?? '.*'),
      ),
  );
}

function refuseLeftovers(text: string): string {
  const left = /\$\w+|\$\{\w+/.exec(text);
  if (left)
    throw new Error(`the macro or variable ${left[0]} is not known to libs/testkit/dashboards.ts: teach it, or use another`);
  return text;
}

/** Names of the metrics of Vigie in a PromQL expression, histograms without `_bucket`, `_sum` and `_count`; each once. */
export function metricsIn(expr: string): readonly string[] {
  const names = [...expr.matchAll(/\bvigie[_:][a-z0-9_:]+/g)].map(([name]) => name.replace(/_(bucket|sum|count)$/, ''));
  return [...new Set(names)];
}
