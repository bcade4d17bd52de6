import { hash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import { canonicalJson, listColumns, type Manifest, sealed } from './manifest.js';
import { chainMistakes, snapshotMistakes } from './verify.js';

describe('JSON in the order of RFC 8785', () => {
  it('is that of the example of its section 3.2.2', () => {
    const value = {
      // 333333333.33333329 of the example, as the same double is written.
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    };
    expect(canonicalJson(value)).toBe(
      `{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA'B\\"\\\\\\\\\\"/"}`,
    );
  });

  it('sorts names by UTF-16 units, as the example of its section 3.2.3', () => {
    const value = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\ufb33': 'Hebrew Letter Dalet With Dagesh',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    };
    const values = Object.values(JSON.parse(canonicalJson(value)) as object).toSorted();
    expect(values).toHaveLength(7);
    const places = ['Carriage', 'One', 'Control', 'Latin', 'Euro', 'Emoji', 'Hebrew'].map((word) =>
      canonicalJson(value).indexOf(word),
    );
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it('refuses what has no form in it', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud83d', { '\ud83d': 1 }])
      expect(() => canonicalJson(value)).toThrow();
    expect(() => canonicalJson(undefined)).toThrow('no JSON');
  });
});

describe('a snapshot looked at again', () => {
  const { snapshot, recomputed } = aSnapshot();

  it('is whole as it was frozen', () => {
    expect(snapshotMistakes(snapshot, recomputed)).toEqual([]);
  });

  it.each(Object.keys(snapshot) as (keyof DossierSnapshot)[])('is red when %s is another', (column) => {
    const value = snapshot[column];
    const other = typeof value === 'number' ? value + 1 : typeof value === 'object' ? { exported: 99 } : `${value}x`;
    expect(snapshotMistakes({ ...snapshot, [column]: other }, recomputed)).not.toEqual([]);
  });

  it.each(Object.keys(recomputed) as (keyof typeof recomputed)[])('is red when %s of the rows is another', (what) => {
    const value = recomputed[what];
    expect(snapshotMistakes(snapshot, { ...recomputed, [what]: typeof value === 'number' ? value + 1 : 'x' })).not.toEqual([]);
  });

  it('is red for every byte of the manifest that is flipped, with the digest of the flipped one or without', () => {
    for (let at = 0; at < snapshot.manifest.length; at += 1) {
      const flipped = String.fromCharCode(snapshot.manifest.charCodeAt(at) ^ 1);
      const manifest = `${snapshot.manifest.slice(0, at)}${flipped}${snapshot.manifest.slice(at + 1)}`;
      expect(snapshotMistakes({ ...snapshot, manifest }, recomputed)).not.toEqual([]);
      // Whoever makes the digest anew changes what the next link, and everybody who was sent it, has of it.
      const manifest_sha256 = hash('sha256', manifest, 'hex');
      expect(manifest_sha256).not.toBe(snapshot.manifest_sha256);
    }
  });
});

describe('a chain of snapshots', () => {
  it.each([
    ['none', []],
    ['one', [link(1)]],
    ['three', [link(1), link(2), link(3)]],
  ])('of %s is whole', (_, links) => expect(chainMistakes(links)).toEqual([]));

  it.each([
    ['a first that names another', [link(1, 'm0')], 's1 does not name the manifest of number 0'],
    ['a link that names another', [link(1), link(2, 'mx'), link(3)], 's2 does not name the manifest of number 1'],
    ['a missing link', [link(1), link(3)], 'number 2 is missing before s3'],
    ['a missing first', [link(2)], 'number 1 is missing before s2'],
    ['two of one number', [link(1), link(2), { ...link(2), snapshot_id: 'other' }], 'two snapshots have number 2: s2 and other'],
  ])('is broken by %s', (_, links, said) => {
    expect(chainMistakes(links)).toEqual([expect.stringContaining(said)]);
  });
});

/** A link that names the one before. */
function link(number: number, previous = number === 1 ? '' : `m${number - 1}`) {
  return { snapshot_id: `s${number}`, number, previous_sha256: previous, manifest_sha256: `m${number}` };
}

function digest(letter: string): string {
  return letter.repeat(64);
}

function aSnapshot() {
  const figures = {
    patients: 3,
    exposed: 2,
    attempted: 1,
    listed: 0,
    displayed: 1,
    exported: 1,
    per_key: { k1: 3 },
    unnamed_records: 7,
  };
  const named = {
    snapshot_id: 'a'.repeat(32),
    group_id: 'helix',
    case_id: 'b'.repeat(32),
    controller_id: 'c1',
    number: 1,
    kind: 'initial' as const,
    frozen_at: '2026-11-28T10:00:00.000Z',
    frozen_by: 'dpo',
    previous_sha256: '',
  };
  const content: Manifest = {
    ...named,
    format: 'vigie.manifest.v1',
    vigie: '0.1.0',
    scope: { version: 0 },
    incidents: [],
    settled: 'settled',
    selections: [],
    rules: [],
    stored_through: [],
    figures: { controller: figures, clinics: [] },
    list: { columns: listColumns, lines: 4, sha256: digest('1'), rows_sha256: digest('2') },
  };
  const { text, sha256 } = sealed(content);
  const { patients, exposed, attempted, listed, displayed, exported, unnamed_records } = figures;
  const snapshot: DossierSnapshot = {
    ...named,
    scope_version: 0,
    patients,
    exposed,
    per_tier: { attempted, listed, displayed, exported },
    unnamed_records,
    list_sha256: digest('1'),
    manifest: text,
    manifest_sha256: sha256,
  };
  return { snapshot, recomputed: { lines: 4, sha256: digest('1'), rows_sha256: digest('2'), patients: 3, exposed: 2 } };
}
