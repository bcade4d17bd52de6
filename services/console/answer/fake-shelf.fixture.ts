import { Readable } from 'node:stream';
import { answersOf, type ShelfOrder } from '#libs/access-store/dossiers/dossier-shelf.js';
import type { ListDifference } from '#libs/access-store/dossiers/snapshot-store.js';
import type { Verification } from '#libs/access-store/dossiers/verification.js';
import type { CaseView } from '#libs/cases/case-book.js';
import { givenAnswers } from '#libs/cases/given-answers.js';
import { countedOf } from '#libs/cases/timeline.js';
import type { DossierSnapshot } from '#libs/contracts/dossier.js';
import type { DossierInput } from '#libs/dossier/dossier.js';
import { Transient } from '#libs/runtime/outcome.js';

/** Snapshots in memory, of each a list of one line. */
export class FakeShelf {
  frozen: readonly DossierSnapshot[] = [];

  async snapshots(prefix: string, controllerId?: string): Promise<readonly DossierSnapshot[]> {
    return this.frozen.filter(
      ({ snapshot_id, case_id, controller_id }) =>
        [snapshot_id, case_id].includes(prefix) && (controllerId ?? controller_id) === controller_id,
    );
  }

  list(snapshotId: string): Readable {
    return Readable.from([`${snapshotId}\n`]);
  }

  /** What is found of every snapshot when it is looked at again. */
  found: Omit<Verification, 'snapshot'> = { mistakes: [], moved: [], late: [] };

  async verification(snapshot: DossierSnapshot): Promise<Verification> {
    return { snapshot, ...this.found };
  }

  async movement(): Promise<Pick<Verification, 'moved' | 'late'>> {
    return this.found;
  }

  async difference(): Promise<readonly ListDifference[]> {
    return this.found.moved;
  }

  /** Undefined while the store does not answer. */
  made: DossierInput | undefined;
  freezings = 0;

  async input(snapshot: DossierSnapshot, { standing }: { readonly standing: CaseView | undefined }): Promise<DossierInput> {
    if (!this.made) throw new Transient('the store does not answer');
    const actions = standing ? countedOf(standing.state) : [];
    return { ...this.made, actions, answers: answersOf(givenAnswers(actions, snapshot.controller_id)) };
  }

  async freeze(_clock: unknown, order: ShelfOrder): Promise<DossierSnapshot | undefined> {
    const earlier = this.frozen.find(({ snapshot_id }) => snapshot_id.startsWith(order.idBegin));
    if (earlier || !this.freezes) return earlier;
    this.freezings += 1;
    const made = {
      ...this.freezes,
      snapshot_id: order.idBegin.padEnd(32, '0'),
      case_id: order.caseId,
      controller_id: order.controllerId,
      frozen_by: order.by,
      kind: order.kind ?? 'initial',
    };
    this.frozen = [...this.frozen, made];
    return made;
  }

  /** What is frozen next but for what is asked; undefined while the store knows no such case. */
  freezes: DossierSnapshot | undefined;
}
