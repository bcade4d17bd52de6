import { useRef, useState } from 'react';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { Me } from '../../api/answers.js';
import { newKey, post } from '../../api/client.js';
import { useShortcuts } from '../../parts/shortcuts.js';
import { useTexts } from '../../texts/context.js';
import { type ActionBody, ActionForm, type FormKind } from './action-form.js';
import { useSend } from '../../parts/send.js';

const forms = ['assign', 'note', 'measure', 'hold', 'resolve'] as const;

/** What may be done with a case, and what became of it. What cannot be done says why. */
export function Actions({ row, me }: { readonly row: SeenRow; readonly me: Me }) {
  const { t } = useTexts();
  const [form, setForm] = useState<FormKind>();
  const opener = useRef<HTMLElement>(null);
  const { send, said, isBusy } = useSend();
  const act = (body: ActionBody) => {
    // Asked again it is the same action, on the case as it was seen.
    const [key, wish] = [newKey(), { ...body, seen_version: row.version }];
    const ask = () => post<{ readonly effect: string }>(`/v1/cases/${row.case_id}/actions`, wish, key);
    return send(ask, ({ effect }) => (effect === 'repeated' ? t.act.repeated : t.act.done[body.type]));
  };
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
        <button
          type="button"
          className="main"
          disabled={isBusy}
          title={t.act.consequence.take}
          aria-keyshortcuts="a"
          onClick={take}
        >
          {t.act.take} <kbd aria-hidden="true">a</kbd>
        </button>
      )}
      {canAct &&
        forms.map((kind) => (
          <button
            key={kind}
            type="button"
            disabled={isBusy}
            aria-keyshortcuts={kind === 'note' ? 'n' : kind === 'resolve' ? 'v' : undefined}
            onClick={() => open(kind)}
          >
            {t.act[kind]}
            {kind === 'note' && <kbd aria-hidden="true">n</kbd>}
            {kind === 'resolve' && <kbd aria-hidden="true">v</kbd>}
          </button>
        ))}
      {mayAct && isOver && (
        <button type="button" disabled={isBusy} onClick={() => open('reopen')}>
          {t.act.reopen}
        </button>
      )}
      {!mayAct && <p className="hint">{t.act.mayNot}</p>}
      {said}
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
}
