import { describe, expect, it } from '@jest/globals';
import { releaseFindings } from './store.js';

describe('a release of ClickHouse', () => {
  it.each(['25.8.2.1', '25.12.1.1', '26.1.3.7', '26.7.2.1-stable'])('%s is one that was tried, or newer', (version) => {
    expect(releaseFindings(version)).toEqual([]);
  });

  it.each(['24.8.4.1', '25.3.6.10034.altinitystable'])('%s is told to be older, and what to do', (version) => {
    expect(releaseFindings(version)).toEqual([
      expect.objectContaining({ says: expect.stringMatching(`ClickHouse ${version} is older than 25.8`) }),
    ]);
  });
});
