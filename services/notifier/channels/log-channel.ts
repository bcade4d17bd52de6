import type { EndpointPaused } from '#libs/contracts/webhook-body.js';
import type { Log } from '#libs/runtime/log.js';
import type { Channel, ToldChange } from './channel.js';
import type { Verdict } from '#libs/channels/http/verdict.js';

const sentences = {
  'incident.opened': 'incident opened',
  'incident.step': 'incident has grown',
  'incident.rule_added': 'another rule fired for the incident',
  'incident.merged': 'incident was joined to another',
  'incident.closed': 'incident closed',
  'incident.withdrawn': 'incident withdrawn: accesses that came later show that no rule holds',
} as const;

/** The second channel, which is always there: one structured line per told change. Figures only; no account, no patient. */
export class LogChannel implements Channel {
  readonly name = 'log';
  readonly levelMin = 'informational';
  readonly parallelMax = 1;

  constructor(private readonly log: Log) {}

  async send(change: ToldChange): Promise<Verdict> {
    const urgent = change.level === 'high' || change.level === 'critical';
    this.log[urgent && change.state === 'open' ? 'warn' : 'info'](sentences[change.change_type], {
      incidentId: change.incident_id,
      changeId: change.change_id,
      changeType: change.change_type,
      groupId: change.group_id,
      patients: change.patients,
      patientsAtFiring: change.patients_at_firing,
      patientsAtDetection: change.patients_at_detection,
      found: change.found,
      ...(change.found === 'late' && { lateSeconds: change.late_seconds }),
      level: change.level,
      step: change.step,
    });
    return { kind: 'delivered', status: 0 };
  }

  async announce({ data }: EndpointPaused): Promise<Verdict> {
    this.log.error('notifications wait for an endpoint that takes none; check it, and look at the open incidents', {
      endpoint: data.endpoint,
      status: data.status,
      reason: data.reason,
      count: data.waiting,
      ...(data.incidents[0] && { level: data.incidents[0].level }),
    });
    return { kind: 'delivered', status: 0 };
  }
}
