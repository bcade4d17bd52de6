import type { Snapshot } from '../../../api/answers.js';
import { Table } from '../../../parts/table.js';
import { Time } from '../../../parts/time.js';
import { SnapshotChecks } from './snapshot-checks.js';
import { useTexts } from '../../../texts/context.js';

const files = [
  'cnil.pdf',
  'cnil.docx',
  'cert-sante.pdf',
  'letter.fr.docx',
  'letter.en.docx',
  'register.csv',
  'timeline.csv',
  'dossier.json',
  'manifest.json',
] as const;

/** What was frozen, the newest first, with its files; what came to the figure since the one before. */
export function SnapshotTable({
  snapshots,
  isConfirmed,
}: {
  readonly snapshots: readonly Snapshot[];
  readonly isConfirmed: boolean;
}) {
  const { t, f, locale } = useTexts();
  const heads = [
    [t.dossier.frozenAt],
    [t.dossier.exposed, 'number'],
    [t.dossier.attempted, 'number'],
    [t.dossier.digest],
    [t.dossier.files],
  ] as const;
  const before = (number: number) => snapshots.find((one) => one.number === number - 1);
  return (
    <>
      <h3 id="snapshots">{t.dossier.snapshots}</h3>
      <Table name={{ id: 'snapshots' }} caption={t.dossier.caption(snapshots.length)} heads={heads}>
        {snapshots.toReversed().map((one) => (
          <tr key={one.snapshot_id}>
            <th scope="row">
              {t.dossier.numbered(one.number, t.dossier.kinds[one.kind])}
              <span className="below">
                <Time at={one.frozen_at} />, {one.frozen_by}
              </span>
            </th>
            <td className="number big">
              {f.number(one.exposed)}
              <span className="below">{t.dossier.since(one.exposed - (before(one.number)?.exposed ?? one.exposed))}</span>
            </td>
            <td className="number">{f.number(one.patients - one.exposed)}</td>
            <td>
              <code title={one.list_sha256}>{one.list_sha256.slice(0, 12)}</code>
              <span className="below">
                <code>vigie dossier verify {one.snapshot_id.slice(0, 8)}</code>
              </span>
              <SnapshotChecks of={one} before={before(one.number)} />
            </td>
            <td>
              <ul className="files">
                {files.map((name) => (
                  <li key={name}>
                    <a
                      href={`/v1/snapshots/${one.snapshot_id}/files/${name}${locale === 'fr' && name.endsWith('.csv') ? '?spreadsheet=fr' : ''}`}
                      download={`${one.controller_id}-${one.number}-${name}`}
                    >
                      {name}
                    </a>
                  </li>
                ))}
                <li>{isConfirmed ? <List of={one} /> : t.dossier.listAfter(f.number(one.patients))}</li>
              </ul>
            </td>
          </tr>
        ))}
      </Table>
    </>
  );
}

function List({ of: { snapshot_id: id, controller_id: controller, number, patients } }: { readonly of: Snapshot }) {
  const { t, f } = useTexts();
  return (
    <a href={`/v1/snapshots/${id}/files/patients.csv`} download={`${controller}-${number}-patients.csv`}>
      {t.dossier.list(f.number(patients))}
    </a>
  );
}
