import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import {
  circleMistakes,
  crowdMistakes,
  detectionFloors,
  doorMistakes,
  floorMistakes,
  loopMistakes,
  importsOf,
  packageMistakes,
  purposeMistakes,
} from './rooms.mjs';

/** Every way in which a source can name another. */
const ways = [
  (name: string) => `import { a } from '${name}';`,
  (name: string) => `import type { A } from '${name}';`,
  (name: string) => `import {\n  a,\n  type A,\n} from '${name}';`,
  (name: string) => `import '${name}';`,
  (name: string) => `export { a } from '${name}';`,
  (name: string) => `export type { A } from '${name}';`,
  (name: string) => `const a = await import('${name}');`,
  (name: string) => `let a: typeof import('${name}');`,
  (name: string) => `const a = require('${name}');`,
  (name: string) => `const a = createRequire(import.meta.url)('${name}');`,
];
const wayOf = fc.constantFrom(...ways);
const fileIn = (room: string): string => (room === '.' ? 'libs/detection/engine.ts' : `libs/detection/${room}/a.ts`);
const nameOf = (file: string): string => `#${file.replace(/\.ts$/, '.js')}`;
const pairs = detectionFloors.flatMap((rooms, floor) =>
  rooms.flatMap((room) => detectionFloors.flatMap((others, of) => others.map((other) => ({ room, floor, other, of })))),
);

const from = (file: string, target: string) => doorMistakes(new Map([[file, ways[1]?.(`#libs/detection/${target}`) ?? '']]));
const room = (n: number): string => (n === 0 ? 'services/a' : `services/a/room${n}`);
const files = (folder: string, count: number) => Array.from({ length: count }, (_, n) => `${folder}/${n}.ts`);

const purposeOf = (text: string, name = 'a.ts') =>
  purposeMistakes(
    new Map([
      [`services/x/room/${name}`, text],
      ['services/x/room/b.ts', ''],
    ]),
  );

