import type { Action } from '#libs/contracts/vocabulary.js';
import type { RecordMapping } from '../record/mapping.js';

/** OCSF's classes that speak of accesses, and what their activities are. What is not named is `other`. */
export const activitiesOfClass: Readonly<Record<string, Readonly<Record<number, Action>>>> = {
  /** Datastore Activity: Read, Update, Query, Write, Create, Delete, List. */
  6005: { 1: 'read', 2: 'update', 4: 'search', 5: 'update', 6: 'create', 7: 'delete', 8: 'list' },
  /** Web Resources Activity: Create, Read, Update, Delete, Search, Import, Export, Share. */
  6001: { 1: 'create', 2: 'read', 3: 'update', 4: 'delete', 5: 'search', 6: 'create', 7: 'export', 8: 'export' },
  /** Web Resource Access Activity, older: Grant, Deny, Revoke, Error. */
  6004: { 1: 'read', 2: 'read', 4: 'read' },
  /** API Activity, which was class 3005 before 1.0: Create, Read, Update, Delete. */
  6003: { 1: 'create', 2: 'read', 3: 'update', 4: 'delete' },
  3005: { 1: 'create', 2: 'read', 3: 'update', 4: 'delete' },
  /** File Hosting: Upload, Download, Update, Delete, Rename, Copy, Move, Restore, Preview, Share, Open, Sync. */
  6006: {
    1: 'create',
    2: 'download',
    3: 'update',
    4: 'delete',
    5: 'update',
    6: 'download',
    7: 'update',
    8: 'update',
    9: 'read',
    12: 'export',
    14: 'read',
    15: 'download',
  },
  /** Authentication: Logon, Logoff. */
  3002: { 1: 'login', 2: 'logout' },
};

const actions = Object.entries(activitiesOfClass).flatMap(([classUid, activities]) =>
  Object.entries(activities).map(([activity, action]): [string, Action] => [
    String(Number(classUid) * 100 + Number(activity)),
    action,
  ]),
);

const users = ['actor.user.uid', 'actor.user.name', 'actor.user.email_addr'];
const subjects = ['user.uid', 'user.name', 'user.email_addr'];

/** OCSF 1.x. */
export const ocsfMapping: RecordMapping = {
  places: {
    id: ['metadata.uid', 'metadata.correlation_uid'],
    time: ['time', 'time_dt', 'start_time'],
    clinic_id: [
      'actor.user.org.ou_uid',
      'actor.user.org.uid',
      'metadata.tenant_uid',
      'cloud.account.uid',
      'device.org.uid',
      'device.org.name',
      'resources.namespace',
    ],
    actor_id: [...users, ...subjects],
    actor_role: ['actor.user.groups.name', 'actor.iam_role', 'actor.user.type'],
    actor_kind: ['actor.user.type_id', 'actor.user.type'],
    privileged: ['actor.user.type_id'],
    action: ['type_uid', 'activity_name', 'api.operation'],
    outcome: ['status_id', 'status', 'http_response.code', 'type_uid'],
    record_count: ['unmapped.record_count', 'unmapped.rows', 'query_info.data'],
    categories: ['unmapped.data_category', 'resources.type', 'web_resources.type', 'entity.type', 'table.name'],
    purpose: ['unmapped.purpose'],
    emergency: ['unmapped.emergency'],
    source_ip: ['src_endpoint.ip'],
    device: ['device.uid', 'device.hostname', 'device.name', 'src_endpoint.hostname'],
    user_agent: ['http_request.user_agent'],
    session_id: ['actor.session.uid', 'session.uid'],
    auth: ['auth_protocol', 'auth_protocol_id'],
    mfa: ['actor.session.is_mfa', 'session.is_mfa', 'is_mfa'],
    application: ['metadata.product.name', 'app.name', 'service.name'],
  },
  patients: [
    { place: 'resources[type=Patient].uid' },
    { place: 'web_resources[type=Patient].uid' },
    { place: 'resource[type=Patient].uid' },
    { place: 'entity[type=Patient].uid' },
    { place: 'unmapped.patient_id' },
    { place: 'unmapped.patient_ids' },
  ],
  requests: ['http_request.url.url_string', 'http_request.url.path', 'http_request.url.query_string', 'query_info.query_string'],
  services: ['actor.app_name', 'actor.app_uid', 'actor.process.name', 'actor.invoked_by', 'api.service.name'],
  words: {
    action: Object.fromEntries(actions),
    outcome: { 2: 'failure', 0: '', 99: '', 600402: 'failure', 600404: 'failure' },
    actor_kind: { 1: 'human', 2: 'human', 3: 'service', user: 'human', admin: 'human', system: 'service' },
    privileged: { 2: 'true', '*': '' },
  },
};

/** Of a sign-in the user is the subject, whoever let it in. */
export const ocsfLoginMapping: RecordMapping = {
  ...ocsfMapping,
  places: { ...ocsfMapping.places, actor_id: [...subjects, ...users] },
};
