/** Copies the files that compiled code reads beside itself (.sql, .json, .yml under libs/ and services/) into dist/, newer ones only. */
import { cpSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const wanted = /\.(sql|json|yml|csv)$/;

for (const top of ['libs', 'services', 'cli']) {
  for (const entry of readdirSync(join(root, top), { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !wanted.test(entry.name) || entry.name.startsWith('tsconfig')) continue;
    const from = join(entry.parentPath, entry.name);
    const to = join(root, 'dist', relative(root, from));
    const old = statSync(to, { throwIfNoEntry: false });
    if (!old || old.mtimeMs < statSync(from).mtimeMs) cpSync(from, to);
  }
}
