import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/runtime/config.js';
import { Credentials } from './credentials.js';
import { readSources } from './read-sources.js';
import { sentencesOf } from './words.js';

const folder = mkdtempSync(join(tmpdir(), 'vigie-sources-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [fileToken, envToken, digestToken] = [0, 1, 2].map(() => randomBytes(32).toString('base64url'));
writeFileSync(join(folder, 'dpi.token'), `${fileToken}\n`);
writeFileSync(join(folder, 'weak.token'), 'password-2026\n');
const digest = createHash('sha256')
  .update(digestToken ?? '')
  .digest('hex');

function read(text: string) {
  const path = join(folder, 'sources.yml');
  writeFileSync(path, text);
  return readSources(path, { environment: { RIS_TOKEN: envToken }, reach: 'network' });
}

/** The mistakes of a file, each without the folder. */
function mistakes(text: string): readonly string[] {
  try {
    read(text);
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    return cause.message
      .split('\n')
      .slice(1)
      .map((line) => line.trim().replace(`${folder}/`, ''));
  }
  return [];
}

const whole = `
listeners:
  - { name: syslog, kind: syslog, transport: udp, port: 5514 }
  - name: secure
    kind: syslog
    transport: tls
    port: 6514
    tls: { certificate: server.crt, key: server.key, client_ca: hospital-ca.pem }
sources:
  - name: dpi
    group: helix
    token_file: dpi.token
    format: detect
    clinic: 010000024
    authorities: [urn:oid:1.2.250.1.213.1.4.8, ipp]
    extra: [ward]
  - name: ris
    group: helix
    token_env: [RIS_TOKEN]
    token_sha256: '${digest}'
    zone: Indian/Reunion
    authority: clinic
    columns: { actorId: login, patient_id|ipp: IPP }
    values: { action: { Consultation: read, '*': other } }
    charset: windows-1252
    clinic: { map: { Nord: '750000001', SUD: '750000002' } }
    listener: syslog
    senders: [10.4.0.0/16]
  - name: pacs
    group: aleo
    certificate: { subject: pacs.hospital.example }
    topic: raw.pacs
    folder: drop/pacs
    extra: []
`;

const one = (fields: string) => `sources:\n  - name: dpi\n    group: helix\n    token_file: dpi.token\n    ${fields}\n`;

describe('a file of sources', () => {
  it('may be empty, for a deployment that has it in place before its first source, and is told so', () => {
    const { sources, credentials } = read('sources: []');
    expect([sources, credentials]).toEqual([[], []]);
    expect(sentencesOf(read('sources: []'))).toEqual([expect.stringMatching(/^The list of sources is empty: nobody comes in/)]);
    expect(mistakes('listeners: []')).toEqual([expect.stringMatching(/sources: /)]);
  });

  it('says who sends, how each proves it, and how records are read', () => {
    const { sources, credentials, listeners, paths } = read(whole);
    expect(sources).toMatchObject([
      { source: 'dpi', groupId: 'helix', detects: true, reading: { zone: 'Europe/Paris', clinic: { fixed: '010000024' } }, extraFields: ['ward'] },
      { source: 'ris', authority: 'clinic', detects: false, senders: ['10.4.0.0/16'], reading: { zone: 'Indian/Reunion', columns: { actorId: 'login', 'patient_id|ipp': 'IPP' }, charset: 'windows-1252' } },
      { source: 'pacs', groupId: 'aleo', certificates: [{ subject: 'pacs.hospital.example' }], topic: 'raw.pacs', folder: join(folder, 'drop/pacs') },
    ]); // prettier-ignore
    const known = new Credentials(credentials);
    expect([fileToken, envToken, digestToken].map((token) => known.sourceOf(token ?? '')?.source)).toEqual(['dpi', 'ris', 'ris']);
    expect(listeners).toMatchObject([
      { name: 'syslog', host: '127.0.0.1', port: 5514 },
      { name: 'secure', tls: { clientCa: join(folder, 'hospital-ca.pem') } },
    ]);
    expect(paths).toEqual(expect.arrayContaining([join(folder, 'dpi.token'), join(folder, 'server.key')]));
  });

  it('can be told in sentences, without a secret', () => {
    const sentences = sentencesOf(read(whole));
    expect(sentences).toHaveLength(5);
    expect(sentences[0]).toBe(
      'The listener syslog takes syslog over UDP on 127.0.0.1 port 5514; its senders are told apart by their addresses.',
    );
    expect(sentences[3]).toBe(
      'ris of helix comes in over HTTP by any of 2 tokens and by the listener syslog from 10.4.0.0/16; the format of each record is found out, actorId from login, patient_id|ipp from IPP, ' +
        "times without a zone as of Indian/Reunion; bare patient numbers are each clinic's own; 2 names of clinics are replaced; of unknown fields the harmless ones are kept.",
    );
    expect(sentences.join()).not.toMatch(new RegExp(`${fileToken}|${envToken}|${digest}`));
  });

  it.each([
    ['a zone that is none', one('zone: Paris'), 'sources.yml:5: source dpi: zone: must be the IANA name'],
    ['a format that is none', one('format: pdf'), 'sources.yml:5: source dpi: format: must be detect or one of'],
    [
      'a column for no field',
      one('columns: { patientt: IPP }'),
      'sources.yml:5: source dpi: columns.patientt: must be a field of an event',
    ],
    ['a field that is none', one('formt: cef'), 'sources.yml:2: source dpi: Unrecognized key: "formt"'],
    [
      'a field kept that names a person',
      one('extra: [patient_name]'),
      'sources.yml:5: source dpi: extra: keeps the field patient_name',
    ],
    [
      'a sender that is no address',
      one('listener: x\n    senders: [nord, 10.0.0.0/33]'),
      'sources.yml:6: source dpi: senders.0: must be an IP',
    ],
    [
      'columns of FHIR',
      one('format: fhir\n    columns: { actor_id: login }'),
      'sources.yml:6: source dpi: columns: the format fhir has a place of its own',
    ],
    [
      'words of ATNA',
      one('format: atna\n    values: { action: { F4: print } }'),
      'sources.yml:6: source dpi: values: the format atna has a place of its own',
    ],
    ['a listener that is none', one('listener: x'), 'sources.yml:5: source dpi: listener: x is no listener of this file'],
    [
      'a certificate that nobody asks for',
      one('certificate: { subject: x }'),
      'sources.yml:5: source dpi: certificate: no listener with the transport tls',
    ],
    [
      'a balancer of datagrams',
      `listeners:\n  - { name: x, kind: syslog, transport: udp, port: 514, proxies: 10.4.2.8 }\nsources: []\n`,
      'sources.yml:2: listener x: proxies: datagrams have no header of the PROXY protocol',
    ],
    ['a token in the file', one('token: s3cr3t-s3cr3t'), 'sources.yml:5: source dpi: token: a token does not stand in this file'],
    [
      'a token that can be guessed',
      one('token_file: weak.token').replace('    token_file: dpi.token\n', ''),
      'token_file: the token of weak.token is guessed too easily',
    ],
    [
      'a token file that is not there',
      one('token_file: no.token').replace('    token_file: dpi.token\n', ''),
      'the token of no.token is not there',
    ],
    [
      'a variable that is not there',
      one('token_env: NONE'),
      'sources.yml:5: source dpi: token_env: the token of NONE is not there',
    ],
    ['no way in', 'sources:\n  - { name: dpi, group: helix }\n', 'sources.yml:2: source dpi: has no way in'],
    ['no source', 'listeners: []\n', 'sources.yml:1: sources: '],
    [
      'one name twice',
      one('format: fhir\n  - { name: dpi, group: helix, topic: t }'),
      'sources.yml:6: source dpi: name: dpi@helix stands in entry 1 already',
    ],
    [
      'one token for two sources',
      one('format: fhir\n  - { name: ris, group: helix, token_file: dpi.token }'),
      'sources.yml:6: source ris: has the token of another source',
    ],
    ['what is no YAML', 'sources: [\n  s3cr3t', 'not valid YAML'],
    ['an alias', 'sources: &s\n  - *s\n', 'sources.yml:1: aliases'],
    [
      'encryption without certificates',
      `listeners:\n  - { name: x, kind: gelf, transport: tls, port: 1 }\n${one('format: fhir')}`,
      'sources.yml:2: listener x: tls: ',
    ],
    [
      'two listeners on one port',
      `listeners:\n  - { name: x, kind: gelf, transport: tcp, port: 1 }\n  - { name: y, kind: gelf, transport: tcp, port: 1 }\n${one('format: fhir')}`,
      'sources.yml:3: listener y: port: tcp 127.0.0.1:1 stands',
    ],
    [
      'two sources that nothing tells apart',
      `listeners:\n  - { name: x, kind: gelf, transport: tcp, port: 1 }\n${one('listener: x\n  - { name: b, group: helix, listener: x }')}`,
      'source b: listener: more than one source sends to x from anywhere',
    ],
  ])('refuses %s, by file, line and field, without quoting a secret', (_what, text, mistake) => {
    const found = mistakes(text).join('\n');
    expect(found).toContain(mistake);
    expect(found).not.toMatch(/s3cr3t|password-2026/);
  });

  it('is read whole or not at all, every mistake told', () => {
    expect(mistakes(one('zone: Paris\n    format: pdf'))).toHaveLength(2);
  });
});
