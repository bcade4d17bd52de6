import { spawnSync } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { silentLog } from '#libs/runtime/log.js';
import { messageKinds } from '#libs/contracts/case-message.js';
import { findingsTopic } from '#libs/contracts/topics.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import { UnknownTopic } from '#libs/event-log/port.js';
import { Transient } from '#libs/runtime/outcome.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { fetchPost } from '../http/http-post.js';
import { takes } from '../receivers/open-channel.js';
import { aCase, aManner, aMessage } from '../told/example.fixture.js';
import { randomMessage } from '../told/random-messages.fixture.js';
import { told } from '../told/told.js';
import { findingsOf } from './finding.js';
import { findingsSender } from './findings.js';
import { ocsfFaults } from './ocsf-check.fixture.js';

const context = { version: '0.1.0', consoleUrl: 'https://vigie.example' };
const one = (message = aMessage()) => findingsOf(told(message, aManner()), context)[0] ?? {};

describe('a finding', () => {
  it.each(['1.8.0', '1.5.0'] as const)('fits the schema %s, of whatever it tells, and to whomever', (version) => {
    const views = fc.constantFrom('full', 'masked', 'none');
    fc.assert(
      fc.property(
        randomMessage.filter(({ kind }) => takes('ocsf', kind)),
        views,
        fc.boolean(),
        (message, actor, linked) => {
          const findings = findingsOf(told(message, aManner({ actor })), linked ? context : { version: '0.1.0' });
          expect(findings.flatMap((finding) => ocsfFaults(version, finding))).toEqual([]);
          expect(findings.length).toBe(message.kind === 'muted_end' ? (message.cases?.length ?? 0) : 1);
        },
      ),
    );
  });

  it('is a detection when the machine says it, an incident when people or their clocks do', () => {
    expect(messageKinds.filter((kind) => kind !== 'digest').map((kind) => `${kind} ${String(one(aMessage({ kind, cases: [aCase()] }))['type_uid'])}`)).toEqual([
      'opening 200401', 'grew 200402', 'level 200402', 'again 200502', 'escalation 200502', 'asked 200502', 'ended 200503', 'withdrawn 200403',
      'deadline 200502', 'muted_end 200502', 'test 200499',
    ]); // prettier-ignore
  });

  it('names who works on it, or the policy while nobody does', () => {
    expect(one(aMessage({ kind: 'asked', case: aCase({ owner: 'a.durand' }) }))).toMatchObject({
      assignee: { name: 'a.durand' },
    });
    expect(one(aMessage({ kind: 'escalation', escalation: { policy: 'standard', step: 1, round: 0 } }))).toMatchObject({
      assignee_group: { name: 'standard' },
    });
  });

  it('of a case that was found true is a suspected breach', () => {
    const ended = aMessage({ kind: 'ended', case: aCase({ status: 'resolved', verdict: 'true_positive' }) });
    expect(one(ended)).toMatchObject({ verdict_id: 2, status_id: 4, is_suspected_breach: true });
  });
});

describe('the check itself', () => {
  it.each([
    ['an attribute that nobody knows', { colour: 'red' }, /colour is unknown/],
    ['a number without a meaning', { severity_id: 42 }, /severity_id may not be 42/],
    ['another type', { message: 1 }, /message is no string_t/],
    ['a sum that is none', { type_uid: 1 }, /type_uid is 1, not 200402/],
    ['a list that is none', { resources: {} }, /resources is no list/],
    ['an object without what it needs', { resources: [{ type: 'clinic' }] }, /needs one of name, uid/],
  ])('sees %s', (_what, given, fault) => {
    expect(ocsfFaults('1.8.0', { ...one(), ...given }).join()).toMatch(fault);
  });

  it('sees what is missing', () => {
    const { metadata: _metadata, ...rest } = one();
    expect(ocsfFaults('1.5.0', rest)).toEqual(['detection_finding.metadata is missing']);
  });
});

describe('the topic of findings', () => {
  const manner = aManner();
  const tools = {
    clock: new FakeClock(),
    http: fetchPost,
    maskKey: manner.maskKey,
    hostname: 'vigie-1',
    logger: silentLog,
    version: '0.1.0',
    manner,
  };
  const signal = new AbortController().signal;

  it('gets a line a finding, those of a case in one partition', async () => {
    const appended: { partition: number; bytes: Buffer }[] = [];
    const log = createMemoryLog({ topics: { [findingsTopic]: 16 } });
    const sender = findingsSender({
      ...tools,
      log: {
        partitions: (topic) => log.partitions(topic),
        append: async ({ partition }, bytes) => appended.push({ partition, bytes }),
      },
    });
    for (const kind of ['opening', 'grew', 'ended'] as const)
      expect(await sender.send(told(aMessage({ kind }), manner), signal)).toEqual({ kind: 'delivered', status: 0 });
    expect(new Set(appended.map(({ partition }) => partition)).size).toBe(1);
    for (const { bytes } of appended) {
      expect(bytes.at(-1)).toBe(10);
      expect(ocsfFaults('1.8.0', JSON.parse(bytes.toString('utf8')))).toEqual([]);
    }
  });

  it.each([
    ['refused when nobody made it', new UnknownTopic('no such topic'), { kind: 'refused', scope: 'endpoint' }],
    ['later when the log is away', new Transient('no broker'), { kind: 'later', reason: 'no broker' }],
  ])('is %s', async (_what, cause, verdict) => {
    const sender = findingsSender({ ...tools, log: { partitions: async () => Promise.reject(cause), append: async () => 0 } });
    expect(await sender.send(told(aMessage(), manner), signal)).toMatchObject(verdict);
  });
});

/** Another implementation of the schema; it knows detections only. */
const pythonPackage = 'py-ocsf-models==0.10.0';
const program = `import sys, json
from py_ocsf_models.events.findings.detection_finding import DetectionFinding
for line in sys.stdin: DetectionFinding(**json.loads(line))`;

describe('py-ocsf-models', () => {
  const python = isLongRun ? pythonWith(pythonPackage) : { reason: 'npm run test:long' };
  const law = 'takes every detection';
  if ('reason' in python) it.skip(`${law} (${python.reason})`, () => {});
  else
    it(law, () => {
      const messages = fc.sample(
        randomMessage.filter(({ kind }) => ['opening', 'grew', 'level', 'withdrawn'].includes(kind)),
        { numRuns: 300, seed: 1 },
      );
      const lines = messages
        .flatMap((message) => findingsOf(told(message, aManner()), context))
        .map((finding) => JSON.stringify(finding));
      const { status, stderr } = spawnSync(python.path, ['-c', program], { input: lines.join('\n'), encoding: 'utf8' });
      expect([status, stderr]).toEqual([0, '']);
    });
});

/** A Python of its own below .cache, with a package in it. */
function pythonWith(packageName: string): { readonly path: string } | { readonly reason: string } {
  const folder = join(projectRoot, '.cache', packageName.replaceAll(/[^a-z0-9.-]+/g, '-'));
  const path = join(folder, 'bin', 'python');
  if (existsSync(join(folder, 'whole'))) return { path };
  for (const [command, ...options] of [
    ['python3', '-m', 'venv', folder],
    [path, '-m', 'pip', 'install', '-q', packageName],
  ] as const) {
    const { status, error, stderr } = spawnSync(command, options, { encoding: 'utf8', timeout: 300_000 });
    if (status !== 0) return { reason: `no ${packageName}: ${error?.message ?? stderr.trim().split('\n').at(-1) ?? ''}` };
  }
  writeFileSync(join(folder, 'whole'), '');
  return { path };
}
