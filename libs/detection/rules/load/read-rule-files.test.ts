import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ConfigError } from '#libs/runtime/config.js';
import { checkRules, mistakeText } from './check-rules.js';
import { defaultListsDir } from './config.js';
import { reasonOf } from './find-files.js';
import { loadRules } from './load-rules.js';
import { ownListFiles, readRuleFiles, readValueLists } from './read-rule-files.js';
import { readLists, requireRules } from './require-rules.js';

const heading = 'group_id,clinic_id,name,opened_at,closed_at\n';
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vigie-rules-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

const rule = (name: string, device: string): string =>
  `title: ${name}\nname: ${name}\nlevel: low\nlogsource: {product: ehr}\ndetection: {x: {device: ${device}}, condition: x}\n`;

/** UTF-32, the low byte first. */
const wide = (text: string): Buffer =>
  Buffer.concat(
    Array.from(text, (char) => {
      const four = Buffer.alloc(4);
      four.writeUInt32LE(char.codePointAt(0) ?? 0);
      return four;
    }),
  );

const over = (name: string, of: string): string =>
  `title: ${name}\nname: ${name}\nlevel: low\ncorrelation: {type: event_count, rules: ${of}, group-by: [group_id, actor_id], timespan: 1h, condition: {gte: 2}}\n`;

