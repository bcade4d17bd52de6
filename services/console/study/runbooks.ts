import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '#libs/runtime/paths.js';
import { codeOf } from '#libs/runtime/outcome.js';
import { type Answer, refused } from '../answer/answer.js';
import type { RuleTools } from './rule-book.js';

const folder = join(projectRoot, 'docs', 'runbooks');
const nameShape = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
const pathShape = /^docs\/runbooks\/([a-z0-9-]+)\.md$/;

/** What to do about which incident: Markdown, and its first heading. */
export interface Runbook {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  /** Null where it is in English alone. */
  readonly title_fr: string | null;
  readonly text_fr: string | null;
}

/** All of them; none where the pages are not installed. */
export function readRunbooks(): readonly Runbook[] {
  const files = read(() => readdirSync(folder)) ?? [];
  return files.flatMap((file) => (file.endsWith('.md') ? (readRunbook(file.slice(0, -'.md'.length)) ?? []) : []));
}

/** `GET /v1/runbooks/{name}`. Nothing of a case is in it, and it is not written down who reads it. */
export function showRunbook(name: string): Answer {
  const runbook = readRunbook(name);
  return runbook ? { status: 200, body: { runbook } } : unknown;
}

/** The one that the file of a rule names: `GET /v1/rules/{id}/runbook`. Rejects with `ConfigError` where rules cannot be read. */
export async function showRunbookOf(sources: Pick<RuleTools, 'loaded'>, id: string): Promise<Answer> {
  const { rules } = await sources.loaded();
  const rule = rules.find((one) => one.id === id);
  if (!rule) return refused(404, 'unknown_rule', 'no rule in use has this id: GET /v1/rules lists them');
  return showRunbook(pathShape.exec(rule.runbook)?.[1] ?? '');
}

const unknown = refused(
  404,
  'unknown_runbook',
  'no page of docs/runbooks has this name: GET /v1/rules/{id} says where a rule keeps its own',
);

function readRunbook(name: string): Runbook | undefined {
  if (!nameShape.test(name)) return undefined;
  const text = read(() => readFileSync(join(folder, `${name}.md`), 'utf8'));
  const french = read(() => readFileSync(join(folder, 'fr', `${name}.md`), 'utf8')) ?? null;
  return text === undefined
    ? undefined
    : { name, title: titleOf(text) ?? name, text, title_fr: french && (titleOf(french) ?? name), text_fr: french };
}

function titleOf(text: string): string | undefined {
  return /^# (.+)$/m.exec(text)?.[1];
}

/** Undefined for what is not there. */
function read<T>(from: () => T): T | undefined {
  try {
    return from();
  } catch (cause) {
    if (codeOf(cause) === 'ENOENT') return undefined;
    throw cause;
  }
}
