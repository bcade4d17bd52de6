import { shippedLengths } from '#libs/dossier/shipped.js';
import { describe, expect, it } from '@jest/globals';
import type { OpenChannel } from '#libs/channels/channel.js';
import type { Verdict } from '#libs/channels/http/verdict.js';
import type { CaseAction, CaseActionBody } from '#libs/contracts/case-action.js';
import type { CaseMessage } from '#libs/contracts/case-message.js';
import type { IncidentChange } from '#libs/contracts/incident.js';
import type { MuteRow } from '#libs/contracts/mute-row.js';
import { type NotificationRow, notificationRow } from '#libs/contracts/notification-row.js';
import { topics } from '#libs/contracts/topics.js';
import { createMemoryLog } from '#libs/event-log/memory/memory-log.js';
import { aRouting, routingText } from '#libs/routing/routing.fixture.js';
import type { Routing } from '#libs/routing/routing.js';
import { ConfigError } from '#libs/runtime/config.js';
import { Transient } from '#libs/runtime/outcome.js';
import { silentLog } from '#libs/runtime/log.js';
import { Metrics } from '#libs/runtime/metrics.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { isLongRun } from '#libs/testkit/measures/long-run.js';
import { DeliveredInMemory } from '../deliver/delivered.js';
import { Outcomes } from '../deliver/outcomes.js';
import { type ChainHead, headText } from '#libs/audit/chain.js';
import { CasesPipeline } from './cases-pipeline.js';

const minuteMs = 60_000;
const refused: Verdict = { kind: 'refused', status: 401, reason: 'answered 401', scope: 'endpoint' };

