import { useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Me, ShownCase, ShownIncident } from '../../../api/answers.js';
import { Field } from '../../../parts/field.js';
import { FormDialog } from '../../../parts/form-dialog.js';
import { Level } from '../../../parts/level.js';
import { Time } from '../../../parts/time.js';
import { accountPath } from '../../../routes.js';
import { useTexts } from '../../../texts/context.js';
import { useOwnTexts } from '../../../texts/own.js';
import { useAct } from '../act.js';
import { togetherTexts } from './together-texts.js';

/** Whose incidents are one matter in this case, and since when; whoever acts can take one out again, where it is said who looks. Nothing of a case that has one alone. */
export function Together({ shown, me }: { readonly shown: ShownCase; readonly me?: Me }) {
  const { case: row, incidents } = shown;
  const { t } = useTexts();
  const w = useOwnTexts(togetherTexts);
  const { act, said, isBusy } = useAct(row);
  const [out, setOut] = useState<ShownIncident>();
  const opener = useRef<HTMLElement>(null);
  if (incidents.length < 2) return said ?? null;
  const mayAct = me && (me.roles.includes('analyst') || me.roles.includes('dpo'));
  const open = (one: ShownIncident) => {
    opener.current = document.activeElement instanceof HTMLElement ? document.activeElement : null;
    setOut(one);
  };
  return (
    <section aria-labelledby="together">
      <h2 id="together">{w.title(incidents.length)}</h2>
      <ul className="lines">
        {incidents.map((one) => (
          <li key={one.incident_id}>
            <Level level={one.level} /> <Link href={accountPath(row.group_id, one.actor_id)}>{one.actor_id}</Link>
            {one.patients !== null && ` · ${t.patients(one.patients)}`}{' '}
            {mayAct && one.incident_id !== row.case_id && (
              <button
                type="button"
                className="screen-only"
                disabled={isBusy}
                aria-label={w.takeOutOf(one.actor_id)}
                onClick={() => open(one)}
              >
                {w.takeOut}
              </button>
            )}
            <span className="below">
              {one.incident_id === row.case_id ? (
                w.own
              ) : (
                <>
                  {one.linked_by === 'system' ? w.merged : w.linkedBy(one.linked_by)}, <Time at={one.linked_at} />
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
      {said}
      {out && (
        <FormDialog
          title={w.takeOutOf(out.actor_id)}
          onDone={(filled) => {
            setOut(undefined);
            opener.current?.focus();
            if (filled)
              void act({ type: 'case.unlinked', incident_id: out.incident_id, reason: String(filled.get('reason')).trim() });
          }}
        >
          <p>{w.apart}</p>
          <Field name="reason" label={t.act.reasonField} long hint={t.act.textHint} />
        </FormDialog>
      )}
    </section>
  );
}
