/** The versions in which an AuditEvent is read, by what a client says in `Accept`; the commonest where it says nothing. */
const versions: Readonly<Record<string, string>> = { '3.0': '3.0.2', '4.0': '4.0.1', '4.3': '4.3.0', '5.0': '5.0.0' };
const commonest = '4.0.1';

/**
 * `GET /fhir/metadata`: what is offered, as a CapabilityStatement. Clients of FHIR ask for it before their first request, and send nothing where
 * there is none, or where it is of another version than theirs. It says nothing of anybody, and needs no token, as with other servers.
 */
export function capabilityStatement(accept: string | undefined): object {
  const asked = /fhirVersion="?(\d\.\d)/i.exec(accept ?? '')?.[1];
  return {
    resourceType: 'CapabilityStatement',
    status: 'active',
    date: '2026-11-30',
    kind: 'instance',
    software: { name: 'Vigie' },
    implementation: { description: 'Takes the audit events of record platforms' },
    fhirVersion: (asked !== undefined && versions[asked]) || commonest,
    format: ['application/fhir+json', 'application/fhir+xml'],
    rest: [
      {
        mode: 'server',
        security: { description: 'The token of a source, as Bearer or as the password of Basic' },
        resource: [{ type: 'AuditEvent', interaction: [{ code: 'create' }, { code: 'update' }] }],
        interaction: [{ code: 'batch' }, { code: 'transaction' }],
      },
    ],
  };
}