describe('the floors of libs/detection', () => {
  it('let a room import every lower one, and no other, in whatever way', () => {
    fc.assert(
      fc.property(
        wayOf,
        fc.constantFrom(...pairs.filter(({ room, other }) => room !== other)),
        (way, { room, floor, other, of }) => {
          const sources = new Map([
            [fileIn(room), `\n${way(nameOf(fileIn(other)))}\n`],
            [fileIn(other), ''],
          ]);
          expect(floorMistakes(sources)).toHaveLength(of < floor ? 0 : 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are asked of relative imports too, and name file and line', () => {
    const sources = new Map([['libs/detection/memory/a.ts', `// why\n${ways[1]?.('../judge/b.js')}`]]);
    expect(floorMistakes(sources)).toEqual([
      expect.stringMatching(/^libs\/detection\/memory\/a\.ts:2: memory imports judge, which lies no lower; /),
    ]);
  });

  it('let tests look anywhere', () => {
    const text = ways[0]?.('#libs/detection/cases/run-cases.js') ?? '';
    expect(floorMistakes(new Map([['libs/detection/scan/a.test.ts', text]]))).toEqual([]);
  });

  it('refuse a room without a floor', () => {
    expect(floorMistakes(new Map([['libs/detection/attic/a.ts', '']]))).toEqual([
      expect.stringContaining('the room attic has no floor'),
    ]);
  });
});

describe('the front doors of libs/detection', () => {
  it('are for production code outside the only way in', () => {
    for (const file of ['services/scorer/judge/a.ts', 'cli/a.ts', 'libs/access-store/a.ts', 'libs/testkit/a.ts']) {
      for (const door of ['engine.js', 'rule/rule.js', 'rules/load/lists.js', 'history/backtest.js', 'scan/plain-row.js'])
        expect(from(file, door)).toEqual([]);
      for (const wall of ['memory/marks.js', 'scan/scan-row.js', 'rules/match/match.js', 'late/fill.js'])
        expect(from(file, wall)).toEqual([expect.stringContaining('is no front door; use one of engine.ts, rule/')]);
    }
  });

  it('are not asked of tests and benchmarks', () => {
    for (const file of ['services/scorer/a.test.ts', 'tests/road/a.ts', 'bench/score.ts'])
      expect(from(file, 'memory/marks.js')).toEqual([]);
  });
});

describe('rooms of a service', () => {
  it('import each other in no circle of any length, the root included', () => {
    fc.assert(
      fc.property(wayOf, fc.integer({ min: 2, max: 6 }), fc.boolean(), (way, length, closed) => {
        const sources = new Map(
          Array.from({ length }, (_, n) => {
            const to = (n + 1) % length;
            return [`${room(n)}/x.ts`, to === 0 && !closed ? '' : way(`#${room(to)}/x.js`)];
          }),
        );
        expect(circleMistakes(sources)).toHaveLength(closed ? length : 0);
      }),
    );
  });
});

describe('sources', () => {
  it('import each other in no circle of any length, types and pages included', () => {
    fc.assert(
      fc.property(wayOf, fc.integer({ min: 2, max: 6 }), fc.boolean(), (way, length, closed) => {
        const sources = new Map([
          ['libs/a/outside.ts', way('#libs/a/x0.js')],
          ...Array.from({ length }, (_, n): [string, string] => {
            const to = (n + 1) % length;
            return [
              n === 0 ? 'libs/a/x0.ts' : `web/x${n}.tsx`,
              to === 0 && !closed ? '' : way(to === 0 ? '#libs/a/x0.js' : `#web/x${to}.js`),
            ];
          }),
        ]);
        expect(loopMistakes(sources)).toHaveLength(closed ? length : 0);
      }),
    );
  });
});

describe('a folder', () => {
  it('holds at most 25 sources, migrations apart', () => {
    expect(crowdMistakes(files('services/a', 25))).toEqual([]);
    expect(crowdMistakes(files('services/a', 26))).toEqual([expect.stringContaining('services/a:1: 26 sources in one folder')]);
    expect(crowdMistakes(files('libs/a/migrations', 40))).toEqual([]);
  });
});

it('a room says what it is for at the head of its first file', () => {
  expect(purposeOf('// room/: what for\n// and what not\n')).toEqual([]);
  for (const wrong of ['', '// other/: what for\n// and what not\n', '// room/: what for\n\n'])
    expect(purposeOf(wrong)).toEqual([
      expect.stringContaining('services/x/room/a.ts:1: nothing says what services/x/room is for'),
    ]);
  expect(purposeOf('// room/: what for\n// and what not\n', 'a.test.ts')).toEqual([
    expect.stringContaining('services/x/room/b.ts:1:'),
  ]);
});

describe('a package', () => {
  const manifest = { dependencies: { zod: '1' }, devDependencies: { '@a/b': '1' } };
  const mistakes = (text: string, reasons = {}) => packageMistakes(manifest, new Map([['libs/a.ts', text]]), reasons);

  it('is imported, in whatever way and at whatever path within it', () => {
    fc.assert(
      fc.property(wayOf, fc.constantFrom('', '/deep/x.js'), (way, path) => {
        expect(mistakes(`${way(`zod${path}`)}\n${way(`@a/b${path}`)}`)).toEqual([]);
        expect(mistakes(way(`zod${path}`))).toEqual([expect.stringContaining('package.json:1: nothing imports @a/b')]);
      }),
    );
  });

  it('may have a reason, but only where it needs one', () => {
    expect(mistakes("import 'zod';", { '@a/b': 'a tool' })).toEqual([]);
    expect(mistakes("import 'zod';", { '@a/b': 'a tool', zod: 'why?' })).toEqual([
      expect.stringContaining('zod needs no reason: it is imported'),
    ]);
    expect(mistakes("import 'zod';\nimport '@a/b';", { left: 'once' })).toEqual([
      expect.stringContaining('it is not in package.json'),
    ]);
  });
});

it('imports are found with their lines', () => {
  expect(importsOf("import { a } from 'x';\n\nexport * from './y.js';")).toEqual([
    { name: 'x', line: 1 },
    { name: './y.js', line: 3 },
  ]);
});
