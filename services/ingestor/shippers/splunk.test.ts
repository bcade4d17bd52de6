import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { aBadEvent, anEvent, ShipperUnderTest } from './shipper.fixture.js';

const shipper = new ShipperUnderTest();
beforeAll(shipper.start);
afterAll(shipper.stop);

const send = (body: string, headers: Record<string, string> = {}, path = 'event') =>
  shipper.post(`/services/collector/${path}`, body, { authorization: `Splunk ${shipper.token}`, ...headers });
const hec = (...events: readonly unknown[]) =>
  events.map((one) => JSON.stringify({ event: one, time: 1_764_000_000, host: 'dpi' })).join('');

describe('the door of Splunk', () => {
  it.each(['', '/event', '/event/1.0'])('takes events one behind the other at /services/collector%s', async (path) => {
    const rows = await shipper.log.during(async () => {
      const body = hec(anEvent(), JSON.stringify(anEvent()));
      expect(await shipper.post(`/services/collector${path}`, body, { authorization: `Splunk ${shipper.token}` })).toMatchObject({
        status: 200,
        body: { text: 'Success', code: 0 },
      });
    });
    expect(rows).toHaveLength(2);
  });

  it.each(['', '/event/1.0'])('tells whoever looks for it at /services/collector%s that it is there', async (path) => {
    expect(await shipper.ingestor.ask(`/services/collector${path}`, { method: 'OPTIONS' })).toMatchObject({ status: 200 });
  });

  it.each([
    ['no token', '', { authorization: '' }, 401, 2],
    ['an unknown token', '{"event":1}', { authorization: 'Splunk 00000000-0000' }, 403, 4],
    ['nothing', '', {}, 400, 5],
    ['white space', '\n \n', {}, 400, 5],
    ['no event', '{"time":1}', {}, 400, 12],
    ['a blank event', '{"event":" "}', {}, 400, 13],
    ['a channel that is none', '{"event":{}}', { 'x-splunk-request-channel': 'a b' }, 400, 11],
    ['too much', 'x'.repeat(70_000), {}, 413, 27],
  ])('answers %s with its code', async (_what, body, headers, status, code) => {
    expect(await send(body, headers)).toMatchObject({ status, body: { code } });
  });

  it('takes what stands before a broken event, and says which it was', async () => {
    const rows = await shipper.log.during(async () => {
      const answer = await send(`${hec(anEvent(), anEvent())}{"event":{"a":`);
      expect(answer).toMatchObject({ status: 400, body: { code: 6, 'invalid-event-number': 2 } });
    });
    expect(rows).toHaveLength(2);
  });

  it('takes nothing behind an event whose object turns out to be no JSON', async () => {
    const rows = await shipper.log.during(async () => {
      const answer = await send(`${hec(anEvent())}{"event":{"actor_id":tru}}${hec(anEvent())}`);
      expect(answer).toMatchObject({ status: 400, body: { code: 6, 'invalid-event-number': 1 } });
    });
    expect(rows).toHaveLength(1);
  });

  it('takes the good among refused ones, and says 400 where there is none', async () => {
    expect(await send(hec(anEvent(), aBadEvent()))).toMatchObject({
      status: 200,
      body: { code: 0, refused_count: 1, refused: [{ index: 1, field: 'action' }] },
    });
    expect(await send(hec(aBadEvent()))).toMatchObject({ status: 400, body: { code: 6, 'invalid-event-number': 0 } });
    expect(await send(hec(anEvent({ group_id: 'aleo' })))).toMatchObject({ status: 400, body: { code: 6 } });
  });

  it('numbers requests of a channel, and says of every number that it is durable', async () => {
    const channel = { 'x-splunk-request-channel': '2f1c8a52-6c3e-4c55-8f0c-000000000001' };
    const first = await send(hec(anEvent()), channel);
    const second = await send(hec(anEvent()), channel);
    const ids = [first, second].map(({ body }) => (body as { ackId: number }).ackId);
    expect(new Set(ids).size).toBe(2);
    expect(await send(JSON.stringify({ acks: ids }), channel, 'ack')).toMatchObject({
      status: 200,
      body: { acks: { [String(ids[0])]: true, [String(ids[1])]: true } },
    });
    expect(await send(JSON.stringify({ acks: ids }), {}, 'ack')).toMatchObject({ status: 400, body: { code: 10 } });
    expect((await send(hec(anEvent()))).body).not.toHaveProperty('ackId');
  });

  it('takes raw lines with their host in the query, and tells its health to everybody', async () => {
    const body = `${JSON.stringify(anEvent())}\nnothing at all\n`;
    expect(await send(body, {}, 'raw?host=dpi&source=audit')).toMatchObject({ status: 200, body: { code: 0, refused_count: 1 } });
    expect(await shipper.ingestor.ask('/services/collector/health', {})).toMatchObject({ status: 200, body: { code: 17 } });
  });

  it('says that it is busy while the log is away', async () => {
    shipper.log.failing = true;
    expect(await send(hec(anEvent()))).toMatchObject({
      status: 503,
      body: { code: 9 },
      headers: { 'retry-after': expect.anything() },
    });
    shipper.log.failing = false;
  });
});
