import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { get, Refusal } from '../../../api/client.js';
import { useConfirmed } from '../../../api/confirmed.js';
import { Block } from '../../../parts/block.js';
import { Confirm } from '../../../parts/confirm.js';
import { Table } from '../../../parts/table.js';
import { Time } from '../../../parts/time.js';
import { useOwnTexts } from '../../../texts/own.js';
import type { AccessPage } from './why-answer.js';
import { whyTexts } from './why-texts.js';

interface AccessesProps {
  readonly id: string;
  readonly incident: string;
  readonly rule: string;
  readonly title: string;
  readonly total: number;
}

/** The accesses of a window, once somebody asks for them: they hold pseudonyms, and each page is written down. */
export function Accesses(props: AccessesProps) {
  const t = useOwnTexts(whyTexts);
  const [isOpen, setOpen] = useState(false);
  const { isConfirmed, confirm, forget } = useConfirmed();
  return (
    <>
      <p>
        <button type="button" aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
          {isOpen ? t.hide : t.show}
        </button>{' '}
        <span className="hint">{t.consequence}</span>
      </p>
      {isOpen && !isConfirmed && <Confirm confirm={confirm} />}
      {isOpen && <List {...props} isConfirmed={isConfirmed} onOver={forget} />}
    </>
  );
}

/** Accesses of a page, as the console gives them. */
const pageAccesses = 100;

function List({
  id,
  incident,
  rule,
  title,
  total,
  isConfirmed,
  onOver,
}: AccessesProps & { readonly isConfirmed: boolean; readonly onOver: () => void }) {
  const t = useOwnTexts(whyTexts);
  const [places, setPlaces] = useState<readonly string[]>(['']);
  const place = places.at(-1) ?? '';
  const query = new URLSearchParams({ incident, rule, ...(place && { cursor: place }) }).toString();
  const answer = useQuery({
    queryKey: ['accesses', id, query],
    queryFn: ({ signal }) => get<AccessPage>(`/v1/cases/${id}/accesses?${query}`, signal),
    enabled: isConfirmed,
    staleTime: Infinity,
  });
  const isOver = answer.error instanceof Refusal && answer.error.word === 'confirm_first';
  useEffect(() => {
    if (isOver) onOver();
  }, [isOver, onOver]);
  if (isOver || (answer.data === undefined && !isConfirmed)) return null;
  const before = (places.length - 1) * pageAccesses;
  const heads = [
    [t.heads.time],
    [t.heads.clinic],
    [t.heads.action],
    [t.heads.patient],
    [t.heads.address],
    [t.heads.application],
    [t.heads.session],
  ] as const;
  return (
    <Block answer={answer}>
      {({ items, next }) => (
        <>
          <Table
            name={{ label: t.pair(t.accesses, title) }}
            caption={t.caption(before + 1, before + items.length, Math.max(total, before + items.length))}
            heads={heads}
          >
            {items.map((one) => (
              <tr key={`${one.event_id} ${one.patient_id}`}>
                <th scope="row">
                  <Time at={one.time} isExact />
                </th>
                <td>{one.clinic_id}</td>
                <td>{one.action}</td>
                <td className="pseudonym">{one.patient_id || t.noPatient}</td>
                <td>{one.source_ip}</td>
                <td>{one.application}</td>
                <td>{one.session_id}</td>
              </tr>
            ))}
          </Table>
          <p className="pages">
            {places.length > 1 && (
              <button type="button" onClick={() => setPlaces(places.slice(0, -1))}>
                {t.previous}
              </button>
            )}
            {next !== null && (
              <button type="button" onClick={() => setPlaces([...places, next])}>
                {t.next}
              </button>
            )}
          </p>
        </>
      )}
    </Block>
  );
}
