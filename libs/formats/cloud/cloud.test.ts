import { describe, expect, it } from '@jest/globals';
import { readOne, reads } from '../read/reads.fixture.js';

const timeMs = Date.UTC(2026, 10, 28, 8);
const azure = {
  TimeGenerated: '2026-11-28T08:00:00Z',
  OperationName: 'read',
  CallerIdentityObjectId: 'oid-1',
  CallerIPAddress: '10.1.1.1',
  CorrelationId: 'c1',
  FhirResourceType: 'Observation',
  RequestUri: 'https://x.fhir.azurehealthcareapis.com/Observation?patient=12',
  ResultType: 'Succeeded',
  StatusCode: 200,
};
const gcp = {
  insertId: 'i1',
  timestamp: '2026-11-28T08:00:00.123456789Z',
  resource: { labels: { dataset_id: 'ds', project_id: 'p' } },
  protoPayload: {
    serviceName: 'healthcare.googleapis.com',
    methodName: 'google.cloud.healthcare.v1.fhir.rest.FhirService.ReadResource',
    resourceName: 'projects/p/locations/l/datasets/ds/fhirStores/f/fhir/Patient/12',
    authenticationInfo: { principalEmail: 'amartin@example.org' },
    requestMetadata: { callerIp: '10.1.1.1' },
  },
};
const cloudTrail = {
  eventSource: 'healthlake.amazonaws.com',
  eventName: 'ReadResource',
  eventTime: '2026-11-28T08:00:00Z',
  eventID: 'e1',
  userIdentity: { type: 'IAMUser', userName: 'amartin', sessionContext: { attributes: { mfaAuthenticated: 'true' } } },
  requestParameters: { datastoreId: 'd1', resourceType: 'Patient', id: '12' },
  sourceIPAddress: '10.1.1.1',
};
const o365 = {
  CreationTime: '2026-11-28T08:00:00',
  Id: 'o1',
  Operation: 'FileDownloaded',
  Workload: 'SharePoint',
  UserId: 'amartin@example.org',
  ClientIP: '10.1.1.1:5123',
  OrganizationId: 'org',
};
const patient = { id: '12', authority: 'fhir:Patient' };

describe('audit logs of clouds', () => {
  it.each([
    [
      'Azure',
      azure,
      { timeMs, id: 'c1', actorId: 'oid-1', action: 'read', outcome: 'success', patients: [patient], categories: ['lab'] },
    ],
    [
      'Google',
      gcp,
      {
        timeMs: timeMs + 123,
        id: 'i1',
        clinicId: 'ds',
        actorId: 'amartin@example.org',
        action: 'read',
        outcome: 'success',
        patients: [patient],
      },
    ],
    [
      'AWS',
      cloudTrail,
      {
        timeMs,
        id: 'e1',
        clinicId: 'd1',
        actorId: 'amartin',
        action: 'read',
        outcome: 'success',
        patients: [patient],
        mfa: true,
      },
    ],
    [
      'Microsoft 365, its times in UTC',
      o365,
      { timeMs, clinicId: 'org', actorId: 'amartin@example.org', action: 'download', patients: [], sourceIp: '10.1.1.1' },
    ],
  ])('%s', (_, record, expected) => expect(readOne(record)).toMatchObject(expected));

  it.each([
    ['Azure', { ...azure, ResultType: 'Started' }, ['counted_elsewhere']],
    [
      'Azure, a row of a table',
      'TimeGenerated [UTC],OperationName,CallerIdentity,RequestUri,ResultType\n2026-11-28T08:00:00Z,read,x,/Patient/12,started\n',
      ['counted_elsewhere'],
    ],
    ['Google, the end of a long operation', { ...gcp, operation: { id: 'op', last: true } }, ['counted_elsewhere']],
  ])('a request with two entries counts once: %s', (_, record, reasons) => expect(reads(record)).toEqual(reasons));

  it.each([
    [
      'Azure, a diagnostic record',
      {
        records: [
          {
            category: 'AuditLogs',
            time: azure.TimeGenerated,
            operationName: 'search-type',
            callerIdentity: { oid: 'oid-1' },
            properties: { fhirResourceType: 'Patient' },
            uri: '/Patient?_id=12',
          },
        ],
      },
      { actorId: 'oid-1', action: 'search', patients: [patient] },
    ],
    [
      'Azure, a diagnostic record with the claims of a token',
      {
        records: [
          {
            category: 'AuditLogs',
            time: '2026-11-28 08:00:00Z',
            resourceId: '/SUBSCRIPTIONS/S/RESOURCEGROUPS/R/PROVIDERS/MICROSOFT.HEALTHCAREAPIS/SERVICES/NORD',
            operationName: 'Microsoft.HealthcareApis/services/fhir-R4/read',
            resultType: 'Succeeded',
            resultSignature: 200,
            callerIpAddress: '::ffff:10.1.1.1',
            correlationId: 'c1',
            identity: { claims: { iss: 'https://sts.example/', oid: 'oid-1' } },
            properties: { FhirResourceType: 'Observation' },
            uri: 'https://nord.fhir.azurehealthcareapis.com/Observation?patient=12',
          },
        ],
      },
      {
        timeMs,
        actorId: 'oid-1',
        action: 'read',
        outcome: 'success',
        auth: 'https://sts.example/',
        patients: [patient],
        categories: ['lab'],
      },
    ],
    [
      'Google, an export that begins',
      {
        ...gcp,
        operation: { id: 'op', first: true },
        protoPayload: { ...gcp.protoPayload, methodName: 'FhirService.ExportResources', resourceName: 'fhirStores/f' },
      },
      { id: 'op', action: 'export', patients: [] },
    ],
    ['Google, refused', { ...gcp, protoPayload: { ...gcp.protoPayload, status: { code: 7 } } }, { outcome: 'failure' }],
    ['AWS, refused', { Records: [{ ...cloudTrail, errorCode: 'AccessDenied' }] }, { outcome: 'failure' }],
    [
      'AWS, an export',
      { ...cloudTrail, eventName: 'StartFHIRExportJob', requestParameters: {} },
      { action: 'export', patients: [] },
    ],
    [
      'AWS, its own service',
      { ...cloudTrail, userIdentity: { type: 'AWSService', invokedBy: 'backup.amazonaws.com' } },
      { actorId: 'backup.amazonaws.com', actorKind: 'service' },
    ],
    [
      'Microsoft 365, mails',
      { ...o365, Operation: 'MailItemsAccessed', OperationCount: 42 },
      { action: 'read', recordCount: 42 },
    ],
  ])('%s', (_, record, expected) => expect(readOne(record)).toMatchObject(expected));
});
