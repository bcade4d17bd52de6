import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { isObject, type JsonObject } from '../json/parse-item.js';
import { parseAuditEvent } from './audit-event.js';
import { listOf } from './elements.js';

const samples = join(projectRoot, '..', 'shared', 'samples');
const accepting = ['fhir-r4', 'fhir-r4-balp', 'fhir-r4-fsh', 'fhir-r5'];
const there = existsSync(samples);
if (!there) console.warn(`skipped: AuditEvents of others, because the folder ${samples} is not there`);

(there ? describe : describe.skip)('AuditEvents of others', () => {
  it.each(there ? accepting.flatMap((folder) => filesOf(folder)) : [])('accepts %s', (path) => {
    const outcome = parseAuditEvent(JSON.parse(readFileSync(join(samples, path), 'utf8')));
    expect(outcome).toMatchObject({
      kind: 'accepted',
      value: { timeMs: expect.any(Number), actorId: expect.stringMatching(/\S/) },
    });
  });

  it.each(there ? filesOf('fhir-older') : [])('refuses %s, because it is older, and says so', (path) => {
    const outcome = parseAuditEvent(JSON.parse(readFileSync(join(samples, path), 'utf8')));
    expect(outcome).toMatchObject({ kind: 'rejected', reason: 'older_version' });
  });

  it('finds the patient of the read that BALP gives as its example, and that it was a read', () => {
    const [path = ''] = filesOf('fhir-r4-balp').filter((name) => name.includes('ReadOClient'));
    const outcome = parseAuditEvent(JSON.parse(readFileSync(join(samples, path), 'utf8')));
    expect(outcome).toMatchObject({ kind: 'accepted', value: { action: 'read', patients: [expect.anything()] } });
  });
});

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(samples, folder))
    .filter((name) => name.endsWith('.json'))
    .map((name) => join(folder, name))
    .filter((path) => isAuditEvent(JSON.parse(readFileSync(join(samples, path), 'utf8'))));
}

function isAuditEvent(value: unknown): value is JsonObject {
  return isObject(value) && value['resourceType'] === 'AuditEvent' && listOf(value['agent'] ?? value['participant']).length > 0;
}
