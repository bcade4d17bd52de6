import { describe, expect, it } from '@jest/globals';
import { CaseBook } from '#libs/cases/case-book.js';
import type { CaseAction, CaseActionBody } from '#libs/contracts/case-action.js';
import { silentLog } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aChange, anAction, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { ListWatch, watchEveryMs } from './watch-lists.js';

const id = anIncidentId('a');
const snapshot_id = 'a'.repeat(32);
const frozen: CaseActionBody = {
  type: 'dossier.frozen',
  controller_id: '750300123',
  snapshot_id,
  number: 1,
  list_sha256: 'e'.repeat(64),
  manifest_sha256: 'f'.repeat(64),
  patients: 40,
  exposed: 40,
};

describe('the watch over frozen lists', () => {
  it('says once in how many patients a list has moved after an incident grew, and that it is as it was', async () => {
    const world = aWorld();
    await world.pass(20);
    expect(world.asked).toBe(1);
    expect(world.said()).toEqual([]);
    world.moved = [14, 0, 2];
    world.book.addChange(aChange('a', 2, { minute: 20, patients: 54 }));
    await world.pass(22);
    expect(world.said()).toEqual(['14 added, 0 removed, 2 changed, of 750300124: counted']);
    await world.pass(22 + 61);
    expect(world.said()).toHaveLength(1);
    world.moved = [0, 0, 0];
    await world.pass(22 + 130);
    expect(world.said().at(-1)).toBe('0 added, 0 removed, 0 changed, of : counted');
  });

  it('looks every hour where no incident changes, and again after the store was away', async () => {
    const world = aWorld();
    world.away = true;
    await world.pass(5);
    world.away = false;
    world.moved = [1, 0, 0];
    await world.pass(30);
    expect([world.asked, world.said()]).toEqual([1, []]);
    await world.pass(70);
    expect([world.asked, world.said().length]).toEqual([2, 1]);
  });
});

function aWorld() {
  const clock = new FakeClock(Date.parse(atMinute(3)));
  const book = new CaseBook();
  book.addChange(aChange('a', 1));
  book.addAction(anAction('a', 2, frozen));
  const world = {
    book,
    moved: [0, 0, 0] as readonly [added: number, removed: number, changed: number],
    away: false,
    asked: 0,
    said: () =>
      (book.caseOf(id, clock.now())?.entries ?? []).flatMap(({ action, effect }) =>
        action?.type === 'dossier.outdated'
          ? [
              `${action.added} added, ${action.removed} removed, ${action.changed} changed, of ${action.late_clinics.join()}: ${effect}`,
            ]
          : [],
      ),
    /** Lets the watch look until a minute. */
    async pass(minute: number) {
      while (clock.now() < Date.parse(atMinute(minute))) {
        await clock.advance(watchEveryMs);
        await watch.look();
      }
    },
  };
  const movement = async () => {
    world.asked += 1;
    if (world.away) throw new Transient('the store does not answer');
    const [added, removed, tier_changed] = world.moved;
    if (added + removed + tier_changed === 0) return { moved: [], late: [] };
    const counts = { added, removed, tier_changed, category_added: 0 };
    return {
      moved: [
        { level: 'controller' as const, clinic_id: '', ...counts },
        { level: 'clinic' as const, clinic_id: '750300124', ...counts },
      ],
      late: ['750300124'],
    };
  };
  const watch = new ListWatch({
    book,
    clock,
    log: silentLog,
    shelf: { movement },
    append: async (action: CaseAction) => book.addAction(action),
  });
  return world;
}
