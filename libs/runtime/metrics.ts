// Longer than the house likes: every metric stands in one table, where a name is looked for.

import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** Between two looks at the event loop, milliseconds. Those ten of the default wake a process that has nothing to do a hundred times a second. */
const loopLookMs = 50;

/** Memory, processor, event loop and garbage of this process, which every service shows. Of a process at rest the delay of the event loop is `loopLookMs`. */
export function collectOfProcess(register: Registry): void {
  collectDefaultMetrics({ register, prefix: 'vigie_', eventLoopMonitoringPrecision: loopLookMs });
}

const seconds = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2, 5, 10, 30, 60, 300];

/** Every counter, with the reason why somebody would look at it. Names follow Prometheus: base units, `_total` for counters. */
const counters = {
  // What came in, per group and source (two groups may call a source the same); received = accepted + refused + quarantined.
  vigie_events_received_total: { help: 'Events read from requests', labels: ['group_id', 'source'] },
  vigie_events_accepted_total: { help: 'Events acknowledged', labels: ['group_id', 'source'] },
  vigie_events_refused_total: {
    help: 'Events refused, with the reason told to the sender',
    labels: ['group_id', 'source', 'reason'],
  },
  vigie_events_quarantined_total: { help: 'Events taken in custody but set aside', labels: ['group_id', 'source', 'reason'] },
  vigie_events_dated_ahead_total: {
    help: 'Events accepted as of their arrival, because the time that their source gave lies more than five minutes ahead of it',
    labels: ['group_id', 'source'],
  },
  vigie_ingest_requests_total: { help: 'Ingest requests by HTTP status', labels: ['status'] },
  vigie_ingest_bytes_total: { help: 'Request bytes read, before decompression', labels: ['group_id', 'source'] },
  vigie_inlet_messages_total: { help: 'Messages that came over sockets, from topics and from files', labels: ['inlet'] },
  vigie_inlet_dropped_total: {
    help: 'Messages and connections of inlets that were dropped before they were read, with the reason; nobody is told that sends over UDP',
    labels: ['inlet', 'reason'],
  },
  // What goes on.
  vigie_frames_appended_total: { help: 'Frames acknowledged by the log', labels: ['topic'] },
  vigie_rows_appended_total: { help: 'Rows acknowledged by the log', labels: ['topic', 'group_id', 'source'] },
  vigie_rows_sampled_total: {
    help: 'Access rows that were looked at for what feeds lack: the first of each frame',
    labels: ['group_id', 'source'],
  },
  vigie_rows_sampled_without_total: {
    help: 'Of these, rows without a field that rules need: actor_role, session_id, source_ip, outcome, care_link',
    labels: ['group_id', 'source', 'field'],
  },
  vigie_rows_stamped_total: {
    help: 'Access rows by what the ingestor knew of the patient: own, stay, several, single, none, unknown, no_patient',
    labels: ['care_link'],
  },
  vigie_stays_accepted_total: { help: 'Stays and appointments acknowledged', labels: ['group_id', 'source'] },
  vigie_care_lines_refused_total: { help: 'Lines that are no facts of care and were passed over', labels: ['topic'] },
  vigie_rows_scored_total: { help: 'Access rows that the windows have taken in', labels: [] },
  vigie_rows_relayed_total: {
    help: 'Access rows that the windows of other subjects than accounts have taken in, each time they came',
    labels: ['subject_kind'],
  },
  vigie_habits_models_differing_total: {
    help: 'Models of habits that were made differently here than by the scorer that asked for the next one',
    labels: [],
  },
  vigie_habit_days_published_total: {
    help: 'Completed days of accounts, and of other subjects, handed to all scorers',
    labels: [],
  },
  vigie_rows_rejected_total: { help: 'Rows of frames that could not be used and were quarantined', labels: ['step', 'reason'] },
  vigie_log_frames_refused_total: {
    help: 'Frames that none of ours signed and that were set aside',
    labels: ['topic', 'reason'],
  },
  vigie_rows_dated_ahead_total: {
    help: 'Rows of frames dated ahead of their arrival, which no ingestor writes; they count as of their arrival',
    labels: [],
  },
  vigie_rows_missing_group_by_total: { help: 'Rows that took no part in a rule for want of a group-by field', labels: [] },
  vigie_rows_beyond_horizon_total: { help: 'Rows older than the windows that are held', labels: [] },
  vigie_rejudgements_total: { help: 'Accounts judged again over their stored history, because accesses came late', labels: [] },
  vigie_incident_changes_total: { help: 'Incident changes, told or not', labels: ['change_type'] },
  vigie_rows_stored_total: { help: 'Rows that ClickHouse has acknowledged', labels: ['table'] },
  vigie_events_stored_total: { help: 'Access rows that ClickHouse has acknowledged, by source', labels: ['group_id', 'source'] },
  vigie_notifications_total: { help: 'Notifications by outcome', labels: ['endpoint', 'outcome'] },
  vigie_notification_rows_dropped_total: {
    help: 'Outcomes of notifications that the store was away for too long to take',
    labels: [],
  },
  vigie_endpoint_notices_total: {
    help: 'Notices to the other channels that an endpoint takes nothing, by whether one of them took it',
    labels: ['endpoint', 'outcome'],
  },
  // What is told of cases by the file of routing.
  vigie_escalation_steps_total: {
    help: 'Messages of escalation that were delivered, because nobody took the case in time',
    labels: ['policy', 'step'],
  },
  vigie_escalation_nobody_total: { help: 'Steps that found nobody on call; the next one was told at once', labels: [] },
  vigie_notifications_superseded_total: {
    help: 'Messages of cases that were not sent, because somebody took the case or it was over first',
    labels: [],
  },
  // What people do with cases; of each what became of it.
  vigie_case_actions_total: {
    help: 'Actions that people took by this console, by what became of them',
    labels: ['type', 'effect'],
  },
  vigie_case_lines_refused_total: {
    help: 'Lines of the log that are neither a change nor an action, passed over',
    labels: ['topic'],
  },
  vigie_mcp_calls_total: { help: 'Calls of assistants by tool and by what became of them', labels: ['tool', 'outcome'] },
  vigie_mcp_filtered_total: {
    help: 'Answers to assistants that held what may be a pseudonym and were kept back; must stay 0',
    labels: ['tool'],
  },
  vigie_archive_mismatches_total: { help: 'Ranges of the log that the store did not have as its ledger said', labels: ['topic'] },
  vigie_retries_total: { help: 'Calls to the outside world that were tried again', labels: ['operation'] },
} as const satisfies Record<string, Definition>;

