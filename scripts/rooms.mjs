/**
 * How the rooms (folders) of the house may import each other, types included. Each check takes the sources as a map from path to text and
 * gives `file:line: what is wrong; what to do instead`, so that a test can show it wrong ones. scripts/tidy.mjs runs them.
 */
import { posix } from 'node:path';

const { dirname, join } = posix;

/** The rooms of libs/detection, from the ground up: a room imports lower floors only. `.` is engine.ts. */
export const detectionFloors = [
  ['scan', 'rules/text'],
  ['memory', 'rules/match', 'rules/yaml'],
  ['rule'],
  ['compile', 'rules/read', 'rules/words'],
  ['count', 'days', 'select', 'rules/link'],
  ['judge', 'rules/load'],
  ['incidents', 'habits'],
  ['state'],
  ['row', 'snapshot', 'explain', 'relay'],
  ['late'],
  ['.'],
  ['history', 'definition'],
  ['cases'],
];

/** Where production code enters libs/detection: what a process needs of the engine, of rules, of history, of the bytes of a row. */
export const detectionDoors = ['engine.ts', 'rule/', 'rules/load/', 'history/', 'cases/', 'relay/', 'scan/plain-row.ts'];

/** Folders whose rooms may not import each other in a circle; the folder itself is a room, and the highest. */
export const withoutCircles = /^(services\/[^/]+|libs\/access-store)\//;

/** Sources in folders that say what they are for. */
const withPurpose = /^(libs\/(detection|access-store)|services\/[^/]+)\/.+\/[^/]+\.ts$/;

