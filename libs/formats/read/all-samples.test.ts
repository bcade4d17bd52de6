import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { projectRoot } from '#libs/runtime/paths.js';
import { samplesAreThere, sample, sampleKinds, samplesOf } from '#libs/testkit/samples/samples.js';
import type { DecodedItem } from '../decoded-item.js';
import { plainReading } from '../input-format.js';
import { unknownClinic } from '../names.js';
import { readOriginal } from './original.js';
import { receivedMs } from './reads.fixture.js';

/** What each file becomes: how often, and which sentence says it. With VIGIE_TEST_EXPECT=write it is written anew, for somebody to read. */
const path = join(projectRoot, 'libs', 'formats', 'read', 'all-samples.json');
const names = sampleKinds().flatMap(samplesOf).toSorted();
const expected: Record<string, Record<string, number>> = JSON.parse(readFileSync(path, 'utf8'));
/** Sentences of one file with their times, at most; a longer file goes without. */
const timesMax = 8;

(samplesAreThere ? describe : describe.skip)('files of others, as they come', () => {
  if (process.env['VIGIE_TEST_EXPECT'] === 'write')
    writeFileSync(path, `${JSON.stringify(Object.fromEntries(names.map((name) => [name, became(name)])), undefined, 2)}\n`);

  it.each(names)('%s', (name) => {
    expect(became(name)).toEqual(expected[name]);
  });

  it('are all there', () => {
    expect(names).toEqual(Object.keys(expected).toSorted());
  });
});

/** The file through the road of a body whose source says nothing but that its format is to be found out. */
function became(name: string): Record<string, number> {
  const items = [...readOriginal({ kind: 'bytes', bytes: sample(name), envelope: { receivedMs }, isBody: true }, plainReading)];
  const exact = items.map((item) => sentenceOf(item, 16));
  const sentences = new Set(exact).size > timesMax ? items.map((item) => sentenceOf(item, 0)) : exact;
  const counts: Record<string, number> = {};
  for (const sentence of sentences.toSorted()) counts[sentence] = (counts[sentence] ?? 0) + 1;
  return counts;
}

function sentenceOf({ outcome }: DecodedItem, timeLength: number): string {
  if (outcome.kind === 'rejected') return `refused: ${outcome.reason}${outcome.field ? ` (${outcome.field})` : ''}`;
  const { action, outcome: how, actorKind, clinicId, patients, timeMs, emergency } = outcome.value;
  const words = [
    ...(timeLength ? [new Date(timeMs).toISOString().slice(0, timeLength)] : []),
    action,
    ...(how && how !== 'success' ? [how] : []),
    ...(actorKind ? [`by a ${actorKind}`] : []),
    ...(emergency ? ['emergency'] : []),
    `of ${patients.length}`,
    clinicId === unknownClinic ? 'nowhere' : 'somewhere',
  ];
  return words.join(', ');
}