const gauges = {
  vigie_care_lag_seconds: { help: 'How long ago the ingestor last held all that the log had of care', labels: [] },
  vigie_care_bytes: { help: 'Bytes of what the ingestor remembers of patients in care', labels: [] },
  vigie_care_patients: { help: 'Patients that the ingestor remembers', labels: [] },
  vigie_credential_end_time_seconds: {
    help: 'When a certificate or a token ends that this process uses, shows or is shown; seconds since 1970',
    labels: ['kind', 'name'],
  },
  vigie_ingest_queue_bytes: { help: 'Bytes of requests being worked on', labels: [] },
  vigie_log_lag_frames: { help: 'Frames written but not yet handed over', labels: ['topic', 'partition'] },
  vigie_log_uncommitted_frames: { help: 'Frames written but not yet committed', labels: ['topic', 'partition'] },
  vigie_window_accounts: { help: 'Accounts held in windows', labels: [] },
  vigie_window_pairs: { help: 'Distinct (account, value) pairs held in windows', labels: [] },
  vigie_window_bytes: { help: 'Bytes of the windows', labels: [] },
  vigie_window_bare_accesses: {
    help: 'Accesses that were counted without clinic and categories, because more of these are held than can be told apart',
    labels: [],
  },
  vigie_habits_model_day: { help: 'The day of the newest model of habits, in days since 1970; 0 before the first', labels: [] },
  vigie_habits_accounts: { help: 'Accounts, and other subjects, whose habits are known', labels: ['subject_kind'] },
  vigie_habits_waiting: {
    help: 'Habit rules whose thresholds wait, because many accounts of a group went far at once: what is counted has changed',
    labels: ['group_id'],
  },
  vigie_habits_budget_per_week: { help: 'False incidents of a week that a group is ready to look at', labels: [] },
  vigie_habits_false_per_week: {
    help: 'Cases a week, over the last four, in which a rule that goes by habits fired and that people found to be false alarms or authorised work',
    labels: ['group_id'],
  },
  vigie_incidents_open: { help: 'Incidents that are open', labels: [] },
  // What waits for the store: live judging goes on meanwhile.
  vigie_rejudgements_waiting: { help: 'Accounts with late accesses that wait to be judged again from the store', labels: [] },
  vigie_rejudgements_oldest_seconds: { help: 'How long the oldest of them has been waiting', labels: [] },
  vigie_windows_filling: {
    help: '1 while windows lack accesses of the past that are read from the store',
    labels: ['topic', 'partition'],
  },
  vigie_windows_filling_since_seconds: { help: 'Since when, seconds since 1970; 0 when nothing is lacking', labels: [] },
  vigie_part_away: {
    help: '1 while something is not as it should be and the service goes on, such as a topic or a listener of one source that is not read; /health/ready has the reason',
    labels: ['part'],
  },
  vigie_inlet_connections: { help: 'Connections of a listener', labels: ['inlet'] },
  // The file of sources in use.
  vigie_sources_reload_failed: { help: '1 while the newest file of sources has mistakes and an older one is in use', labels: [] },
  vigie_sources_loaded: { help: 'Sources of the file in use', labels: [] },
  vigie_sources_loaded_time_seconds: { help: 'When the sources in use were loaded, seconds since 1970', labels: [] },
  // The rules in use.
  vigie_rules_reload_failed: { help: '1 while the newest rules have mistakes and older ones are in use', labels: [] },
  vigie_rules_loaded: { help: 'Rules in use', labels: [] },
  vigie_rules_loaded_time_seconds: { help: 'When the rules in use were loaded, seconds since 1970', labels: [] },
  vigie_snapshot_bytes: { help: 'Size of the newest snapshot', labels: ['topic', 'partition'] },
  vigie_snapshot_time_seconds: {
    help: 'When the newest snapshot was written, seconds since 1970',
    labels: ['topic', 'partition'],
  },
  vigie_console_users_reload_failed: {
    help: '1 while the newest file of users of the console has mistakes and the users before are in use',
    labels: [],
  },
  vigie_routing_reload_failed: {
    help: '1 while the newest file of routing has mistakes and the one before is in use',
    labels: [],
  },
  vigie_notifications_pending: { help: 'Notifications that wait for their delivery', labels: ['endpoint'] },
  vigie_endpoint_unhealthy: { help: '1 while an endpoint fails or refuses notifications', labels: ['endpoint'] },
  vigie_leakcheck_places: { help: 'Places in which the last leak check found an invented identifier in clear', labels: [] },
  vigie_leakcheck_time_seconds: { help: 'When the last leak check ended, seconds since 1970', labels: [] },
  vigie_cases: { help: 'Cases by where they stand and by level', labels: ['status', 'level'] },
  vigie_deadline_seconds: {
    help: 'Time left of the clock of a breach that ends first, negative once it is over; none of a kind that does not run',
    labels: ['kind'],
  },
  // Kept elsewhere they show later that no row up to there was changed or taken away.
  vigie_audit_chain_rows: { help: 'Rows of the chain of the audit that this process writes', labels: ['chain_id'] },
  vigie_audit_head: {
    help: 'First thirteen hexadecimal digits of the digest of its last row, as a number',
    labels: ['chain_id'],
  },
  vigie_archive_held_bytes: { help: 'Bytes of frames that wait for ClickHouse in memory', labels: [] },
  vigie_archive_gaps: { help: 'Ranges of the log known to be missing in the store', labels: ['topic', 'partition'] },
  vigie_archive_unstored_frames: {
    help: 'Frames acknowledged a minute ago or longer that the store does not have, by the log and the store themselves',
    labels: ['topic', 'partition'],
  },
  vigie_selections_unregistered: {
    help: '1 while ClickHouse lacks selections of the rules, so that lists of patients are short',
    labels: [],
  },
  vigie_stalled: {
    help: '1 while a partition has work that is tried again, or does not move',
    labels: ['pipeline', 'topic', 'partition'],
  },
} as const satisfies Record<string, Definition>;