describe('the notifier over cases', () => {
  it('tells of a clock before it ends and after, whatever is muted, reminds of it, and says that it was met', async () => {
    const world = aWorld();
    world.text = `${routingText}deadlines: {tell: [chat], before: [30m], after: [0h]}\n`;
    world.mutes = [aMute];
    const pipeline = await world.start();
    const qualified: CaseActionBody = {
      type: 'breach.qualified',
      controller_id: '750300123',
      is_breach: true,
      risk: 'risk',
      reason: 'read',
      aware_at: atMinute(60 - 72 * 60),
    };
    await world.append(aChange('a', 1), anAction('a', 2, qualified));
    const clocks = () =>
      world.sent.flatMap(({ receiver, deadline }) => (deadline ? `${receiver} ${deadline.clock} ${deadline.state}` : []));
    await world.goTo(31);
    expect(clocks()).toEqual(['chat gdpr33 running']);
    expect(world.remindedOf.at(-1)).toEqual(['gdpr33']);
    await world.goTo(61);
    expect(clocks()).toEqual(['chat gdpr33 running', 'chat gdpr33 running']);
    await world.append(
      anAction('a', 61, {
        type: 'dossier.sent',
        controller_id: '750300123',
        authority: 'cnil',
        phase: 'initial',
        sent_at: atMinute(61),
        reference: 'N-1',
        delay_reason: 'the portal',
      }),
    );
    await world.goTo(64);
    expect([clocks().at(-1), clocks().length]).toEqual(['chat gdpr33 met_late', 3]);
    expect(world.remindedOf.at(-1)).toEqual([]);
    await pipeline.stop();
  });

  it('tells the opening to the first step, and the second only when nobody takes the case', async () => {
    const world = aWorld();
    const one = await world.start();
    await world.append(aChange('a', 1), aChange('b', 1));
    await world.goTo(10);
    expect(world.told()).toEqual(['opening soc', 'opening chat', 'opening soc', 'opening chat']);
    await world.append(anAction('a', 10, { type: 'case.acknowledged' }));
    await world.goTo(17);
    expect(world.told().slice(4)).toEqual(['escalation durand']);
    await world.append(anAction('b', 17, { type: 'case.resolved', verdict: 'test', reason: 'a drill' }));
    await world.goTo(40);
    expect(world.told().slice(5)).toEqual(['ended soc', 'ended chat', 'ended durand']);
    await one.stop();
  });

  it('is the same after a restart: nothing is told twice, and what is due meanwhile is told, unless somebody took it', async () => {
    const world = aWorld();
    await (
      await world.start(async () => {
        await world.append(aChange('a', 1), aChange('b', 1));
        await world.goTo(5);
      })
    ).stop();
    await world.append(anAction('a', 6, { type: 'case.acknowledged' }));
    await world.goTo(60);
    const again = await world.start();
    await world.goTo(61);
    expect(world.told().slice(4)).toEqual(['escalation durand', 'escalation dpo', 'escalation soc', 'escalation chat']);
    await again.stop();
    expect(world.rows().filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
  });

  it('asks the plan again before each attempt: what waited for a receiver while somebody took the case is not sent', async () => {
    const world = aWorld();
    world.verdicts.set('durand', { kind: 'later', status: 503, reason: 'answered 503' });
    const one = await world.start();
    await world.append(aChange('a', 1));
    await world.goTo(17);
    await world.append(anAction('a', 17, { type: 'case.acknowledged' }));
    world.verdicts.delete('durand');
    await world.goTo(30);
    await one.stop();
    expect(world.told()).toEqual(['opening soc', 'opening chat', 'escalation dpo']);
    expect(
      world
        .rows()
        .filter(({ endpoint }) => endpoint === 'durand')
        .at(-1),
    ).toMatchObject({ outcome: 'superseded', kind: 'escalation' });
  });

  it('comes to the next step at once when all of a step refuse', async () => {
    const world = aWorld();
    for (const name of ['soc', 'chat']) world.verdicts.set(name, refused);
    const one = await world.start();
    await world.append(aChange('a', 1));
    await world.goTo(3);
    await one.stop();
    expect(world.told()).toEqual(['escalation durand']);
  });

  it('shares cases out: of two notifiers each tells of its own, and together of all, once', async () => {
    const world = aWorld();
    const both = [await world.start(undefined, 'one'), await world.start(undefined, 'two')];
    const names = Array.from({ length: 12 }, (_, index) => `case-${index}`);
    await world.append(...names.map((name) => aChange(name, 1, { actor_id: name })));
    await world.goTo(5);
    expect(world.told()).toHaveLength(24);
    await Promise.all(both.map((one) => one.stop()));
  });

  it('keeps back what is muted, with a row that names the mute, and tells at its end what is still new', async () => {
    const world = aWorld();
    world.mutes = [aMute];
    const one = await world.start();
    await world.append(aChange('a', 1), aChange('b', 1));
    await world.goTo(30);
    expect(world.told()).toEqual([]);
    await world.append(anAction('a', 30, { type: 'case.acknowledged' }));
    await world.goTo(61);
    expect(world.told()).toEqual(['muted_end soc', 'muted_end chat']);
    expect(world.sent[0]?.cases?.map(({ case_id }) => case_id)).toEqual([anIncidentId('b')]);
    await one.stop();
    const muted = world.rows().filter(({ outcome }) => outcome === 'muted');
    expect(muted.map(({ endpoint, reason, kind }) => [endpoint, reason, kind])).toEqual(
      ['soc', 'chat', 'soc', 'chat'].map((name) => [name, aMute.mute_id, 'opening']),
    );
    for (const row of world.rows()) expect(notificationRow.safeParse(row).error).toBeUndefined();
  });

  it('says every minute, to who forgets, which of the cases that it was told of are open, until they are resolved', async () => {
    const world = aWorld();
    const one = await world.start();
    await world.append(aChange('a', 1), aChange('b', 1));
    await world.goTo(4);
    expect(world.reminded.at(-1)?.toSorted()).toEqual([anIncidentId('a'), anIncidentId('b')].toSorted());
    await world.append(anAction('a', 5, { type: 'case.resolved', verdict: 'test', reason: 'a drill' }));
    await world.goTo(25);
    expect(world.reminded.length).toBeGreaterThan(20);
    expect(world.reminded.at(-1)).toEqual([anIncidentId('b')]);
    await one.stop();
    const times = world.reminded.length;
    await world.goTo(30);
    expect(world.reminded).toHaveLength(times);
  });

  it('says so of a case that is older than all that is told, too', async () => {
    const world = aWorld();
    const first = await world.start();
    await world.append(aChange('a', 1), aChange('b', 1));
    await world.goTo(5);
    await first.stop();
    await world.append(anAction('b', 6, { type: 'case.resolved', verdict: 'test', reason: 'a drill' }));
    await world.goTo(9 * 24 * 60);
    const told = world.told().length;
    const second = await world.start();
    await world.goTo(9 * 24 * 60 + 3);
    await second.stop();
    expect(world.reminded.at(-1)).toEqual([anIncidentId('a')]);
    expect(world.told()).toHaveLength(told);
  });

  describe.each([
    ['knows', false],
    ['does not answer', true],
  ])('of which another one takes over the cases, while the store %s what was told', (_what, away) => {
    it('tells the end to whoever was told of the beginning, reminds of what is open, and gives up nothing that was told', async () => {
      const world = aWorld();
      const first = await world.start();
      await world.append(aChange('a', 1), aChange('b', 1));
      await world.goTo(5);
      await first.stop();
      for (const name of ['a', 'b']) await world.append(anAction(name, 6, { type: 'case.acknowledged' }));
      await world.goTo(12 * 60);
      world.away = away;
      const second = await world.start(undefined, 'another folder');
      await world.goTo(12 * 60 + 3);
      expect(world.reminded.at(-1)?.toSorted()).toEqual([anIncidentId('a'), anIncidentId('b')].toSorted());
      await world.append(anAction('a', 12 * 60 + 4, { type: 'case.resolved', verdict: 'test', reason: 'a drill' }));
      await world.goTo(12 * 60 + 8);
      expect(world.told().slice(4)).toEqual(['ended soc', 'ended chat']);
      world.away = false;
      await world.goTo(12 * 60 + 10);
      await second.stop();
      expect(world.told()).toHaveLength(6);
      expect(world.rows().filter(({ outcome }) => outcome !== 'delivered')).toEqual([]);
    });
  });

  it('waits for what the store knows for some seconds and no longer', async () => {
    const world = aWorld();
    world.hangs = true;
    const one = await world.start();
    await world.append(aChange('a', 0, { level: 'critical' }));
    await world.goTo(4 / 60);
    expect(world.told()).toEqual([]);
    await world.goTo(7 / 60);
    expect(world.told()).toContain('opening soc');
    await one.stop();
  });

  it('tells nothing a second time that another told a moment ago, when the store knows', async () => {
    const world = aWorld();
    const first = await world.start();
    await world.append(aChange('a', 1));
    await world.goTo(5);
    await first.stop();
    const second = await world.start(undefined, 'another folder');
    await world.goTo(10);
    await second.stop();
    expect(world.told()).toEqual(['opening soc', 'opening chat']);
  });

  it.each(['before the first look', 'after it'])(
    'follows a file that was changed since the process has read it, %s',
    async (when) => {
      const world = aWorld();
      const changed = routingText.replace('tell: [soc, chat, loud-only]}', 'tell: [dpo]}');
      if (when === 'before the first look') world.since = changed;
      const one = await world.start();
      if (when === 'after it') world.text = changed;
      await world.goTo(1);
      await world.append(aChange('a', 1));
      await world.goTo(3);
      await one.stop();
      expect(world.told()).toEqual(['opening dpo']);
    },
  );

  it('has in the mail of the day where the audit stands, also on a day without a case, and in nothing else', async () => {
    const world = aWorld();
    const mail = '{name: mail, type: email, to: [a@x.example], from: v@x.example, server: {host: x.example}}';
    world.text = `${routingText.replace('receivers:\n', `receivers:\n  - ${mail}\n  - {name: list, type: log}\n`)}digest: {at: "10:20", tell: [mail, list]}\n`;
    const head = { chainId: 'c'.repeat(32), rows: 7, sha256: 'd'.repeat(64) };
    world.heads = [head, { ...head, chainId: 'look@x.example' }];
    const one = await world.start();
    // What was known last goes out where the store is away at the time.
    world.away = true;
    await world.goTo(21);
    expect(world.sent.map(({ receiver, kind, audit_heads, cases }) => [receiver, kind, audit_heads, cases])).toEqual([
      ['mail', 'digest', [headText(head)], []],
    ]);
    world.away = false;
    world.heads = [];
    await world.append(aChange('a', 1, { minute: 24 * 60 }));
    // The long run waits for the day second by second, this one as after a machine has slept.
    if (!isLongRun) world.sleepUntil(21 - 70 + 24 * 60);
    await world.goTo(21 + 24 * 60);
    const digests = world.sent.slice(1).filter(({ kind }) => kind === 'digest');
    expect(digests.map(({ receiver, audit_heads, cases }) => [receiver, audit_heads, cases?.length])).toEqual([
      ['mail', undefined, 1],
      ['list', undefined, 1],
    ]);
    await one.stop();
  });

  it('follows the file when it is another, and goes on by the one before when it has a mistake', async () => {
    const world = aWorld();
    const one = await world.start();
    world.text = 'routes: []';
    await world.goTo(1);
    await world.append(aChange('a', 2));
    await world.goTo(4);
    expect(world.told()).toEqual(['opening soc', 'opening chat']);
    world.text = routingText.replace('tell: [soc, chat, loud-only]}', 'tell: [dpo]}');
    await world.goTo(5);
    await world.append(aChange('b', 5));
    await world.goTo(7);
    expect(world.told().slice(2)).toContain('opening dpo');
    await one.stop();
  });
});

const aMute: MuteRow = {
  mute_id: 'a'.repeat(32),
  group_id: 'aleo',
  actor_id: '',
  clinic_id: '',
  rule_id: '',
  level_max: '',
  starts_at: atMinute(0),
  ends_at: atMinute(60),
  owner: 'it',
  reason: 'migration',
  covers_critical: false,
  created_by: 'it',
  created_at: atMinute(0),
  removed: false,
  updated_at: atMinute(0),
};

/** A log, a clock at minute 0, and receivers that outlive the notifiers that are started over them. */
function aWorld() {
  const clock = new FakeClock(Date.parse(atMinute(0)));
  const log = createMemoryLog({ topics: { [topics.incidents]: 2, [topics.actions]: 2 }, clock } as Parameters<
    typeof createMemoryLog
  >[0]);
  const delivered = new Map<string, DeliveredInMemory>();
  const rows: NotificationRow[] = [];
  const outcomes = new Outcomes(
    { insertNotifications: async (more) => void rows.push(...more) },
    { clock, log: silentLog, metrics: new Metrics('notifier') },
  );
  const sent: (CaseMessage & { readonly receiver: string })[] = [];
  const world = {
    text: routingText,
    /** What the file is as soon as the process has read it for the first time. */
    since: undefined as string | undefined,
    mutes: [] as readonly MuteRow[],
    /** Where the chains of the audit stand. */
    heads: [] as readonly ChainHead[],
    verdicts: new Map<string, Verdict>(),
    sent,
    /** The store does not answer what was told. */
    away: false,
    hangs: false,
    /** The cases that `chat`, which forgets, was told again are open, each time. */
    reminded: [] as (readonly string[])[],
    /** And which clocks run. */
    remindedOf: [] as (readonly (string | undefined)[])[],
    rows: () => rows,
    told: () => sent.map(({ kind, receiver }) => `${kind} ${receiver}`),
    async append(...records: readonly (IncidentChange | CaseAction)[]) {
      for (const record of records) {
        const topic = 'change_id' in record ? topics.incidents : topics.actions;
        const partition = record.actor_id.length % 2 === 0 ? 0 : 1;
        await log.append({ topic, partition }, Buffer.from(`${JSON.stringify(record)}\n`));
      }
      await clock.advance(1);
    },
    async goTo(minute: number) {
      await clock.advance(Date.parse(atMinute(minute)) - clock.now());
      await outcomes.flush();
    },
    /** The wall clock goes on alone: nothing is due in between. */
    sleepUntil(minute: number) {
      clock.setWall(Date.parse(atMinute(minute)));
    },
    /** The folder of data is of the same name as the group. */
    async start(meanwhile?: () => Promise<void>, group = 'one') {
      const folder = group;
      const pipeline = new CasesPipeline(
        {
          eventLog: log,
          group: `vigie-notifier.cases-${group}`,
          clock,
          random: () => 0.5,
          log: silentLog,
          metrics: new Metrics('notifier'),
          outcomes,
          openDelivered: async (name) => {
            const path = `${folder} ${name}`;
            const known = delivered.get(path) ?? new DeliveredInMemory();
            delivered.set(path, known);
            return known;
          },
          auditHeads: async () => {
            if (world.away) throw new Transient('the store is away');
            return world.heads;
          },
          toldSends: async () => {
            if (world.hangs) return new Promise(() => {});
            if (world.away) throw new Transient('the store is away');
            return rows
              .filter(({ outcome, kind }) => outcome === 'delivered' && kind !== '')
              .map(({ change_id, endpoint }) => ({ receiver: endpoint, send_id: change_id }));
          },
          open: ({ name }): OpenChannel => ({
            name,
            takes: () => true,
            send: async (message) => {
              const verdict = world.verdicts.get(name) ?? { kind: 'delivered', status: 204 };
              if (verdict.kind === 'delivered') sent.push({ ...message, receiver: name });
              return verdict;
            },
            ...(name === 'chat' && {
              resend: async (cases, _signal, clocks = []) => (
                world.reminded.push(cases.map(({ case_id }) => case_id)),
                world.remindedOf.push(clocks.map(({ deadline }) => deadline?.clock)),
                { kind: 'delivered', status: 200 }
              ),
            }),
          }),
          read: () => readText(world.text),
          fingerprint: async () => world.text,
          clinics: async () => [],
          nis2: async () => [],
          lengths: () => shippedLengths,
          mutes: async () => world.mutes,
        },
        readText(world.text),
      );
      world.text = world.since ?? world.text;
      await pipeline.start(undefined, new AbortController().signal, (cause) => {
        throw cause;
      });
      await clock.advance(minuteMs / 60);
      await meanwhile?.();
      return pipeline;
    },
  };
  return world;
}

function readText(text: string): Routing {
  if (!text.includes('policies')) throw new ConfigError('routing.yaml has 1 mistake(s):\n  routes: has none');
  return aRouting(text);
}
