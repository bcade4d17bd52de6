import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Snapshot } from '../../../api/answers.js';
import { get } from '../../../api/client.js';
import { Block } from '../../../parts/block.js';
import { useTexts } from '../../../texts/context.js';
import { useOwnTexts } from '../../../texts/own.js';
import { checksTexts } from './checks-texts.js';

/** In how many patients two lists differ: of the controller and by clinic. */
interface Difference {
  readonly level: 'controller' | 'clinic';
  readonly clinic_id: string;
  readonly added: number;
  readonly removed: number;
  readonly tier_changed: number;
  readonly category_added: number;
}

interface Verification {
  readonly whole: boolean;
  /** Sentences of Vigie, in English. */
  readonly mistakes: readonly string[];
  readonly moved: readonly Difference[];
  readonly late_clinics: readonly string[];
}

type Asked = 'verification' | 'difference';

/** Looks at a frozen list again: whether it is as it was frozen, whether the store still says the same, and what came since the list before. */
export function SnapshotChecks({ of, before }: { readonly of: Snapshot; readonly before: Snapshot | undefined }) {
  const t = useOwnTexts(checksTexts);
  const [asked, setAsked] = useState<Asked>();
  return (
    <>
      <p className="buttons">
        <button type="button" aria-label={t.checkOf(of.number)} onClick={() => setAsked('verification')}>
          {t.check}
        </button>
        {before && (
          <button type="button" aria-label={t.compareOf(of.number)} onClick={() => setAsked('difference')}>
            {t.compare}
          </button>
        )}
      </p>
      <div role="status">
        {asked === 'verification' && <Verified id={of.snapshot_id} />}
        {asked === 'difference' && before && <Compared id={before.snapshot_id} to={of.snapshot_id} />}
      </div>
    </>
  );
}

function Verified({ id }: { readonly id: string }) {
  const t = useOwnTexts(checksTexts);
  const answer = useQuery({
    queryKey: ['verification', id],
    queryFn: ({ signal }) => get<Verification>(`/v1/snapshots/${id}/verification`, signal),
    staleTime: 0,
  });
  return (
    <Block answer={answer}>
      {({ whole, mistakes, moved }) => (
        <>
          <p className={whole ? 'notice notice-good' : 'notice notice-wrong'}>
            {whole ? t.whole : t.broken}
            {mistakes.length > 0 && <span lang="en"> {mistakes.join('; ')}</span>}
          </p>
          {moved.length === 0 ? <p>{t.stands}</p> : <Differences title={t.moved} all={moved} />}
        </>
      )}
    </Block>
  );
}

function Compared({ id, to }: { readonly id: string; readonly to: string }) {
  const t = useOwnTexts(checksTexts);
  const answer = useQuery({
    queryKey: ['difference', id, to],
    queryFn: ({ signal }) => get<{ readonly differences: readonly Difference[] }>(`/v1/snapshots/${id}/difference/${to}`, signal),
    staleTime: 0,
  });
  return (
    <Block answer={answer}>
      {({ differences }) => (differences.length === 0 ? <p>{t.same}</p> : <Differences title={t.since} all={differences} />)}
    </Block>
  );
}

function Differences({ title, all }: { readonly title: string; readonly all: readonly Difference[] }) {
  const t = useOwnTexts(checksTexts);
  const { f } = useTexts();
  return (
    <>
      <p>{title}</p>
      <ul>
        {all.map((one) => (
          <li key={`${one.level} ${one.clinic_id}`}>
            {t.difference(
              one.level === 'controller' ? t.inAll : one.clinic_id,
              f.number(one.added),
              f.number(one.removed),
              f.number(one.tier_changed),
            )}
          </li>
        ))}
      </ul>
    </>
  );
}