const histograms = {
  vigie_ingest_request_seconds: { help: 'Duration of ingest requests', labels: [], buckets: seconds },
  vigie_log_append_seconds: { help: 'From a closed frame to its acknowledgement', labels: ['topic'], buckets: seconds },
  vigie_decision_delay_seconds: { help: 'From received_at to the decision', labels: [], buckets: seconds },
  vigie_delivery_delay_seconds: {
    help: 'From received_at to the delivery of the notification',
    labels: ['endpoint'],
    buckets: seconds,
  },
  vigie_store_delay_seconds: { help: 'From received_at to ClickHouse having the row', labels: [], buckets: seconds },
  vigie_archive_insert_seconds: { help: 'Duration of inserts', labels: ['table'], buckets: seconds },
  vigie_case_acknowledge_seconds: {
    help: 'From a case that is new, or new again, to somebody taking it; policy: by which it was told then',
    labels: ['level', 'policy'],
    buckets: [30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400],
  },
  vigie_snapshot_seconds: { help: 'Duration of writing a snapshot', labels: [], buckets: seconds },
} as const satisfies Record<string, Definition & { buckets: readonly number[] }>;

interface Definition {
  readonly help: string;
  readonly labels: readonly string[];
}
export type CounterName = keyof typeof counters;
export type GaugeName = keyof typeof gauges;
export type HistogramName = keyof typeof histograms;
export const metricNames: readonly string[] = [...Object.keys(counters), ...Object.keys(gauges), ...Object.keys(histograms)];