const detection = 'libs/detection';
const filesPerFolderMax = 25;
const imports =
  /^(?:import|export)\b[^;'"`]*?\bfrom\s*'([^']+)'|^import\s*'([^']+)'|\bimport\(\s*'([^']+)'|\brequire(?:\.resolve)?\(\s*'([^']+)'|\bcreateRequire\([^)]*\)\(\s*'([^']+)'/gm;

/** Files that only tests run: they may look into every room. */
export function isTest(file) {
  return /\.(test|suite|fixture)\.ts$|^(tests|bench)\/|^libs\/detection\/rules\/tests\//.test(file);
}

/** What a source imports, by `import`, `export from`, `import()` (of types too) or `require`, with the line from 1. */
export function importsOf(text) {
  return [...text.matchAll(imports)].map((found) => ({
    name: found.slice(1).find((name) => name !== undefined) ?? '',
    line: text.slice(0, found.index + found[0].length).split('\n').length,
  }));
}

/** The path of an imported source of ours, undefined for a package. */
export function pathOf(name, file) {
  const path = name.startsWith('#') ? name.slice(1) : name.startsWith('.') ? join(dirname(file), name) : undefined;
  return path?.replace(/\.js$/, '.ts');
}

/** (file, line, path) of every import of one of our sources by production code. */
function arrows(sources) {
  return [...sources]
    .filter(([file]) => !isTest(file) && file.endsWith('.ts'))
    .flatMap(([file, text]) =>
      importsOf(text).flatMap(({ name, line }) => {
        const path = pathOf(name, file);
        return path === undefined ? [] : [{ file, line, path }];
      }),
    );
}

const roomOf = (path) => posix.relative(detection, dirname(path)) || '.';

/** A room of libs/detection that imports one of its own floor or of a higher one, or that has no floor. */
export function floorMistakes(sources, floors = detectionFloors) {
  const floorOf = new Map(floors.flatMap((rooms, floor) => rooms.map((room) => [room, floor])));
  const inside = [...sources.keys()].filter((file) => file.startsWith(`${detection}/`) && file.endsWith('.ts') && !isTest(file));
  const homeless = inside
    .filter((file) => !floorOf.has(roomOf(file)))
    .map((file) => `${file}:1: the room ${roomOf(file)} has no floor; name it in detectionFloors of scripts/rooms.mjs`);
  const wrong = arrows(sources)
    .filter(({ file, path }) => [file, path].every((one) => one.startsWith(`${detection}/`)) && roomOf(file) !== roomOf(path))
    .filter(({ file, path }) => (floorOf.get(roomOf(path)) ?? 0) >= (floorOf.get(roomOf(file)) ?? floors.length))
    .map(
      ({ file, line, path }) =>
        `${file}:${line}: ${roomOf(file)} imports ${roomOf(path)}, which lies no lower; move what both need to a lower room, or take it as a value (floors: scripts/rooms.mjs)`,
    );
  return [...homeless, ...wrong];
}

/** Production code outside libs/detection that enters it by another way than its doors. */
export function doorMistakes(sources, doors = detectionDoors) {
  return arrows(sources)
    .filter(({ file, path }) => path.startsWith(`${detection}/`) && !file.startsWith(`${detection}/`))
    .filter(({ path }) => !doors.some((door) => path.slice(detection.length + 1).startsWith(door)))
    .map(({ file, line, path }) => `${file}:${line}: ${path} is no front door; use one of ${doors.join(', ')} of ${detection}`);
}

/** Rooms that import each other, directly or by others. */
export function circleMistakes(sources, guarded = withoutCircles) {
  const top = (path) => guarded.exec(path)?.[0];
  const between = arrows(sources)
    .map(({ file, line, path }) => ({ file, line, path, from: dirname(file), to: dirname(path) }))
    .filter(({ file, path, from, to }) => from !== to && top(file) !== undefined && top(file) === top(path));
  const next = new Map();
  for (const { from, to } of between) next.set(from, new Set([...(next.get(from) ?? []), to]));
  return between
    .filter(({ from, to }) => reaches(next, to, from))
    .map(
      ({ file, line, from, to }) =>
        `${file}:${line}: ${from} and ${to} import each other, directly or by others; let the lower one say as an interface what it needs`,
    );
}

/** Sources that import each other, types included, directly or by others: none of them can be read, moved or tested without the rest. */
export function loopMistakes(sources) {
  const found = [...sources].flatMap(([file, text]) =>
    importsOf(text).flatMap(({ name, line }) => {
      const path = pathOf(name, file);
      const to = path !== undefined && [path, path.replace(/\.ts$/, '.tsx')].find((one) => sources.has(one));
      return to ? [{ file, line, to }] : [];
    }),
  );
  const looped = loopedOf(found);
  const next = new Map();
  for (const { file, to } of looped) next.set(file, new Set([...(next.get(file) ?? []), to]));
  return looped
    .filter(({ file, to }) => reaches(next, to, file))
    .map(
      ({ file, line, to }) =>
        `${file}:${line}: ${file} and ${to} import each other, directly or by others; move what both need to a file of its own`,
    );
}

/** Imports without those of files that nothing left imports, or that import nothing left: circles, and what lies between them. */
function loopedOf(imports) {
  for (let left = imports; ;) {
    const [from, into] = [new Set(left.map(({ file }) => file)), new Set(left.map(({ to }) => to))];
    const kept = left.filter(({ file, to }) => into.has(file) && from.has(to));
    if (kept.length === left.length) return kept;
    left = kept;
  }
}

function reaches(next, from, goal, seen = new Set()) {
  if (from === goal) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return [...(next.get(from) ?? [])].some((one) => reaches(next, one, goal, seen));
}

/** Folders whose first file does not begin by saying, in two lines of comment, what the folder is for. */
export function purposeMistakes(sources) {
  const firsts = new Map();
  for (const file of [...sources.keys()].filter((one) => withPurpose.test(one) && !isTest(one)).toSorted())
    if (!firsts.has(dirname(file))) firsts.set(dirname(file), file);
  return [...firsts].flatMap(([folder, file]) => {
    const name = folder.split('/').slice(2).join('/');
    const [first = '', second = ''] = (sources.get(file) ?? '').split('\n');
    if (first.startsWith(`// ${name}/: `) && second.startsWith('// ')) return [];
    return [`${file}:1: nothing says what ${folder} is for; begin its first file with "// ${name}/: what for" and a second line`];
  });
}

/** Folders with more sources than can be read at a glance. Migrations only grow. */
export function crowdMistakes(files) {
  const counts = new Map();
  for (const file of files)
    if (!dirname(file).endsWith('/migrations')) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
  return [...counts]
    .filter(([, count]) => count > filesPerFolderMax)
    .map(
      ([folder, count]) =>
        `${folder}:1: ${count} sources in one folder, more than ${filesPerFolderMax}; give them rooms by what they do`,
    );
}

/** Packages that no source imports, with the reason why they are there all the same. */
export const toolsWithReason = {
  node: 'every script and service runs on it',
  '@nestjs/cli': 'npx nest build and npx nest start, see CONTRIBUTING.md',
  '@swc/jest': 'named in jest.config.mjs',
  '@types/luxon': 'types of luxon, which has none of its own',
  '@types/node': 'types of Node, named in tsconfig.base.json',
  '@types/react': 'types of react, which has none of its own',
  '@types/react-dom': 'types of react-dom, which has none of its own',
  oxlint: 'scripts/check.mjs starts it',
  prettier: 'scripts/check.mjs starts it',
  'typescript-native': 'scripts/check.mjs and scripts/prepare.mjs start it',
};

/** Packages of package.json that nothing imports, and reasons for packages that are not there or are imported. */
export function packageMistakes(manifest, sources, reasons = toolsWithReason) {
  const there = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies });
  const imported = new Set(
    [...sources.values()].flatMap((text) => importsOf(text).map(({ name }) => /^(@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? name)),
  );
  return [
    ...there
      .filter((name) => !imported.has(name) && !Object.hasOwn(reasons, name))
      .map(
        (name) =>
          `package.json:1: nothing imports ${name}; take it out, or say in toolsWithReason of scripts/rooms.mjs who needs it`,
      ),
    ...Object.keys(reasons)
      .filter((name) => !there.includes(name) || imported.has(name))
      .map(
        (name) =>
          `scripts/rooms.mjs:1: ${name} needs no reason: it is ${there.includes(name) ? 'imported' : 'not in package.json'}`,
      ),
  ];
}
