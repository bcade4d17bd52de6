// cef/: ArcSight's Common Event Format: a parser of its own, because the packages that there are do not unescape and split as files need it.
// Keys by their short names and by their long ones; names with `@` are what labels of custom fields say.

import type { RecordMapping } from '../record/mapping.js';
import type { TimePlaces } from '../siem/read-pairs.js';

export const cefMapping: RecordMapping = {
  places: {
    id: ['externalId', 'eventId'],
    time: ['@time'],
    clinic_id: ['@clinic', 'deviceFacility', 'dvchost', 'deviceHostName'],
    actor_id: ['suid', 'sourceUserId', 'suser', 'sourceUserName', '@account'],
    actor_role: ['spriv', 'sourceUserPrivileges', '@role'],
    action: ['act', 'cat', 'deviceAction', '@event'],
    outcome: ['outcome', 'categoryOutcome', 'eventOutcome', 'reason'],
    record_count: ['@count', 'cnt', 'baseEventCount'],
    categories: ['@category', 'fileType'],
    purpose: ['@purpose'],
    emergency: ['@emergency'],
    source_ip: ['src', 'sourceAddress', 'c6a2'],
    device: ['shost', 'sourceHostName', 'deviceExternalId'],
    user_agent: ['requestClientApplication'],
    session_id: ['@session'],
    auth: ['@factor'],
    mfa: ['@mfa'],
    application: ['sourceServiceName', '@application'],
  },
  requests: ['request', 'requestUrl'],
  services: ['sourceServiceName', 'sproc', 'sourceProcessName'],
};

export const cefTimes: TimePlaces = {
  times: ['rt', 'deviceReceiptTime', 'start', 'startTime', 'end', 'endTime', 'deviceCustomDate1'],
  zones: ['dtz', 'deviceTimeZone', 'atz'],
};

/** Where the format itself could name a patient, and where an account stands at a login. */
export const cefFallbacks = {
  patients: [{ place: 'duid' }, { place: 'destinationUserId' }, { place: 'fileId' }],
  accounts: ['duser', 'destinationUserName', 'duid', 'destinationUserId'],
} as const;
