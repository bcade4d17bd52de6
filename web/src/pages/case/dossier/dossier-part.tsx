import { Link, useSearch } from 'wouter';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { Me, Snapshot } from '../../../api/answers.js';
import { useConfirmed } from '../../../api/confirmed.js';
import { useDossier, useDossierLabels, useSnapshots } from '../../../api/queries.js';
import { Block } from '../../../parts/block.js';
import { Confirm } from '../../../parts/confirm.js';
import { casePath } from '../../../routes.js';
import { useTexts } from '../../../texts/context.js';
import { DossierFields } from './dossier-fields.js';
import { Freeze } from './freeze.js';
import { SnapshotTable } from './snapshot-table.js';

/** Is the notification ready? For one controller at a time: each has clocks, a list and a dossier of its own. */
export function DossierPart({ row, me }: { readonly row: SeenRow; readonly me: Me }) {
  const { t } = useTexts();
  const wanted = new URLSearchParams(useSearch()).get('of');
  const controller = row.controllers.find((one) => one === wanted) ?? row.controllers[0] ?? '';
  const mayRead = me.roles.includes('dpo') && me.clinics === null;
  const answer = useSnapshots(row.case_id, mayRead);
  return (
    <section aria-labelledby="dossier">
      <h2 id="dossier">{t.dossier.title(controller)}</h2>
      {row.controllers.length > 1 && (
        <nav className="accounts" aria-label={t.dossier.controllers}>
          {row.controllers.map((one) => (
            <Link
              key={one}
              href={`${casePath(row.case_id, '/dossier')}?of=${encodeURIComponent(one)}`}
              aria-current={one === controller ? 'page' : undefined}
            >
              {one}
            </Link>
          ))}
        </nav>
      )}
      {mayRead ? (
        <Block answer={answer}>
          {({ snapshots }) => (
            <OfController
              key={controller}
              id={row.case_id}
              controller={controller}
              snapshots={snapshots.filter(({ controller_id: of }) => of === controller)}
            />
          )}
        </Block>
      ) : (
        <p className="hint">{t.dossier.mayNot}</p>
      )}
    </section>
  );
}

interface OfProps {
  readonly id: string;
  readonly controller: string;
  readonly snapshots: readonly Snapshot[];
}

function OfController({ id, controller, snapshots }: OfProps) {
  const { t } = useTexts();
  const confirmed = useConfirmed();
  const labels = useDossierLabels();
  const dossier = useDossier(id, controller, snapshots.length > 0);
  return (
    <>
      {snapshots.length === 0 && <p>{t.dossier.nothingFrozen}</p>}
      {snapshots.length > 0 && (
        <Block answer={labels}>
          {(words) => (
            <Block answer={dossier}>
              {(shown) => <DossierFields id={id} controller={controller} dossier={shown} labels={words} />}
            </Block>
          )}
        </Block>
      )}
      {!confirmed.isConfirmed && <Confirm confirm={confirmed.confirm} />}
      <Freeze id={id} controller={controller} hasFrozen={snapshots.length > 0} confirmed={confirmed} />
      {snapshots.length > 0 && <SnapshotTable snapshots={snapshots} isConfirmed={confirmed.isConfirmed} />}
    </>
  );
}
