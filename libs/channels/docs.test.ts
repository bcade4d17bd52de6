import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { caseWebhookBody } from '#libs/contracts/case-webhook.js';
import { projectRoot } from '#libs/runtime/paths.js';
import { bodies } from './receivers/bodies.fixture.js';
import { readReceivers } from './receivers/receivers.js';
import { type ReceiverType, receiverTypes } from './receivers/schema.js';
import { aManner, aMessage } from './told/example.fixture.js';
import { type Told, told } from './told/told.js';

const page = readFileSync(join(projectRoot, 'docs', 'channels.md'), 'utf8');

/** The part of the page below a heading, up to the next one. */
function partOf(heading: string): string {
  const [, part = ''] = new RegExp(`\\n### ${heading}\\n([^]*?)(?=\\n##|$)`).exec(page) ?? [];
  return part;
}

function blockOf(text: string, language: string): string {
  const [, block = ''] = new RegExp(`\`\`\`${language}\\n([^]*?)\\n\`\`\``).exec(text) ?? [];
  return block;
}

/** The example as it stands on the page: JSON, the text of a mail below its subject, a line. */
const shown: Readonly<Partial<Record<ReceiverType, (told: Told) => string>>> = {
  email: (one) => {
    const { subject, text } = bodies.email(one) as { subject: string; text: string };
    return `Subject: ${subject}\n\n${text.trim()}`;
  },
  syslog: (one) => (bodies.syslog(one) as readonly string[]).join('\n'),
};

/** Of receivers that get one thing at a time, the first. */
function bodyOf(type: ReceiverType, one: Told): unknown {
  const body = bodies[type](one);
  return (type === 'pagerduty' || type === 'ocsf') && Array.isArray(body) ? body[0] : body;
}

describe('docs/channels.md', () => {
  const config = parse(blockOf(page, 'yaml').replaceAll(/whsec_[\w=+/]+/g, () => `whsec_${randomBytes(32).toString('base64')}`));
  const receivers = readReceivers(config.receivers, config.defaults, {
    readFile: (path) => (path.includes('whsec') ? `whsec_${randomBytes(32).toString('base64')}` : 'https://chat.example/1'),
  });

  it('has a receiver of every type that is read as it stands there', () => {
    expect(receivers.map(({ type }) => type).toSorted()).toEqual(receiverTypes.toSorted());
  });

  it.each(receiverTypes)('has an example for %s that is what a receiver gets', (type) => {
    const { actor = 'full', locale = 'en' } = receivers.find((one) => one.type === type) ?? {};
    const example = told(aMessage(), aManner({ actor, locale }));
    const textual = shown[type];
    if (textual) expect(blockOf(partOf(type), 'text')).toBe(textual(example));
    else expect(JSON.parse(blockOf(partOf(type), 'json'))).toEqual(JSON.parse(JSON.stringify(bodyOf(type, example))));
  });

  it('names every type of a webhook', () => {
    const types = caseWebhookBody.options.flatMap(({ shape: { type } }) => ('options' in type ? type.options : [...type.values]));
    for (const type of types) expect(partOf('webhook')).toContain(`\`${type}\``);
  });
});
