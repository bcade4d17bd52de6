import { marksInUse } from './dump-marks.js';
import type { EngineState } from '../state/engine-state.js';
import { SnapshotReading } from './read-snapshot.js';
import { writeSnapshot } from './write-snapshot.js';

/**
 * Clinics, marks and sets of selections have numbers, given out as they are met. Where more were met than are held, by far, the state is
 * written and read as a snapshot is, which gives numbers to what is held and to nothing else. Gives the same state where that is not so.
 */
export function renewedWhenCrowded(state: EngineState): EngineState {
  if (!state.crowd.isThere || state.copies || state.sharesNumbers) return state;
  const reading = new SnapshotReading(state.options);
  for (const piece of writeSnapshot(state, marksInUse(state))) reading.take(piece);
  return reading.finish();
}
