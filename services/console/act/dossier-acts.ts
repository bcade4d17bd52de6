import { z } from 'zod';
import type { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import { ruleFilesOf } from '#libs/dossier/rule-files.js';
import type { CaseView } from '#libs/cases/case-book.js';
import { givenAnswers } from '#libs/cases/given-answers.js';
import { countedOf } from '#libs/cases/timeline.js';
import { snapshotKinds } from '#libs/contracts/dossier.js';
import { hex128Of } from '#libs/contracts/hex128.js';
import { dossierOf, value } from '#libs/dossier/dossier.js';
import { ownVersion } from '#libs/runtime/paths.js';
import { type Answer, refused, storeBehind, unfit } from '../answer/answer.js';
import { isAnswer } from '../answer/find-case.js';
import { frozenOf, wholeOf } from '../answer/dossiers.js';
import { wrongController } from './check-controller.js';
import { type ActTools, keyShape, takeAction, type Wish } from './take-action.js';

export interface DossierActTools extends ActTools {
  readonly shelf: Pick<DossierShelf, 'snapshots' | 'input' | 'freeze'>;
  /** Folder of the rules, whose digests a manifest holds. */
  readonly rulesDir: string;
  /** Whether the store has a case as it stands: what was linked a moment ago would be missing in the list that is frozen for good. */
  readonly stored: (caseId: string) => Promise<boolean>;
}

const freezeBody = z.strictObject({ kind: z.enum(snapshotKinds).optional() });
const patchBody = z.strictObject({
  fields: z.record(z.string(), z.strictObject({ value, seen_at: z.string().max(40).optional() })),
  seen_version: z.int().nonnegative().optional(),
});

/** `POST .../freeze`: freezes the list of a controller and has its case say so. The same key is one snapshot. 503 while the store does not know the case. */
export async function freezeDossier(tools: DossierActTools, controllerId: string, wish: Wish): Promise<Answer> {
  const { user, seen, key } = wish;
  const view = wholeOf(user, seen);
  if (isAnswer(view)) return view;
  const read = freezeBody.safeParse(wish.body ?? {});
  if (!read.success) return unfit(`kind is one of ${snapshotKinds.join(', ')}, and nothing else is given`, 'kind');
  if (key === undefined || !keyShape.test(key)) return takeAction(tools, { ...wish, key });
  const named = { type: 'dossier.frozen', controller_id: controllerId } as Parameters<typeof wrongController>[2];
  const wrong = wrongController(view, tools.register, named);
  if (wrong) return wrong;
  const { case_id: caseId } = view.row;
  const idBegin = hex128Of(JSON.stringify(['frozen', caseId, controllerId, key])).slice(0, 16);
  const order = {
    caseId,
    controllerId,
    idBegin,
    by: user.id,
    kind: read.data.kind,
    vigie: ownVersion(),
    rules: ruleFilesOf(tools.rulesDir),
  };
  const frozen = (await tools.stored(caseId)) ? await tools.shelf.freeze(tools.clock, order) : undefined;
  if (!frozen) return storeBehind;
  const { manifest: _manifest, ...snapshot } = frozen;
  const { snapshot_id, controller_id, number, list_sha256, manifest_sha256, patients, exposed } = frozen;
  const body = { type: 'dossier.frozen', controller_id, snapshot_id, number, list_sha256, manifest_sha256, patients, exposed };
  const taken = await takeAction(tools, { ...wish, key: `frozen-${snapshot_id}`, body });
  return taken.status === 200 ? { ...taken, body: { ...taken.body, snapshot } } : taken;
}

/**
 * `PATCH .../dossier/{controller}`: answers of a person to fields, all or none. `seen_at` is the `at` of the person's answer that they saw; where it is left
 * out, the present one. 409 when somebody else has answered one since.
 */
export async function answerDossier(tools: DossierActTools, controllerId: string, wish: Wish): Promise<Answer> {
  const { user, seen } = wish;
  const view = wholeOf(user, seen);
  if (isAnswer(view)) return view;
  const read = patchBody.safeParse(wish.body);
  if (!read.success || Object.keys(read.data.fields).length === 0)
    return unfit(
      'fields holds, by part.field, {value, seen_at}: a value is a text, a number, true or false, texts, or null',
      'fields',
    );
  const known = await fieldsOf(tools, controllerId, view);
  if ('status' in known) return known;
  const strange = Object.keys(read.data.fields).find((place) => !known.has(place));
  if (strange !== undefined) return unfit(`the dossier has no such field; it has ${[...known].join(', ')}`, 'fields');
  const before = givenAnswers(countedOf(view.state), controllerId);
  const fields = Object.entries(read.data.fields);
  const answers = Object.fromEntries(fields.map(([place, given]) => [place, JSON.stringify(given.value)]));
  const answers_seen = Object.fromEntries(fields.map(([place, { seen_at }]) => [place, seen_at ?? before.get(place)?.at ?? '']));
  const { seen_version } = read.data;
  const body = {
    type: 'dossier.answered',
    controller_id: controllerId,
    answers,
    answers_seen,
    ...(seen_version !== undefined && { seen_version }),
  };
  return takeAction(tools, { ...wish, body });
}

/** What the newest dossier has, as `part.field`. */
async function fieldsOf(
  { shelf, book, clock, lengths }: DossierActTools,
  controllerId: string,
  view: CaseView,
): Promise<ReadonlySet<string> | Answer> {
  const snapshot = (await frozenOf(shelf, view, controllerId)).at(-1);
  if (!snapshot) return refused(404, 'nothing_frozen', 'nothing is frozen of this controller in this case: freezing comes first');
  const input = await shelf.input(snapshot, { standing: book.caseOf(snapshot.case_id, clock.now()), lengths, answers: {} });
  const { parts } = dossierOf(input);
  return new Set(Object.entries(parts).flatMap(([part, fields]) => Object.keys(fields).map((name) => `${part}.${name}`)));
}