export type Labels = Readonly<Record<string, string | number>>;

/** The metrics of one process. Made once and handed on; there is no global registry, so that tests do not share figures. */
export class Metrics {
  readonly registry = new Registry();
  readonly #counters = new Map<string, Counter>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #histograms = new Map<string, Histogram>();

  constructor(service: string, options: { readonly process?: boolean } = {}) {
    this.registry.setDefaultLabels({ service });
    const registers = [this.registry];
    for (const [name, { help, labels }] of Object.entries(counters))
      this.#counters.set(name, new Counter({ name, help, labelNames: labels, registers }));
    for (const [name, { help, labels }] of Object.entries(gauges))
      this.#gauges.set(name, new Gauge({ name, help, labelNames: labels, registers }));
    for (const [name, { help, labels, buckets }] of Object.entries(histograms))
      this.#histograms.set(name, new Histogram({ name, help, labelNames: labels, buckets: [...buckets], registers }));
    if (options.process) collectOfProcess(this.registry);
  }

  add(name: CounterName, labels: Labels = {}, by = 1): void {
    this.#counters.get(name)?.inc(labels, by);
  }
  set(name: GaugeName, value: number, labels: Labels = {}): void {
    this.#gauges.get(name)?.set(labels, value);
  }
  observe(name: HistogramName, value: number, labels: Labels = {}): void {
    this.#histograms.get(name)?.observe(labels, value);
  }
  /** Forgets a gauge's labelled value, such as the lag of a partition that left. */
  forget(name: GaugeName, labels: Labels): void {
    this.#gauges.get(name)?.remove(labels);
  }
}
