import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { systemClock } from '#libs/runtime/clock.js';
import { aChange, anIncidentId } from '#libs/testkit/case-records.js';
import { newLog, tell } from '#services/console/console-log.fixture.js';
import { RunningConsole } from '#services/console/console.fixture.js';
import { caseText, listText } from './case-text.js';
import { ConsoleClient } from './console-client.js';

const id = anIncidentId('a');

describe('vigie case', () => {
  let running: RunningConsole;
  let client: ConsoleClient;
  let url: string;
  beforeAll(async () => {
    const log = newLog();
    const changed_at = new Date(systemClock.now()).toISOString();
    await tell(log, aChange('a', 1, { changed_at }), aChange('b', 1, { changed_at, actor_id: 'nurse.2', patients: 1_234 }));
    running = await RunningConsole.start(log, 20_010);
    await running.app.listen(0, '127.0.0.1');
    url = await running.app.getUrl();
    client = new ConsoleClient(url, 'a.durand', new FakeClock(0));
  });
  afterAll(() => running.stop());

  it('acts on a case by its first digits, and shows what happened to it', async () => {
    expect(await client.act(id.slice(0, 8), { type: 'case.acknowledged' })).toMatchObject({
      status: 'acknowledged',
      acknowledged_by: 'a.durand',
    });
    await client.act(id.slice(0, 8), { type: 'case.noted', text: 'asked\nthe ward' });
    const text = caseText(await client.show(id), await client.timeline(id));
    expect(text).toMatch(/^case +[0-9a-f]{32}\n/);
    expect(text).toMatch(/case\.acknowledged +a\.durand +new -> acknowledged +40\n/);
    expect(text).toMatch(/case\.noted +a\.durand +40 +asked the ward\n/);
  });

  it('lists cases under one another, figures to the right', async () => {
    const [head, ...lines] = listText(await client.list({ status: 'new,acknowledged' }, 10))
      .trimEnd()
      .split('\n');
    expect(head).toMatch(/^CASE +STATUS +LEVEL +PATIENTS /);
    expect(lines).toHaveLength(2);
    const end = (head ?? '').indexOf('PATIENTS') + 'PATIENTS'.length;
    expect(lines.map((line) => line.slice(0, end).split(' ').at(-1)).toSorted()).toEqual(['1234', '40']);
    expect(await client.list({}, 1)).toHaveLength(1);
  });

  it('follows what was linked to the case that it is in', async () => {
    await client.act(id, { type: 'case.linked', incident_ids: [anIncidentId('b')] });
    expect((await client.show(anIncidentId('b'))).case).toMatchObject({ case_id: id, patients: 1_274, patients_settled: false });
    expect(caseText(await client.show(id), await client.timeline(id))).toMatch(/patients +<=1274 in/);
    expect(listText([(await client.show(id)).case])).toMatch(/ <=1274 /);
  });

  it.each([
    ['nobody', 'list', /give the token of a user/],
    ['a.durand', 'show', /4 or more will do/],
  ] as const)('says in a sentence what is wrong: %s, %s', async (token, what, reason) => {
    const other = new ConsoleClient(url, token);
    await expect(what === 'list' ? other.list({}, 1) : other.show('xy')).rejects.toThrow(reason);
  });

  it('says where it looked for a console that is not there, and how a case stands that somebody else resolved', async () => {
    await expect(new ConsoleClient('http://127.0.0.1:9', 'x').list({}, 1)).rejects.toThrow(
      /http:\/\/127\.0\.0\.1:9 does not answer/,
    );
    await client.act(id, { type: 'case.resolved', verdict: 'test', reason: 'ours' });
    await expect(client.act(id, { type: 'case.resolved', verdict: 'test', reason: 'ours' })).rejects.toThrow(
      /somebody was before you.*it is resolved \(test\)/,
    );
  });
});
