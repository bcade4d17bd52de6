import { describe, expect, it } from '@jest/globals';
import { EndpointState } from './endpoint-state.js';

describe('what is known of an endpoint', () => {
  it('is that it takes messages, where one alone waits for a part of its addresses', () => {
    const state = new EndpointState(() => 0);
    const due = [1, 2, 3].map((times) => state.failed(0, { kind: 'later', status: 452, reason: 'full', scope: 'change' }, times));
    expect([due, state.pausedUntil, state.probing, state.troubled(0)]).toEqual([[500, 1_000, 2_000], 0, false, false]);
    state.failed(0, { kind: 'later', status: 452, reason: 'full' }, 1);
    expect([state.pausedUntil, state.probing]).toEqual([500, true]);
  });
});
