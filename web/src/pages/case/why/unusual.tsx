import { useTexts } from '../../../texts/context.js';
import { useOwnTexts } from '../../../texts/own.js';
import type { Beside, UnusualFigures } from './why-answer.js';
import { whyTexts } from './why-texts.js';

const kinds = ['addresses', 'clinics', 'devices', 'programs', 'applications'] as const;

/** What an account did that it had not done in the ninety days before. */
export function Unusual({ of }: { readonly of: UnusualFigures }) {
  const t = useOwnTexts(whyTexts);
  const { f } = useTexts();
  const known = of.with_mfa + of.without_mfa;
  return (
    <>
      <p>{t.before(of.events_before)}</p>
      <dl className="facts">
        {kinds.map((kind) => (
          <Fact key={kind} name={t.kinds[kind]} isNew={of[kind].new > 0}>
            <Values of={of[kind]} />
          </Fact>
        ))}
        {of.closed_clinics.length > 0 && (
          <Fact name={t.closed} isNew>
            {f.list(of.closed_clinics)}
          </Fact>
        )}
        <Fact name={t.hours} isNew={of.events_at_new_hours > 0}>
          {of.events_at_new_hours > 0 ? t.atHours(of.events_at_new_hours, of.new_hours) : t.none}
        </Fact>
        <Fact name={t.mfa} isNew={of.without_mfa > 0}>
          {known === 0 ? t.mfaUnknown : t.mfaOf(of.without_mfa, known)}
        </Fact>
      </dl>
    </>
  );
}

function Fact({ name, isNew, children }: { readonly name: string; readonly isNew: boolean; readonly children: React.ReactNode }) {
  return (
    <div className={isNew ? 'fact-new' : undefined}>
      <dt>{name}</dt>
      <dd>
        {isNew && <span aria-hidden="true">◆ </span>}
        {children}
      </dd>
    </div>
  );
}

function Values({ of: { seen, new: fresh, values } }: { readonly of: Beside }) {
  const t = useOwnTexts(whyTexts);
  const { f } = useTexts();
  return fresh === 0 ? t.none : t.pair(t.fresh(fresh, seen), f.list(values));
}
