import { massAccess } from './events.js';
import { type Attack, outcomeOf } from './attack.js';
import { literal } from './target.js';

const minuteMs = 60_000;
/** How far a clock may be turned, in milliseconds: just inside and outside of what is tolerated, hours, years. */
const turned = [4 * minuteMs, 6 * minuteMs, 10 * minuteMs, 120 * minuteMs, 40_000 * minuteMs, 10_000_000 * minuteMs];
const patients = 60;

/** Whoever can turn a clock is not invisible. */
export const turnedClocks: Attack = {
  name: 'turned-clocks',
  title: 'a mass access whose events are dated ahead, by minutes up to years',
  quick: true,
  async run(target) {
    const thefts = turned.map((ms) => ({ ms, actor: target.account('ahead') }));
    for (const { ms, actor } of thefts) {
      const time = new Date(Date.now() + ms).toISOString();
      await target.feed(massAccess(actor, patients, { time }));
    }
    await target.settled();
    const through: string[] = [];
    for (const { ms, actor } of thefts)
      if ((await target.incidentsOf(actor)).length === 0)
        through.push(`nobody was told of ${patients} patients dated ${ms / minuteMs} min ahead`);
    // One clock must not blind the others either.
    const honest = Array.from({ length: 8 }, () => target.account('honest'));
    for (const actor of honest) await target.feed(massAccess(actor, patients));
    const found = await target.comes(
      async () =>
        (await target.figure(
          `SELECT uniqExact(actor_id) FROM vigie.incident_latest WHERE actor_id IN (${honest.map(literal).join()})`,
        )) === honest.length,
      30_000,
    );
    if (!found) through.push('afterwards a mass access of now was not told');
    return outcomeOf(through, `${thefts.length} distances, each told`);
  },
};
