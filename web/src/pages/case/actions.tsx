import { useQueryClient } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { Me } from '../../api/answers.js';
import { newKey, post, Refusal } from '../../api/client.js';
import { useAnnounce } from '../../parts/announce.js';
import { whyOf } from '../../parts/block.js';
import { useShortcuts } from '../../parts/shortcuts.js';
import { useTexts } from '../../texts/context.js';
import type { Texts } from '../../texts/fr.js';
import { ActionForm, type FormKind } from './action-form.js';

export type ActionBody = Readonly<Record<string, unknown>> & { readonly type: keyof Texts['act']['done'] };

/** What was said of the last action; `again` asks for the same once more, under the same key. */
export interface Outcome {
  readonly text: string;
  readonly isWrong: boolean;
  readonly again?: () => void;
}

const forms = ['assign', 'note', 'measure', 'hold', 'resolve'] as const;

/** What may be done with a case, and what became of it. What cannot be done says why. */
export function Actions({ row, me }: { readonly row: SeenRow; readonly me: Me }) {
  const { t } = useTexts();
  const [form, setForm] = useState<FormKind>();
  const opener = useRef<HTMLElement>(null);
  const { act, outcome, isBusy } = useAct(row);
  const mayAct = me.roles.includes('analyst') || me.roles.includes('dpo');
  const open = (kind: FormKind) => {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setForm(kind);
  };
  const isOver = row.status === 'resolved';
  const canAct = mayAct && !isOver;
  const take = () => void act({ type: 'case.assigned', owner: me.id });
  useShortcuts(canAct ? { a: take, n: () => open('note'), v: () => open('resolve') } : {});
  return (
    <div className="actions" role="group" aria-label={t.act.actions}>
      {canAct && row.owner !== me.id && (
        <button type="button" className="main" disabled={isBusy} title={t.act.consequence.take} onClick={take}>
          {t.act.take} <kbd>a</kbd>
        </button>
      )}
      {canAct &&
        forms.map((kind) => (
          <button key={kind} type="button" disabled={isBusy} onClick={() => open(kind)}>
            {t.act[kind]}
            {kind === 'note' && <kbd>n</kbd>}
            {kind === 'resolve' && <kbd>v</kbd>}
          </button>
        ))}
      {mayAct && isOver && (
        <button type="button" disabled={isBusy} onClick={() => open('reopen')}>
          {t.act.reopen}
        </button>
      )}
      {!mayAct && <p className="hint">{t.act.mayNot}</p>}
      {outcome && (
        <p className={outcome.isWrong ? 'notice notice-wrong' : 'notice notice-good'}>
          {outcome.text}{' '}
          {outcome.again && (
            <button type="button" onClick={outcome.again}>
              {t.act.again}
            </button>
          )}
        </p>
      )}
      {form && (
        <ActionForm
          kind={form}
          onDone={(body) => {
            setForm(undefined);
            opener.current?.focus();
            if (body) void act(body);
          }}
        />
      )}
    </div>
  );
} // prettier-ignore

/** Does something under a key of its own, on the case as it is seen, and says what became of it. */
function useAct(row: SeenRow) {
  const { t } = useTexts();
  const client = useQueryClient();
  const announce = useAnnounce();
  const [outcome, setOutcome] = useState<Outcome>();
  const [isBusy, setBusy] = useState(false);
  const act = async (body: ActionBody, key = newKey(), seen = row.version) => {
    setBusy(true);
    const said = await post<{ readonly effect: string }>(`/v1/cases/${row.case_id}/actions`, { ...body, seen_version: seen }, key).then(
      ({ effect }): Outcome => ({ text: effect === 'repeated' ? t.act.repeated : t.act.done[body.type], isWrong: false }),
      (cause: unknown) => refusedOutcome(cause, t, () => void act(body, key, seen)),
    );
    setBusy(false);
    setOutcome(said);
    announce(said.text);
    await client.invalidateQueries({ queryKey: ['live'] });
  };
  return { act, outcome, isBusy };
} // prettier-ignore

const unknownOnes: ReadonlySet<string> = new Set(['not_known', 'not_audited', 'no_answer']);

export function refusedOutcome(cause: unknown, t: Texts, again: () => void): Outcome {
  if (!(cause instanceof Refusal)) return { text: String(cause), isWrong: true };
  if (unknownOnes.has(cause.word)) return { text: t.act.notKnown, isWrong: true, again };
  if (cause.word === 'confirm_first') return { text: t.confirm.hint, isWrong: true };
  if (cause.word === 'patient_identifier') return { text: t.act.patientLike, isWrong: true };
  if (cause.word === 'not_qualified') return { text: t.act.qualifyFirst, isWrong: true };
  const now = cause.body['case'] as SeenRow | undefined;
  if (cause.status === 409 && now)
    return {
      text: t.act.superseded(t.statuses[now.status], now.owner, now.verdict && t.verdicts[now.verdict]),
      isWrong: true,
    };
  return { text: whyOf(cause, t), isWrong: true };
}
