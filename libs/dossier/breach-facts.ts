import type { CaseAction } from '#libs/contracts/case-action.js';
import type { Controller } from '#libs/contracts/controller.js';

type ActionOf<Type extends CaseAction['type']> = Extract<CaseAction, { readonly type: Type }>;

/** What Vigie knows of a case by itself: wall clock but for `firstTime`, which is when the accesses began. */
export interface MachineFacts {
  readonly firstTime: string;
  readonly detectedAt: string;
  /** When somebody was first told; undefined until then. */
  readonly firstToldAt: string | undefined;
  readonly acknowledgedAt: string | undefined;
}

/** What is known of a case for one controller: what its clocks, and the dossier, are made of. */
export interface BreachFacts extends MachineFacts {
  readonly controllerId: string;
  readonly nis2: Controller['nis2'];
  /** When a processor told it; where nobody said, when somebody was first told. */
  readonly informedAt: string | undefined;
  /** Who told it, where somebody said. */
  readonly informed: ActionOf<'breach.informed'> | undefined;
  /** The last one: what people think now. */
  readonly qualified: ActionOf<'breach.qualified'> | undefined;
  /** The first one, which ends the investigation. */
  readonly firstQualifiedAt: string | undefined;
  /** Since when, without a break, the risk is high. */
  readonly highRiskSince: string | undefined;
  /** Since when, without a break, it is a breach: when that was said. */
  readonly breachSince: string | undefined;
  /** In order. */
  readonly sent: readonly ActionOf<'dossier.sent'>[];
  readonly peopleInformed: readonly ActionOf<'dossier.people_informed'>[];
}

/** Actions of a case that count, in order, as the facts of one controller. */
export function breachFacts(
  controller: Pick<Controller, 'controller_id' | 'nis2'>,
  machine: MachineFacts,
  actions: readonly CaseAction[],
): BreachFacts {
  const id = controller.controller_id;
  const own = actions.filter((action) => 'controller_id' in action && action.controller_id === id);
  const of = <Type extends CaseAction['type']>(type: Type) =>
    own.filter((action): action is ActionOf<Type> => action.type === type);
  const qualified = of('breach.qualified');
  const informed = of('breach.informed').at(-1);
  return {
    ...machine,
    controllerId: id,
    nis2: controller.nis2,
    informedAt: informed?.informed_at ?? machine.firstToldAt,
    informed,
    qualified: qualified.at(-1),
    firstQualifiedAt: qualified[0]?.at,
    highRiskSince: sinceWhen(qualified, ({ is_breach, risk }) => is_breach && risk === 'high'),
    breachSince: sinceWhen(qualified, ({ is_breach }) => is_breach),
    sent: of('dossier.sent'),
    peopleInformed: of('dossier.people_informed'),
  };
}

/** The first of the last actions, without a break, for which something holds. */
function sinceWhen<Action extends { readonly at: string }>(
  actions: readonly Action[],
  holds: (action: Action) => boolean,
): string | undefined {
  const before = actions.findLastIndex((action) => !holds(action));
  return actions[before + 1]?.at;
}
