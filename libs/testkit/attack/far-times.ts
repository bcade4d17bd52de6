import { access } from './events.js';
import { type Attack, outcomeOf } from './attack.js';

const months = 680;
const lateAccounts = 3000;
const lateMs = 3 * 86_400_000;

/** An import of decades, honest or not, is stored like anything else, and what comes after it too. */
export const manyMonths: Attack = {
  name: 'many-months',
  title: 'events of many hundred months in one batch, so that the store would have to open a part for each',
  lasting: true,
  async run(target) {
    const actor = target.account('historic');
    const events = Array.from({ length: months }, (_, n) =>
      access({ actor_id: actor, patient_ids: [`${n}`], time: new Date(Date.UTC(1970, n, 15)).toISOString() }),
    );
    const { accepted } = await target.feed(events);
    await target.feed([access({ actor_id: actor, patient_ids: ['after'] })]);
    const stored = () => target.figure(`SELECT uniqExact(event_id) FROM vigie.access_rows WHERE actor_id = '${actor}'`);
    const whole = await target.comes(async () => (await stored()) >= accepted + 1);
    return outcomeOf(
      whole ? [] : [`${await stored()} of ${accepted + 1} acknowledged events are stored`],
      `${accepted} months stored, and what came after them`,
    );
  },
};

/** Thousands of accounts whose accesses come days late are judged again, and the store has room for others meanwhile. */
export const manyLateAccounts: Attack = {
  name: 'many-late-accounts',
  title: 'accesses of thousands of accounts that come days late, so that each must be judged again from the store',
  async run(target) {
    // The clock of every partition must stand at now for anything to be late.
    for (let n = 0; n < 200; n += 1) await target.feed([access({ actor_id: `now.${n}`, patient_ids: ['1'] })]);
    await target.settled();
    const before = await judgedAgain();
    for (let from = 0; from < lateAccounts; from += 500)
      await target.feed(
        Array.from({ length: 500 }, (_, n) =>
          access({
            actor_id: `late.${from + n}`,
            patient_ids: ['1', '2'],
            time: new Date(Date.now() - lateMs - n * 1000).toISOString(),
          }),
        ),
      );
    const cpu = target.cpuSeconds('clickhouse');
    const begun = await target.comes(
      async () => (await target.metric('scorer', 'vigie_rejudgements_waiting')) > 0 || (await judgedAgain()) > before,
      30_000,
    );
    const over = await target.comes(
      async () => (await target.metric('scorer', 'vigie_rejudgements_waiting')) === 0 && (await judgedAgain()) > before,
    );
    const used = (target.cpuSeconds('clickhouse') - cpu).toFixed(0);
    const waiting = await target.metric('scorer', 'vigie_rejudgements_waiting');
    if (!begun) return { verdict: 'not tried', observed: 'none of them had to be judged again' };
    return outcomeOf(
      over ? [] : [`${waiting} of ${lateAccounts} accounts still wait after ninety seconds, ${used} s of ClickHouse`],
      `${lateAccounts} accounts, ${used} s of ClickHouse`,
    );

    function judgedAgain(): Promise<number> {
      return target.metric('scorer', 'vigie_rejudgements_total');
    }
  },
};
