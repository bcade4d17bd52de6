import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/runtime/config.js';
import { choiceOf, tableOf } from './list.js';

const count = {
  group_id: 'helix',
  source: 'dpi',
  reason: 'not_json',
  open: 3,
  sealed: 2,
  replayed: 1,
  newest: '2026-11-28T08:00:00.000Z',
  detail: '',
};

describe('vigie quarantine list', () => {
  it('shows counts, and of the newest how it is built', () => {
    const samples = [
      ['{"json":{"time":"text 20"}}', '{"json":{"time":"text 20"}}'],
      ['{"text":5}', '{"text":5}'],
      // What other steps and events that are set aside keep is masked, and is not shown all the same.
      ['{"time":"2026-11-28T08:00:00Z","actor_id":"amartin"}', 'time actor_id'],
      ['amartin', '-'],
      ['', '-'],
      ['"amartin"', '-'],
      ['["amartin"]', '0'],
    ] as const;
    for (const [sample, built] of samples) {
      const [, line] = tableOf([{ ...count, sample }]).split('\n');
      expect(line?.split(/ {2,}/)).toEqual(['dpi@helix', 'not_json', '3', '2', '1', '2026-11-28T08:00:00.000Z', built]);
    }
    expect(tableOf([])).toContain('nothing');
  });

  it('takes times as other commands do', () => {
    expect(choiceOf({ source: 'dpi', since: '2026-11-28T08:00:00Z' })).toEqual({
      source: 'dpi',
      since: '2026-11-28T08:00:00.000Z',
    });
    expect(() => choiceOf({ since: 'yesterday' })).toThrow(ConfigError);
  });
});
