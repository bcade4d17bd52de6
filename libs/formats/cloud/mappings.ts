import type { RecordMapping } from '../record/mapping.js';
import { fhirAuthority } from '../fhir/patient-reference.js';

/**
 * Azure Health Data Services, as rows of `MicrosoftHealthcareApisAuditLogs` (in lower case here, exports differ) and as diagnostic records.
 * The patient stands in the address that was asked for.
 */
export const azureMapping: RecordMapping = {
  places: {
    id: ['correlationid'],
    time: ['timegenerated', 'timegenerated [utc]', 'time'],
    clinic_id: ['logicalresourceid', '_resourceid', 'resourceid', 'location'],
    actor_id: ['calleridentityobjectid', 'calleridentity.oid', 'identity.claims.oid', 'identity.claims.appid', 'calleridentity'],
    action: ['operationname'],
    outcome: ['resulttype', 'statuscode', 'resultsignature'],
    categories: ['fhirresourcetype', 'properties.fhirResourceType', 'properties.FhirResourceType'],
    source_ip: ['calleripaddress'],
    auth: ['calleridentityissuer', 'identity.claims.iss'],
  },
  requests: ['requesturi', 'uri', 'properties.requestUri'],
  words: { action: { 'search-type': 'search', 'search-system': 'search', batch: 'other' } },
  fixed: { application: 'azure-fhir' },
  zone: 'UTC',
};

/** Google Cloud's audit log, above all the data access log of the Healthcare API. */
export const gcpMapping: RecordMapping = {
  places: {
    id: ['operation.id', 'insertId'],
    time: ['timestamp', 'receiveTimestamp'],
    clinic_id: ['resource.labels.dataset_id', 'resource.labels.project_id'],
    actor_id: ['protoPayload.authenticationInfo.principalEmail', 'protoPayload.authenticationInfo.principalSubject'],
    action: ['protoPayload.methodName'],
    outcome: ['protoPayload.status.code'],
    source_ip: ['protoPayload.requestMetadata.callerIp'],
    user_agent: ['protoPayload.requestMetadata.callerSuppliedUserAgent'],
    application: ['protoPayload.serviceName'],
  },
  requests: ['protoPayload.resourceName'],
  words: { outcome: { 0: 'success', '*': 'failure' } },
  fixed: { outcome: 'success' },
  zone: 'UTC',
};

/** AWS CloudTrail, above all data events of HealthLake. */
export const cloudTrailMapping: RecordMapping = {
  places: {
    id: ['eventID'],
    time: ['eventTime'],
    clinic_id: ['requestParameters.datastoreId', 'recipientAccountId'],
    actor_id: ['userIdentity.onBehalfOf.userId', 'userIdentity.userName', 'userIdentity.arn', 'userIdentity.principalId'],
    actor_role: ['userIdentity.sessionContext.sessionIssuer.userName'],
    privileged: ['userIdentity.type'],
    action: ['eventName'],
    outcome: ['errorCode', 'responseElements.ConsoleLogin'],
    categories: ['requestParameters.resourceType'],
    source_ip: ['sourceIPAddress'],
    user_agent: ['userAgent'],
    session_id: ['userIdentity.accessKeyId'],
    mfa: ['userIdentity.sessionContext.attributes.mfaAuthenticated'],
    application: ['eventSource'],
  },
  patients: [
    { place: 'requestParameters[resourceType=Patient].id', authority: fhirAuthority },
    { place: 'requestParameters[resourceType=Patient].resourceId', authority: fhirAuthority },
  ],
  requests: ['requestParameters.path', 'requestParameters.queryString'],
  services: ['userIdentity.invokedBy', 'userIdentity.type'],
  words: { outcome: { success: 'success', '*': 'failure' }, privileged: { root: 'true', '*': '' } },
  fixed: { outcome: 'success' },
  zone: 'UTC',
};

/** Microsoft 365's unified audit log. Its times are in UTC and do not say so. */
export const o365Mapping: RecordMapping = {
  places: {
    id: ['Id'],
    time: ['CreationTime', 'CreationDate'],
    clinic_id: ['SiteUrl', 'OrganizationName', 'OrganizationId'],
    actor_id: ['UserId', 'UserKey'],
    action: ['Operation'],
    outcome: ['ResultStatus'],
    record_count: ['OperationCount'],
    source_ip: ['ClientIP', 'ClientIPAddress', 'ActorIpAddress'],
    user_agent: ['UserAgent', 'ClientInfoString'],
    session_id: ['SessionId', 'AppAccessContext.AADSessionId'],
    application: ['Workload'],
  },
  words: {
    action: { mailitemsaccessed: 'read', filesyncdownloadedfull: 'download', userloggedin: 'login', userloginfailed: 'login' },
  },
  zone: 'UTC',
};
