import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { CaseBook } from '#libs/cases/case-book.js';
import { standardPolicy } from '#libs/cases/policy.js';
import type { Clinic } from '#libs/contracts/list-entry.js';
import type { Log } from '#libs/runtime/log.js';
import { Transient } from '#libs/runtime/outcome.js';
import { aChange, anIncidentId, atMinute } from '#libs/testkit/case-records.js';
import { FakeClock } from '#libs/testkit/fake-clock.js';
import { ControllerRegister, type Nis2, readEveryMs } from './controller-register.js';

type Owners = Readonly<Record<string, string>>;

const clinics = ['990000001', '990000002', '990000003'];
const owners = fc.dictionary(fc.constantFrom(...clinics), fc.constantFrom('north', 'south'));
const now = Date.parse(atMinute(5));

describe('the register of controllers', () => {
  it('is what the store said last, whatever it could not say since, and cases follow it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.option(owners), { maxLength: 8 }), async (answers) => {
        const store = new Store();
        const { register } = store;
        const book = new CaseBook({ ...standardPolicy, controllers: register });
        book.addChange(aChange('a', 1, { clinics }));
        const known = new WeakMap<object, object>();
        let last: Owners = {};
        let written = book.states(now, known)[0]?.controllers;
        for (const answer of answers) {
          store.answer = answer;
          await register.read();
          last = answer ?? last;
          const expected = [...new Set(clinics.map((id) => last[id] ?? id))].toSorted();
          written = book.states(now, known)[0]?.controllers ?? written;
          expect([book.rows(now)[0]?.controllers, book.caseOf(anIncidentId('a'), now)?.row.controllers, written]).toEqual([
            expected,
            expected,
            expected,
          ]);
        }
        expect([register.isRead, store.warned <= answers.length]).toEqual([answers.some((answer) => answer !== null), true]);
      }),
    );
  });

  it('changes no line of a case, and none of its versions', async () => {
    const store = new Store();
    const book = new CaseBook({ ...standardPolicy, controllers: store.register });
    for (const version of [1, 2, 3]) book.addChange(aChange('a', version, { clinics, patients: 40 * version }));
    const before = book.caseOf(anIncidentId('a'), now);
    store.answer = { [clinics[0] ?? '']: 'north' };
    await store.register.read();
    const after = book.caseOf(anIncidentId('a'), now);
    expect(after?.row).toEqual({ ...before?.row, controllers: ['990000002', '990000003', 'north'] });
    expect(after?.entries).toBe(before?.entries);
  });

  it('asks often until it knows, and every minute from then on', async () => {
    const store = new Store();
    store.answer = null;
    const end = store.register.start();
    await store.clock.advance(10_000);
    expect([store.asked, store.warned, store.register.isRead]).toEqual([6, 1, false]);
    store.answer = { [clinics[0] ?? '']: 'north' };
    await store.clock.advance(2_000);
    expect([store.asked, store.register.of('aleo', clinics[0] ?? '')]).toEqual([7, 'north']);
    await store.clock.advance(3 * readEveryMs);
    expect(store.asked).toBe(10);
    end();
    await store.clock.advance(3 * readEveryMs);
    expect(store.asked).toBe(10);
  });

  it('knows for whom the clocks of NIS 2 run, whichever of the two it may not read', async () => {
    const store = new Store();
    store.answer = { [clinics[0] ?? '']: 'north' };
    store.entities = null;
    await store.register.read();
    const known = () => [
      store.register.of('aleo', '990000001'),
      store.register.nis2('aleo', 'north'),
      store.register.nis2('helix', 'north'),
    ];
    expect([store.register.isRead, store.warned, ...known()]).toEqual([true, 1, 'north', 'none', 'none']);
    const { edition } = store.register;
    store.entities = [{ group_id: 'aleo', controller_id: 'north', nis2: 'essential' }];
    store.answer = null;
    await store.register.read();
    expect([store.register.edition, ...known()]).toEqual([edition + 1, 'north', 'essential', 'none']);
    store.entities = [];
    await store.register.read();
    expect([store.register.edition, ...known()]).toEqual([edition + 2, 'north', 'none', 'none']);
  });

  it('knows each group by itself', async () => {
    const store = new Store();
    store.answer = { [clinics[0] ?? '']: 'north' };
    await store.register.read();
    const { register } = store;
    expect([register.of('helix', clinics[0] ?? ''), register.names('helix', 'north'), register.names('aleo', 'north')]).toEqual([
      '990000001',
      false,
      true,
    ]);
  });
});

/** A store whose register is what a test says; `null` while it does not answer. */
class Store {
  answer: Owners | null = {};
  entities: readonly Nis2[] | null = [];
  asked = 0;
  warned = 0;
  readonly clock = new FakeClock(now);
  readonly register = new ControllerRegister({
    clinics: async () => {
      this.asked += 1;
      if (!this.answer) throw new Transient('the store does not answer');
      return Object.entries(this.answer).map(([clinic_id, controller_id]): Clinic => ({
        group_id: 'aleo',
        clinic_id,
        controller_id,
        name: '',
        opened_at: null,
        closed_at: null,
      }));
    },
    nis2: async () => {
      if (!this.entities) throw new Transient('the role may not read it');
      return this.entities;
    },
    clock: this.clock,
    log: { warn: () => (this.warned += 1) } as unknown as Log,
  });
}
