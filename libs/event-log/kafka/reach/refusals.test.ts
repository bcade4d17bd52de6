import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import kafkajs, { type AclEntry } from 'kafkajs';
import { systemClock } from '#libs/runtime/clock.js';
import { Health } from '#libs/runtime/health.js';
import { Transient } from '#libs/runtime/outcome.js';
import { freePortBase } from '#libs/testkit/free-ports.js';
import { KafkaCluster } from '#libs/testkit/kafka/kafka-cluster.js';
import { whyNoKafkaTests } from '#libs/testkit/kafka/kafka-for-tests.js';
import { Recorder, until } from '../../contract-tools.js';
import type { KafkaOptions } from '../client.js';
import { openKafkaLog } from '../kafka-log.js';
import { createTopics } from '../topics/create-topics.js';
import { grantRights } from '../topics/grant-rights.js';

const { AclOperationTypes: may, AclPermissionTypes: permissions, AclResourceTypes: on, ResourcePatternTypes: patterns } = kafkajs;
// Brokers that ask for names are our own, never those of KAFKA_BROKERS.
const reason = await whyNoKafkaTests({ CI: process.env['CI'] });
const suite = reason === undefined ? describe : describe.skip;

const names = ['admin', 'reader', 'writer'];
const passwordOf = (name: string) => `${name} of this test alone`;
const module = `org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="${passwordOf('admin')}"`;

suite(`what brokers refuse${reason === undefined ? '' : ` (${reason})`}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'vigie-refusals-'));
  let cluster: KafkaCluster;
  const options = (username: string, password = () => passwordOf(username)): KafkaOptions => ({
    brokers: cluster.brokers,
    clientId: `vigie-${username}`,
    clock: systemClock,
    sessionTimeoutMs: 6000,
    sasl: {
      mechanism: 'plain',
      username,
      get password() {
        return password();
      },
    },
  });
  const grant = (principal: string, ...rights: readonly (readonly [number, number, string])[]) =>
    grantRights(
      options('admin'),
      rights.map(([operation, resourceType, resourceName]) => aclOf(principal, operation, resourceType, resourceName)),
    );

  beforeAll(async () => {
    const jaas = join(folder, 'jaas.conf');
    const users = names.map((name) => `user_${name}="${passwordOf(name)}"`).join(' ');
    writeFileSync(jaas, `KafkaServer {\n  ${module} ${users};\n};\n`);
    const properties = {
      'sasl.enabled.mechanisms': 'PLAIN',
      'sasl.mechanism.inter.broker.protocol': 'PLAIN',
      'sasl.mechanism.controller.protocol': 'PLAIN',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:admin',
    };
    cluster = await KafkaCluster.start({ brokers: 1, portBase: await freePortBase(), security: { properties, jaas } });
    await createTopics(options('admin'), { read: { partitions: 1 }, written: { partitions: 1 } });
  });
  afterAll(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('a reader without a right waits for it, says which, and goes on once it is given', async () => {
    const own = await openKafkaLog(options('admin'));
    await own.append({ topic: 'read', partition: 0 }, Buffer.from('one'));
    await own.close();
    const health = new Health();
    const log = await openKafkaLog({ ...options('reader'), health });
    await expect(log.partitions('read')).rejects.toThrow(/no topic read: .* the principal of this service may not see it/);
    await grant('reader', [may.DESCRIBE, on.TOPIC, 'read']);
    await until('the topic is seen', () =>
      log.partitions('read').then(
        (count) => count === 1,
        () => false,
      ),
    );
    const recorder = new Recorder();
    const joining = log.join({ group: 'readers', topics: ['read'], batchBytesMax: 1 << 20 }, recorder);
    const said = () => health.report('ready').checks['group readers'] ?? '';
    await until('the group is missed', () => said().includes('Group authorization failed'));
    expect(said()).toMatch(/lacks a right to read read in the group readers; 'vigie topics grant'/);
    await grant('reader', [may.READ, on.GROUP, 'readers']);
    recorder.membership = await joining;
    await until('the topic is missed', () => said().includes('Topic authorization failed'));
    expect(health.report('live').ok).toBe(true);
    await grant('reader', [may.READ, on.TOPIC, 'read']);
    await until('the frame', () => recorder.seen.length > 0);
    expect(recorder.texts()).toEqual(['one']);
    expect(await recorder.membership.commit({ topic: 'read', partition: 0 }, 1)).toBe(true);
    await recorder.membership.leave();
    await log.close();
  });

  it('a writer without its right is told which, as something that passes', async () => {
    await grant('writer', [may.DESCRIBE, on.TOPIC, 'written']);
    const log = await openKafkaLog(options('writer'));
    const append = () => log.append({ topic: 'written', partition: 0 }, Buffer.from('one'));
    await until('the topic is seen', () =>
      log.partitions('written').then(
        () => true,
        () => false,
      ),
    );
    const refusal = await append().catch((cause: unknown) => cause);
    expect(refusal).toBeInstanceOf(Transient);
    expect(refusal).toMatchObject({ message: expect.stringContaining('lacks a right to write written') });
    await grant('writer', [may.WRITE, on.TOPIC, 'written']);
    await until('the frame is taken', () =>
      append().then(
        () => true,
        () => false,
      ),
    );
    await log.close();
  });

  it('a password that is changed at the brokers first is waited for', async () => {
    let password = 'the one of before';
    const now = () => password;
    const refusal = await openKafkaLog(options('reader', now)).catch((cause: unknown) => cause);
    expect(refusal).toBeInstanceOf(Transient);
    expect(refusal).toMatchObject({
      message: expect.stringMatching(/KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD are not those/),
    });
    password = passwordOf('reader');
    const log = await openKafkaLog(options('reader', now));
    await log.close();
  });
});

function aclOf(principal: string, operation: number, resourceType: number, resourceName: string): AclEntry {
  const resourcePatternType = patterns.LITERAL;
  const permissionType = permissions.ALLOW;
  return {
    principal: `User:${principal}`,
    host: '*',
    operation,
    permissionType,
    resourceType,
    resourceName,
    resourcePatternType,
  };
}
