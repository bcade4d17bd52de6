import type { AssistantReader } from '#libs/access-store/assistant/assistant-reader.js';
import type { FigureReader } from '#libs/access-store/assistant/figure-reader.js';
import type { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import type { NotificationReader } from '#libs/access-store/incidents/case-notifications.js';
import type { SourceHealth } from '#libs/access-store/sources/source-health.js';
import type { RuleScore } from '#libs/access-store/verdicts/rule-verdicts.js';
import type { Controllers } from '#libs/cases/policy.js';
import type { Rule } from '#libs/detection/rule/rule.js';
import type { Lengths } from '#libs/dossier/deadlines.js';
import type { CaseSight } from '../visible/case-sight.js';

/** Where tools look. Whatever asks the store rejects with `Transient` while it is away. */
export interface Sources {
  readonly sight: CaseSight;
  /** Who answers for which clinic. */
  readonly controllers: Controllers;
  readonly reader: Pick<
    AssistantReader,
    'figures' | 'shape' | 'context' | 'closed' | 'days' | 'habits' | 'peers' | 'accounting' | 'leaks' | 'findings'
  >;
  readonly figures: Pick<FigureReader, 'rows'>;
  readonly notifications: Pick<NotificationReader, 'of'>;
  readonly shelf: Pick<DossierShelf, 'snapshots'>;
  readonly health: (nowMs: number, groupId: string) => Promise<readonly SourceHealth[]>;
  /** The rules in use, and what people found of their cases in so many weeks. */
  readonly rules: (of: {
    readonly groupId: string;
    readonly nowMs: number;
    readonly weeks: number;
  }) => Promise<{ readonly loaded: readonly Rule[]; readonly verdicts: readonly RuleScore[] }>;
  /** How long legal clocks run. */
  readonly lengths: () => Lengths;
}
