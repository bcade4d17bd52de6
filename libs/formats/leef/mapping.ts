// leef/: IBM's Log Event Extended Format 1.0 and 2.0, with the separators that senders really use.
// Names with `@` are what the names of custom attributes say.

import type { RecordMapping } from '../record/mapping.js';
import type { TimePlaces } from '../siem/read-pairs.js';

export const leefMapping: RecordMapping = {
  places: {
    id: ['externalId'],
    time: ['@time'],
    clinic_id: ['@clinic', 'domain'],
    actor_id: ['usrName', 'accountName', 'identityUser', 'SourceUser', 'suser', '@account'],
    actor_role: ['role', '@role'],
    action: ['cat', '@event', 'action', 'act'],
    outcome: ['result', 'outcome'],
    record_count: ['@count', 'cnt', 'count'],
    categories: ['@category'],
    purpose: ['@purpose'],
    emergency: ['@emergency'],
    source_ip: ['src', 'identSrc'],
    device: ['srcHostName', 'identHostName', 'shost'],
    user_agent: ['userAgent'],
    session_id: ['session', 'sessionId', '@session'],
    auth: ['@factor'],
    mfa: ['@mfa'],
    application: ['@application'],
  },
  requests: ['url', 'request'],
  services: ['application'],
};

export const leefTimes: TimePlaces = { times: ['devTime'], zones: ['devTimeZone', 'dtz'], format: 'devTimeFormat' };

/** Custom attributes alone name patients. */
export const leefFallbacks = { patients: [], accounts: ['dstUser', 'DestinationUser', 'duser'] } as const;
