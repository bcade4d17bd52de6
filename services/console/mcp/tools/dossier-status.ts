import { z } from 'zod';
import { countedOf } from '#libs/cases/timeline.js';
import type { CaseView } from '#libs/cases/case-book.js';
import type { Controller } from '#libs/contracts/controller.js';
import { certainties, snapshotKinds } from '#libs/contracts/dossier.js';
import { breachFacts } from '#libs/dossier/breach-facts.js';
import { clocksOf } from '#libs/dossier/clocks.js';
import { clockNames } from '#libs/dossier/deadlines.js';
import { ok, refused } from '../../answer/answer.js';
import { isAnswer } from '../../answer/find-case.js';
import type { Sources } from '../sources.js';
import { argumentsOf, type Asking, type AssistantTool, defineTool, idPrefix, investigators } from '../tool.js';
import { ownNameText } from '../untrusted.js';
import { caseFor } from './case-part.js';

const clock = z.strictObject({
  clock: z.enum(clockNames),
  state: z.enum(['running', 'met', 'met_late', 'stopped']),
  began_at: z.string(),
  due_at: z.string(),
  seconds_left: z.number().nullable(),
});
const snapshot = z.strictObject({
  snapshot_id: z.string(),
  number: z.number(),
  kind: z.enum(snapshotKinds),
  frozen_at: z.string(),
  scope_version: z.number(),
  patients: z.number(),
  exposed: z.number(),
  per_tier: z.partialRecord(z.enum(certainties), z.number()),
  unnamed_records: z.number(),
  list_sha256: z.string(),
  manifest_sha256: z.string(),
});
const controller = z.strictObject({
  controller_id: z.string(),
  qualified: z.enum(['breach', 'no_breach']).nullable(),
  risk: z.enum(['none', 'risk', 'high']).nullable(),
  aware_at: z.string().nullable(),
  /** What a person has to say before a notification is complete. */
  unknown: z.array(z.enum(['qualification', 'awareness', 'snapshot', 'notification'])),
  clocks: z.array(clock),
  snapshots: z.array(snapshot),
});

export function dossierStatusTool({
  sight,
  controllers: register,
  shelf,
  lengths,
}: Pick<Sources, 'sight' | 'controllers' | 'shelf' | 'lengths'>): AssistantTool {
  return defineTool({
    name: 'dossier_status',
    title: 'Is the notification ready',
    description:
      'For each controller of a case: whether it was qualified as a breach, what is still unknown, legal clocks, and the figures and digests of what is frozen. Never a list, never a letter.',
    roles: investigators,
    input: argumentsOf({ case_id: idPrefix }),
    output: z.strictObject({ case_id: z.string(), controllers: z.array(controller) }),
    run: async (asking, { case_id }) => {
      const ofAll = refused(403, 'not_allowed', 'a dossier is of all clinics of its controller, and this token sees some');
      if (asking.assistant.user.clinics !== undefined) return ofAll;
      const seen = caseFor(sight, asking, case_id);
      if (isAnswer(seen)) return seen;
      const view = seen.whole;
      if (!view) return ofAll;
      const frozen = (await Promise.all([...view.state.members.keys()].map((id) => shelf.snapshots(id)))).flat();
      const controllers = view.row.controllers.map((id) =>
        controllerOf(
          asking,
          view,
          { id, nis2: register.nis2(view.row.group_id, id) },
          frozen.filter(({ controller_id }) => controller_id === id),
          lengths(),
        ),
      );
      return {
        ...ok({ case_id: view.row.case_id, controllers }, { case_id: view.row.case_id, rows: controllers.length }),
        ids: frozen.map(({ snapshot_id }) => snapshot_id),
      };
    },
  });
}

type Frozen = Awaited<ReturnType<Sources['shelf']['snapshots']>>[number];

function controllerOf(
  { now }: Asking,
  view: CaseView,
  { id, nis2 }: { id: string; nis2: Controller['nis2'] },
  frozen: readonly Frozen[],
  lengths: ReturnType<Sources['lengths']>,
): object {
  const { row, state } = view;
  const machine = {
    firstTime: row.first_time,
    detectedAt: row.opened_at,
    firstToldAt: row.opened_at,
    acknowledgedAt: row.acknowledged_at ?? undefined,
  };
  const facts = breachFacts({ controller_id: id, nis2 }, machine, countedOf(state));
  const { qualified, sent } = facts;
  const unknown = [
    ...(qualified ? [] : ['qualification']),
    ...(qualified?.is_breach && !qualified.aware_at ? ['awareness'] : []),
    ...(frozen.length === 0 ? ['snapshot'] : []),
    ...(qualified?.is_breach && !sent.some(({ authority }) => authority === 'cnil') ? ['notification'] : []),
  ];
  return {
    controller_id: ownNameText(id),
    qualified: qualified ? (qualified.is_breach ? 'breach' : 'no_breach') : null,
    risk: qualified?.risk ?? null,
    aware_at: qualified?.aware_at ?? null,
    unknown,
    clocks: clocksOf(facts, lengths, now).map(({ clock: name, state: at, began_at, due_at, seconds_left }) => ({
      clock: name,
      state: at,
      began_at,
      due_at,
      seconds_left: seconds_left ?? null,
    })),
    snapshots: frozen.toSorted((a, b) => a.number - b.number).map(shownSnapshot),
  };
}

function shownSnapshot(frozen: Frozen): object {
  const {
    snapshot_id,
    number,
    kind,
    frozen_at,
    scope_version,
    patients,
    exposed,
    per_tier,
    unnamed_records,
    list_sha256,
    manifest_sha256,
  } = frozen;
  return {
    snapshot_id,
    number,
    kind,
    frozen_at,
    scope_version,
    patients,
    exposed,
    per_tier,
    unnamed_records,
    list_sha256,
    manifest_sha256,
  };
}