describe('a folder of rules', () => {
  it('is read with its folders, in the order of paths, without what is hidden or no YAML', async () => {
    await write({ 'b.yml': 'b', 'a/c.yaml': 'c', '.hidden.yml': 'x', 'notes.md': 'x' });
    const { files, mistakes } = await readRuleFiles(folder);
    expect(files).toEqual([
      { path: join(folder, 'a/c.yaml'), text: 'c' },
      { path: join(folder, 'b.yml'), text: 'b' },
    ]);
    expect(mistakes).toEqual([]);
  });

  it('that this user may not read is told with what to do', () => {
    const refused = Object.assign(new Error("EACCES: permission denied, open 'lists/vip.txt'"), { code: 'EACCES' });
    expect(reasonOf(refused)).toMatch(/^EACCES: permission denied, open 'lists\/vip.txt': let the user .+ read it \(chmod a\+r/);
    expect(reasonOf(new Error('ENOENT'))).toBe('ENOENT');
  });

  it('may be one file', async () => {
    await write({ 'b.yml': 'b' });
    expect((await readRuleFiles(join(folder, 'b.yml'))).files).toHaveLength(1);
  });

  it('gives files of every ending, whatever its case, and what links lead to; says what it cannot', async () => {
    const away = await mkdtemp(join(tmpdir(), 'vigie-linked-'));
    await write({ 'a.YML': 'a', 'B.Yaml': 'b', 'deep/c.yaml': 'c', 'notes.txt': 'x', '.git/d.yml': 'd' });
    await writeFile(join(away, 'e.yml'), 'e');
    await symlink(join(away, 'e.yml'), join(folder, 'linked.yml'));
    await symlink(join(away, 'none.yml'), join(folder, 'gone.yml'));
    await symlink(away, join(folder, 'more'));
    await symlink(join(away, 'none.txt'), join(folder, 'gone.txt'));
    await symlink(join(away, 'team'), join(folder, 'team'));
    await symlink('ring.yml', join(folder, 'ring.yml'));
    await mkdir(join(folder, 'folder.yml'));
    const { files, mistakes } = await readRuleFiles(folder);
    expect(files.map(({ text }) => text)).toEqual(['b', 'a', 'c', 'e']);
    expect(mistakes.map(({ file, reason }) => [file, reason.replace(/:[^]*/, '')]).toSorted()).toEqual([
      [join(folder, 'gone.yml'), 'is a link that leads nowhere'],
      [join(folder, 'more'), 'is a link to a folder, and such links are not followed'],
      [join(folder, 'ring.yml'), 'is a link that leads nowhere'],
      [join(folder, 'team'), 'is a link that leads nowhere'],
    ]);
    await rm(away, { recursive: true });
  });

  it('may be mounted as Kubernetes mounts a ConfigMap, lists too', async () => {
    await write({ '..2026_11_28/a.yml': 'a', '..2026_11_28/vip.txt': 'x' });
    await symlink('..2026_11_28', join(folder, '..data'));
    for (const name of ['a.yml', 'vip.txt']) await symlink(join('..data', name), join(folder, name));
    expect(await readRuleFiles(folder)).toEqual({ files: [{ path: join(folder, 'a.yml'), text: 'a' }], mistakes: [] });
    expect((await readRuleFiles(join(folder, '..data'))).files).toHaveLength(1);
    expect(await readValueLists(folder)).toEqual(new Map([['vip', ['x']]]));
  });

  it.each([
    ['Latin-1', Buffer.from('title: a\n# d\u00e9j\u00e0\n', 'latin1'), 2, 'a letter is in another encoding, such as Latin-1'],
    ['UTF-16', Buffer.from('\ufefftitle: a\n', 'utf16le'), 1, 'it begins as UTF-16 does'],
    ...['', '\ufeff'].flatMap((mark) =>
      ['title: d\u00e9j\u00e0\n', 'title: a\n', 't'].flatMap((text) => [
        [`UTF-16 ${JSON.stringify(mark + text)}`, Buffer.from(mark + text, 'utf16le'), 1, 'it begins as UTF-16 does'] as const,
        [
          `UTF-16 the other way ${JSON.stringify(mark + text)}`,
          Buffer.from(mark + text, 'utf16le').swap16(),
          1,
          'it begins as UTF-16 does',
        ] as const,
        [`UTF-32 ${JSON.stringify(mark + text)}`, wide(mark + text), 1, 'it begins as UTF-32 does'] as const,
        [
          `UTF-32 the other way ${JSON.stringify(mark + text)}`,
          wide(mark + text).swap32(),
          1,
          'it begins as UTF-32 does',
        ] as const,
      ]),
    ),
    ...[[0xc0, 0xaf], [0xe0, 0x80, 0xaf], [0xf0, 0x80, 0x80, 0xaf], [0xf4, 0x90, 0x80, 0x80], [0x92], [0xe9]].map(
      (more) =>
        [
          `bytes ${more.join(' ')}`,
          Buffer.from([0x61, 0x0d, 0x0a, ...more]),
          2,
          'a letter is in another encoding, such as Latin-1',
        ] as const,
    ),
    ['half a character', Buffer.from('title: \u00e9').subarray(0, -1), 1, 'a letter is in another encoding, such as Latin-1'],
    ['a surrogate', Buffer.from([0x61, 0x0a, 0x0a, 0xed, 0xa0, 0x80]), 3, 'a letter is in another encoding, such as Latin-1'],
  ])('that is not UTF-8 but %s is refused by name, of rules, lists and the register', async (_, bytes, line, why) => {
    for (const name of ['a.yml', 'a.txt', 'register.csv']) await writeFile(join(folder, name), bytes);
    const reason = `the file is not UTF-8, ${why}: save it as UTF-8`;
    expect(await readRuleFiles(folder)).toEqual({ files: [], mistakes: [{ file: join(folder, 'a.yml'), line, reason }] });
    await expect(readValueLists(folder)).rejects.toThrow(
      `the lists have 1 mistake(s):\n  ${join(folder, 'a.txt')}:${line}: ${reason}`,
    );
    await rm(join(folder, 'a.txt'));
    await expect(readLists(folder, join(folder, 'register.csv'))).rejects.toThrow(`register.csv:${line}: ${reason}`);
  });

  it('reads the line ends of every system alike, and a byte order mark', async () => {
    const text = 'title: a\nname: a\nlogsource: {product: ehr}\ndetection:\n  x: {device: b, aktion: c}\n  condition: x\n';
    for (const end of ['\n', '\r\n', '\r']) {
      await write({
        'a.yml': `\ufeff${text.replaceAll('\n', end)}`,
        'v.txt': `# c${end}x${end}${end}y`,
        'r.csv': `${heading}g,c1,,,2024-06-01${end}`,
      });
      expect((await checkRules([folder])).mistakes).toEqual([
        { file: join(folder, 'a.yml'), line: 5, reason: 'unknown field "aktion": write action' },
      ]);
      expect(await readValueLists(folder)).toEqual(new Map([['v', ['x', 'y']]]));
      expect((await readLists(folder, join(folder, 'r.csv'))).get('closed_clinics')).toHaveLength(1);
    }
  });

  it('refuses what no YAML holds, warns of a lost letter, and takes files with a mark that were joined', async () => {
    for (const [char, said] of [
      ['\0', '\\x00'],
      ['\x80', '\\x80'],
      ['\x92', '\\x92'],
      ['\x9f', '\\x9F'],
      ['\ufffe', '\\uFFFE'],
      ['\uffff', '\\uFFFF'],
    ] as const) {
      await write({ 'a.yml': rule('a', `l${char}x`) });
      expect((await checkRules([folder])).mistakes.map(({ line, reason }) => [line, reason])).toEqual([
        [5, expect.stringContaining(`write it as "${said}" in double quotes`)],
      ]);
      await write({ 'a.yml': rule('a', `"l${said}x"`) });
      expect((await checkRules([folder])).mistakes).toEqual([]);
    }
    const joined = [rule('a', 'b'), rule('c', 'l\ufffdx')].map((text) => `\ufeff${text}`).join('--- # next\n');
    for (const end of ['\n', '\r\n', '\r']) {
      await write({ 'a.yml': joined.replaceAll('\n', end) });
      const { mistakes, warnings, events } = await checkRules([folder]);
      expect([mistakes, events.length]).toEqual([[], 2]);
      expect(warnings.map(({ line, reason }) => [line, reason])).toEqual([
        [11, expect.stringContaining('U+FFFD stands where a letter was lost')],
      ]);
    }
  });

  it('is warned of where a file holds nothing, and refused where no file holds a rule', async () => {
    await write({ 'a.yml': '# later\n---\n# more\n' });
    const { warnings, mistakes } = await checkRules([folder]);
    expect(warnings).toMatchObject([
      { line: 1, reason: 'the file holds no document, only comments or nothing: no rule comes from it' },
    ]);
    expect(mistakes).toMatchObject([{ line: 1, reason: expect.stringContaining('no file holds a correlation') }]);
  });

  it('is warned of where a rule sends people to a runbook that is not there', async () => {
    const own = `${over('outer', 'a')}vigie: { runbook: guides/night.md }\n`;
    await write({ 'a.yml': `${rule('a', 'b')}---\n${own}` });
    expect((await checkRules([folder])).warnings).toMatchObject([
      { reason: expect.stringContaining('the runbook "guides/night.md" is neither in') },
    ]);
    await write({ 'guides/night.md': '# Night' });
    expect((await checkRules([folder])).warnings).toEqual([]);
  });

  it('that cannot be read in part blames nobody for what is missing', async () => {
    const unused = 'title: u\nname: u\nlogsource: {product: ehr}\ndetection: {x: {device: b}, condition: x}\n';
    const inner = over('inner', 'u').replace('level: low\n', '');
    for (const broken of [
      'title: *a\nname: ev\n',
      'a: [',
      `d: ${'x'.repeat(70_000)}`,
      'name: ev\ndetections: {}\n',
      'name: ev\ncorrelation: {rules: inner}\n',
      'a: 1\na: 2\n',
    ]) {
      await write({ 'a.yml': broken, 'b.yml': [over('c', 'ev'), over('d', '[ev, u]'), unused, inner].join('---\n') });
      const { mistakes } = await checkRules([folder]);
      expect([broken.slice(0, 20), new Set(mistakes.map(({ file }) => basename(file)))]).toEqual([
        broken.slice(0, 20),
        new Set(['a.yml']),
      ]);
    }
  });

  it('that is a pipe is a mistake, and nobody waits for who writes into it', async () => {
    const path = join(folder, 'pipe.yml');
    execFileSync('mkfifo', [path]);
    const { mistakes } = await readRuleFiles(path);
    expect(mistakes).toEqual([{ file: path, line: 1, reason: 'cannot be read: it is a pipe, not a file: put a file there' }]);
    const clinics = await readLists(defaultListsDir, path).catch((cause: unknown) => String(cause));
    expect(clinics).toContain(`${path}:1: cannot be read: it is a pipe`);
  });

  it('that is empty is a mistake', async () => {
    const reason = 'there is no .yml file here: a system without rules finds nothing, give the folder of the rules';
    expect((await readRuleFiles(folder)).mistakes).toEqual([{ file: folder, line: 1, reason }]);
  });

  it('that is not there is a mistake', async () => {
    const { mistakes } = await readRuleFiles(join(folder, 'none'));
    expect(mistakes.map(mistakeText)).toEqual([expect.stringMatching(/none:1: cannot be read: ENOENT/)]);
  });

  it('with a huge file is refused before it is read', async () => {
    await write({ 'a.yml': 'x'.repeat(2 ** 20 + 1), 'b.yml': 'x'.repeat(65_537) });
    const { files, mistakes } = await readRuleFiles(folder);
    expect(files).toMatchObject([{ path: join(folder, 'b.yml') }]);
    expect(mistakes[0]?.reason).toBe('the file has 1048577 bytes, more than 65536: split it into several files');
    expect((await checkRules([folder])).mistakes.map(({ reason }) => reason)).toEqual([
      'the file has 1048577 bytes, more than 65536: split it into several files',
      'the file has 65537 bytes, more than 65536: split it into several files',
    ]);
  });

  it('is checked together with the other paths, each file once', async () => {
    const event = 'title: a\nname: a\nlogsource: {product: ehr}\ndetection: {x: {actor_id|expand: "%staff%"}, condition: x}\n';
    const correlation =
      'title: Two\nname: b\nlevel: low\ncorrelation: {type: value_count, rules: a, group-by: [group_id, actor_id], timespan: 90m, condition: {field: [patient_id, clinic_id], gt: 1}}\n';
    await write({ 'a.yml': event, 'more/b.yml': correlation });
    const { sentences, mistakes } = await checkRules([folder, join(folder, 'more')], new Map([['staff', ['x']]]));
    expect(mistakes).toEqual([]);
    expect(sentences).toEqual([
      `${join(folder, 'more/b.yml')}:1 Two: Raises a low incident when one account reaches at least 2 different combinations of patient_id and clinic_id within 90 minutes. What counts: "a".`,
    ]);
  });
});

describe('an exception in a folder', () => {
  it('is warned of from the instant on at which it expired, and is no mistake', async () => {
    await write({
      'a.yml': `title: a
name: a
logsource: {product: ehr}
detection: {x: {action: read}, condition: x}
---
title: Two
name: b
level: low
correlation: {type: event_count, rules: a, group-by: [group_id, actor_id], timespan: 90m, condition: {gte: 2}}
---
title: Move
name: c
logsource: {product: ehr}
filter: {rules: a, x: {actor_id: m}, condition: not x}
vigie: {expires: 2027-01-31, owner: dpo, reason: the move}
`,
    });
    const end = Date.parse('2027-01-31T00:00:00Z');
    expect(await checkRules([folder], undefined, end - 1)).toMatchObject({ warnings: [], mistakes: [] });
    const { warnings, exceptions, mistakes } = await checkRules([folder], undefined, end);
    expect(mistakes).toEqual([]);
    expect(warnings.map(mistakeText)).toEqual([
      `${join(folder, 'a.yml')}:11: the exception "Move" of dpo has expired at 2027-01-31T00:00:00.000Z and does nothing since: delete or renew it`,
    ]);
    expect(exceptions).toEqual([
      `${join(folder, 'a.yml')}:11 Move: Takes out of "a", until 2027-01-31T00:00:00.000Z: actor_id is "m". dpo answers for it: the move`,
    ]);
  });
});

describe('the register of clinics', () => {
  it('closes each clinic for its group from closed_at on, beside what a file says', async () => {
    const csv = `${heading}g,c1,"Old, ""small""",2001-01-01,2024-06-01\ng,c2,Open,,\nh,c1,Other,,2025-01-01T12:00:00+01:00\n`;
    await write({ 'closed_clinics.txt': 'c7\n', 'register.csv': csv });
    expect((await readLists(folder, join(folder, 'register.csv'))).get('closed_clinics')).toEqual([
      'c7',
      { text: 'c1', groupId: 'g', fromMs: Date.parse('2024-06-01') },
      { text: 'c1', groupId: 'h', fromMs: Date.parse('2025-01-01T11:00:00Z') },
    ]);
    expect((await readLists(defaultListsDir)).get('closed_clinics')).toEqual([]);
  });

  it('with a mistake says where it is', async () => {
    await write({ 'register.csv': `${heading}g,c1,Old,,1.6.2024\n` });
    const file = join(folder, 'register.csv');
    await expect(readLists(folder, file)).rejects.toThrow(
      `the register of clinics has 1 mistake(s):\n  ${file}:2: closed_at is "1.6.2024"`,
    );
    await expect(readLists(folder, join(folder, 'none.csv'))).rejects.toThrow('none.csv:1: cannot be read: ENOENT');
  });

  it('is known to the rules of a process, with the lists of elsewhere', async () => {
    const rule = `title: a
name: a
logsource: {product: ehr}
detection: {x: {"clinic_id|expand": "%closed_clinics%"}, condition: x}
---
title: Two
name: b
level: low
correlation: {type: event_count, rules: a, group-by: [group_id, actor_id], timespan: 90m, condition: {gte: 2}}
`;
    await write({ 'rules/a.yml': rule, 'register.csv': `${heading}g,c1,,,2024-06-01\n` });
    const config = {
      VIGIE_RULES_DIR: join(folder, 'rules'),
      VIGIE_LISTS_DIR: defaultListsDir,
      VIGIE_CLINICS_FILE: join(folder, 'register.csv'),
    };
    const elsewhere = new Map([['closed_clinics', [{ text: 'c9', untilMs: Date.parse('2024-01-01') }]]]);
    const { selections } = await requireRules(config, elsewhere);
    const selected = (clinic_id: string, group_id: string, time: string) => selections[0]?.matches({ clinic_id, group_id, time });
    expect(selected('c1', 'g', '2024-06-01T00:00:00.000Z')).toBe(true);
    expect(selected('C1', 'g', '2024-06-01T00:00:00.000Z')).toBe(true);
    expect(selected('c1', 'g', '2024-05-31T23:59:59.999Z')).toBe(false);
    expect(selected('c1', 'h', '2024-06-01T00:00:00.000Z')).toBe(false);
    expect(selected('c2', 'g', '2024-06-01T00:00:00.000Z')).toBe(false);
    expect(selected('c9', 'h', '2023-12-31T23:59:59.999Z')).toBe(true);
    expect(selected('c9', 'h', '2024-01-01T00:00:00.000Z')).toBe(false);
  });
});

describe('a folder of lists', () => {
  it('has a file that no rule names told, by the name of another one or by a slip in it', async () => {
    await write({
      'rules/a.yml': rule('a', 'd').replace('device: d', "actor_id|expand: '%service_accounts%'"),
      'lists/service-accounts.txt': 'svc-a\n',
      'lists/service_accounts.txt.txt': 'svc-a\n',
      'lists/house_networks.txt': '10.0.0.0/8\n',
    });
    const own = await ownListFiles(join(folder, 'lists'));
    const { warnings } = await checkRules([join(folder, 'rules')], await readLists(join(folder, 'lists')), 0, own);
    expect(warnings.map(({ file, reason }) => [basename(file), reason])).toEqual([
      ['service-accounts.txt', expect.stringContaining('no rule names the list "service-accounts", they name service_accounts')],
      ['service_accounts.txt.txt', expect.stringContaining('no rule names the list "service_accounts.txt"')],
    ]);
  });

  it('gives names as accesses have them, and warns of what stands beside a value', async () => {
    const spelt = { 'rules/a.yml': rule('a', 'd').replace('device: d', "actor_id|expand: '%service_accounts%'") };
    await write({ ...spelt, 'lists/service_accounts.txt': 'svc-a\u200b\ne\u0301lodie\nsvc-b # of the laboratory\n"svc-c"\n' });
    const { files } = await readRuleFiles(join(folder, 'rules'));
    const { selections, warnings } = loadRules(files, await readLists(join(folder, 'lists')));
    expect(['svc-a', '\u00e9lodie', 'svc-b'].map((actor_id) => selections[0]?.matches({ actor_id }))).toEqual([
      true,
      true,
      false,
    ]);
    expect(warnings).toEqual([expect.objectContaining({ reason: expect.stringContaining('a value stands alone in its line') })]);
  });

  it('gives one list a text file, without comments and empty lines', async () => {
    await write({ 'service_accounts.txt': '# ours\nsvc-a\r\n\n  svc-b  \n', 'other.csv': 'x' });
    expect(await readValueLists(folder)).toEqual(new Map([['service_accounts', ['svc-a', 'svc-b']]]));
  });

  it('that is not there is a mistake, and so is each list that cannot be read', async () => {
    const none = join(folder, 'none');
    await expect(readValueLists(none)).rejects.toThrow(
      `the lists have 1 mistake(s):\n  ${none}:1: the folder of lists cannot be read: ENOENT`,
    );
    await write({ 'vip.txt': 'x', 'huge.txt': '', 'huger.txt': '' });
    for (const name of ['huge', 'huger']) await truncate(join(folder, `${name}.txt`), 2 ** 25 + 1);
    await expect(readValueLists(folder)).rejects.toThrow(ConfigError);
    await expect(readValueLists(folder)).rejects.toThrow(
      `the lists have 2 mistake(s):\n  ${join(folder, 'huge.txt')}:1: cannot be read: it has 33554433 bytes, more than 33554432: is it another file?\n  ${join(folder, 'huger.txt')}:1: cannot be read`,
    );
  });
});
