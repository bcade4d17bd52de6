import { useRef, useState } from 'react';
import type { SeenRow } from '#libs/contracts/seen-case.js';
import type { Me } from '../../api/answers.js';
import { useShortcuts } from '../../parts/shortcuts.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { type ActionBody, useAct } from './act.js';
import { ActionForm, type FormKind } from './action-form.js';
import { LinkForm } from './together/link-form.js';
import { togetherTexts } from './together/together-texts.js';

const forms = ['assign', 'note', 'measure', 'hold', 'resolve'] as const;

/** What may be done with a case, and what became of it. What cannot be done says why. */
export function Actions({ row, me }: { readonly row: SeenRow; readonly me: Me }) {
  const { t } = useTexts();
  const w = useOwnTexts(togetherTexts);
  const [form, setForm] = useState<FormKind | 'link'>();
  const opener = useRef<HTMLElement>(null);
  const { act, said, isBusy } = useAct(row);
  const mayAct = me.roles.includes('analyst') || me.roles.includes('dpo');
  const open = (kind: FormKind | 'link') => {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setForm(kind);
  };
  const done = (body?: ActionBody) => {
    setForm(undefined);
    opener.current?.focus();
    if (body) void act(body);
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
      {mayAct && (
        <button type="button" disabled={isBusy} onClick={() => open('link')}>
          {w.link}
        </button>
      )}
      {!mayAct && <p className="hint">{t.act.mayNot}</p>}
      {said}
      {form === 'link' && <LinkForm row={row} onDone={done} />}
      {form && form !== 'link' && <ActionForm kind={form} onDone={done} />}
    </div>
  );
}
