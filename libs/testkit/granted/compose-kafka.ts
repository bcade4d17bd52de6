import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { projectRoot } from '#libs/runtime/paths.js';

/** Who is let in by a Kafka, and what they may do. */
export interface KafkaSecurity {
  /** Settings of the brokers about names, passwords and rights. */
  readonly properties: Readonly<Record<string, string>>;
  /** The file of principals, as the JVM's login modules read it. */
  readonly jaas: string;
}

const composeFile = z.object({
  services: z.object({ kafka: z.object({ environment: z.record(z.string(), z.string()) }) }),
});
const aboutRights = /^KAFKA_(SASL|AUTHORIZER|ALLOW_EVERYONE|SUPER_USERS)/;

/** How the broker of docker-compose.yml lets in and whom it believes, as a broker of this machine has it: its settings, and the principals that `deploy/secrets.mjs` made in a folder. */
export function composeSecurity(secrets: string): KafkaSecurity {
  const { kafka } = composeFile.parse(
    parse(readFileSync(join(projectRoot, 'docker-compose.yml'), 'utf8'), { merge: true }),
  ).services;
  const settings = Object.entries(kafka.environment).filter(([name]) => aboutRights.test(name));
  const properties = settings.map(([name, value]) => [name.replace('KAFKA_', '').toLowerCase().replaceAll('_', '.'), value]);
  return { properties: Object.fromEntries(properties), jaas: join(secrets, 'kafka_jaas.conf') };
}
