import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { CaseMessage } from '#libs/contracts/case-message.js';
import { type CaseRow, caseRow } from '#libs/contracts/case-row.js';
import { parseCef } from '#libs/formats/cef/parse-cef.js';
import { caseWebhookBody } from '#libs/contracts/case-webhook.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { cutTo, textMax } from '../chat/chat.js';
import { maskedActor } from '../told/actor-name.js';
import { aCase, aManner, aMessage } from '../told/example.fixture.js';
import { hostileNames, randomMessage } from '../told/random-messages.fixture.js';
import { told } from '../told/told.js';
import { bodies } from './bodies.fixture.js';
import { takes } from './open-channel.js';
import { type ReceiverType, receiverTypes } from './schema.js';

const views = fc.constantFrom('full', 'masked', 'none');
const locales = fc.constantFrom('en', 'fr');
const taken = (type: ReceiverType) => randomMessage.filter(({ kind }) => takes(type, kind));
/** For each of eleven kinds of receivers. */
const numRuns = casesOf(40, 400);
const rowsOf = (message: CaseMessage): readonly CaseRow[] => [...(message.case ? [message.case] : []), ...(message.cases ?? [])];

describe.each(receiverTypes)('a body for %s', (type) => {
  const bodyOf = bodies[type];

  it('holds no 128 bits in digits but the ids of its messages, changes, cases and incidents: no pseudonym', () => {
    fc.assert(
      fc.property(taken(type), views, locales, (message, actor, locale) => {
        const text = JSON.stringify(bodyOf(told(message, aManner({ actor, locale }))));
        const own = new Set([
          message.send_id,
          message.change_id,
          ...rowsOf(message).flatMap((row) => [row.case_id, ...row.incident_ids]),
          // Where the audit stands goes into mails, which stay.
          ...(type === 'email' ? (message.audit_heads ?? []).flatMap((head) => head.split(':')) : []),
        ]);
        for (const [digits] of text.matchAll(/[0-9a-f]{32,}/gi)) expect(own).toContain(digits);
      }),
      { numRuns },
    );
  });

  it('names no account to a receiver from whom it is kept back', () => {
    fc.assert(
      fc.property(taken(type), fc.constantFrom('masked', 'none'), locales, (message, actor, locale) => {
        const text = JSON.stringify(bodyOf(told(message, aManner({ actor, locale }))));
        for (const { actor_id } of rowsOf(message)) if (/^[\p{L}]+\.\d{5}$/u.test(actor_id)) expect(text).not.toContain(actor_id);
      }),
      { numRuns },
    );
  });

  it('is the same for the same message', () => {
    fc.assert(
      fc.property(taken(type), (message) => {
        const [one, other] = [told(message, aManner()), told(structuredClone(message), aManner())];
        expect(bodyOf(one)).toEqual(bodyOf(other));
      }),
      { numRuns },
    );
  });

  it('is never without a link where there is a case, and never with another than ours', () => {
    fc.assert(
      fc.property(taken(type), (message) => {
        if (message.case && /^[a-z.\d]+$/.test(message.case.actor_id)) {
          const links = JSON.stringify(bodyOf(told(message, aManner()))).match(/https?:\/\/[^\s"\\<]+/g) ?? [];
          expect(links.filter((link) => !/^https:\/\/vigie\.example\/cases\/[0-9a-f]{32}$|adaptivecards/.test(link))).toEqual([]);
        }
      }),
      { numRuns },
    );
  });
});

describe('a masked account', () => {
  const key = Buffer.alloc(32, 1);

  it('is the same for the same account of a group, and says its first letter only', () => {
    expect(maskedActor('dr.martin', 'aleo', key)).toMatch(/^d…[0-9a-f]{4}$/);
    expect(maskedActor('dr.martin', 'aleo', key)).toBe(maskedActor('dr.martin', 'aleo', key));
    expect(maskedActor('\r\nx', 'aleo', key)).toMatch(/^\?…/);
  });

  it('is another one in another group and under another key', () => {
    const all = [
      maskedActor('dr.martin', 'aleo', key),
      maskedActor('dr.martin', 'helix', key),
      maskedActor('dr.martin', 'aleo', Buffer.alloc(32, 2)),
    ];
    expect(new Set(all).size).toBe(3);
  });
});

describe('a webhook', () => {
  it('keeps its contract for every message', () => {
    fc.assert(
      fc.property(randomMessage, (message) => {
        expect(caseWebhookBody.safeParse(bodies.webhook(told(message, aManner()))).error).toBeUndefined();
      }),
    );
  });

  it('has the case as a row of the table for a receiver that sees accounts', () => {
    expect(bodies.webhook(told(aMessage(), aManner()))).toMatchObject({ type: 'case.grew', data: caseRow.parse(aCase()) });
  });
});

describe('an account that wants to be more than a name', () => {
  it.each(hostileNames)('is one line everywhere: %j', (name) => {
    for (const type of ['email', 'slack', 'mattermost', 'teams', 'syslog'] as const) {
      const strings: string[] = [];
      JSON.stringify(
        bodies[type](messageOf(name)),
        (_key, value: unknown) => (typeof value === 'string' && strings.push(value), value),
      );
      for (const text of strings) expect(text).not.toMatch(/[^\P{Cc}\n]|[\u202a-\u202e\u2066-\u2069\u2028\u2029]/u);
    }
    const [line = ''] = bodies.syslog(messageOf(name)) as string[];
    expect(line).not.toMatch(/\n/);
  });

  it('is no command, mention, link or mark in a chat', () => {
    const { text: slack } = bodies.slack(messageOf('<!channel>')) as { text: string };
    expect(slack).toContain('&lt;!channel&gt;');
    expect(bodies.slack(messageOf('x'))).toMatchObject({ mrkdwn: false });
    const mattermost = (name: string) => (bodies.mattermost(messageOf(name)) as { text: string }).text;
    expect(mattermost('@all look')).not.toMatch(/@all/);
    expect(mattermost('marie@aleo.example')).toContain('marie@aleo.example');
    expect(mattermost('[click](x)')).toContain(String.raw`\[click\]\(x\)`);
    expect(JSON.stringify(bodies.teams(messageOf('[click](x)')))).not.toMatch(/"(TextBlock|FactSet)"/);
  });

  it('is text in the HTML of a mail', () => {
    const { html } = bodies.email(messageOf('<script>alert(1)</script>')) as { html: string };
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<script|<img|src=|@import|url\(/);
  });

  it('comes back as it is from a reader of CEF', () => {
    fc.assert(
      fc.property(fc.constantFrom(...hostileNames.filter((name) => !/[\p{C}]/u.test(name))), (name) => {
        const [line = ''] = bodies.syslog(messageOf(name)) as string[];
        const parsed = parseCef(line);
        expect(new Map(parsed?.pairs).get('suser')).toBe(name.trim());
      }),
    );
  });
});

describe('a text that is too long', () => {
  it('is cut where a character ends, and says so', () => {
    expect(cutTo('abc', 3)).toBe('abc');
    expect(cutTo('ab😀', 3)).toBe('ab…');
    const long = bodies.slack(told(aMessage({ case: aCase({ title: 'x'.repeat(9_000) }) }), aManner())) as { text: string };
    expect(long.text.length).toBeLessThan(textMax + 100);
  });
});

function messageOf(actor_id: string) {
  return told(aMessage({ case: aCase({ actor_id, title: `Read by ${actor_id}` }) }), aManner());
}
