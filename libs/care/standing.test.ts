import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { DayCalendar } from '#libs/formats/times/day-calendar.js';
import { aPatient } from '#libs/testkit/builders.js';
import { casesOf } from '#libs/testkit/measures/long-run.js';
import { CareMemory } from './care-memory.js';
import { PatientKey } from './patient-key.js';
import { stampOf } from './stamp.js';
import { Standing } from './standing.js';
import { heldSteps, stepMs, stepOf, visibleFrom } from './steps.js';

const calendar = new DayCalendar('Europe/Paris');
const base = Date.UTC(2026, 2, 22);
const dayMs = 86_400_000;

describe('a standing that is kept', () => {
  it('says what one that was just made says, whatever the memory learns, forgets and bars between', () => {
    fc.assert(
      fc.property(fc.array(event, { minLength: 1, maxLength: 120 }), (events) => {
        const memory = new CareMemory(calendar);
        const kept = new Map<string, Standing>();
        let nowMs = base;
        for (const { actorId, clinicId, network, patient, laterMs, agoMs, isTaken, bars } of events) {
          nowMs += laterMs;
          memory.advance(nowMs);
          const timeMs = nowMs - agoMs;
          const visible = visibleFrom(timeMs, nowMs);
          const access = { groupId: 'g', actorId, clinicId, network, timeMs, visible, patientId: aPatient(patient) };
          const name = [actorId, clinicId, network].join(' ');
          const standing = kept.get(name) ?? new Standing('g', actorId, clinicId, network);
          kept.set(name, standing);
          const key = new PatientKey();
          expect(key.set(access.patientId, memory.groupNumberOf('g'))).toBe(true);
          const step = stepOf(timeMs);
          if (step >= memory.lowest)
            expect(stampOf(memory.linkOf(standing, key, step, visible), memory.placesOf(standing, timeMs))).toEqual(
              memory.look(access),
            );
          const moment = memory.momentOf(timeMs, visible);
          const isMet = memory.isMet(standing, key, moment);
          const isSeen = memory.isSeen(standing, moment);
          const touch = isMet && isSeen ? undefined : memory.touchOf(standing, moment, isMet ? '' : access.patientId);
          const news = memory.news(access, visible);
          expect(memory.isAskedFor(moment) ? touch : undefined).toEqual(news);
          if (news && isTaken) memory.take(news);
          if (bars)
            memory.bar({
              groupId: 'g',
              actorId,
              incidentId: actorId,
              version: stepOf(nowMs),
              isOpen: isTaken,
              from: visible,
              last: visible,
            });
        }
      }),
      { numRuns: casesOf(300, 5_000) },
    );
  });
});

const event = fc.record({
  actorId: fc.constantFrom('a', 'b', 'c', 'd'),
  clinicId: fc.constantFrom('c1', 'c2'),
  network: fc.constantFrom('', '192.0.2.0/24', '198.51.100.0/24'),
  patient: fc.nat(3),
  isTaken: fc.boolean(),
  bars: fc.oneof({ weight: 12, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  // Hours, a day, and pauses after which everybody is forgotten.
  laterMs: fc.oneof(
    { weight: 12, arbitrary: fc.nat(dayMs / 4) },
    { weight: 4, arbitrary: fc.constant(dayMs) },
    { weight: 1, arbitrary: fc.nat(50 * dayMs) },
  ),
  agoMs: fc.oneof(
    { weight: 6, arbitrary: fc.constant(0) },
    { weight: 2, arbitrary: fc.nat(heldSteps * stepMs) },
    { weight: 1, arbitrary: fc.nat(9 * dayMs) },
  ),
});
