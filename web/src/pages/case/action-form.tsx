import { Choice, Field } from '../../parts/field.js';
import { FormDialog } from '../../parts/form-dialog.js';
import { verdictList } from '../../parts/verdicts.js';
import { useTexts } from '../../texts/context.js';
import type { ActionBody } from './act.js';

export type FormKind = 'assign' | 'note' | 'measure' | 'hold' | 'resolve' | 'reopen';

/** Asks for what an action needs, in a dialog. `onDone` is called once: with the action, or with nothing when it was given up. */
export function ActionForm({ kind, onDone }: { readonly kind: FormKind; readonly onDone: (body?: ActionBody) => void }) {
  const { t } = useTexts();
  return (
    <FormDialog title={t.act[kind]} onDone={(filled) => onDone(filled && bodyOf(kind, filled))}>
      {(kind === 'resolve' || kind === 'hold') && <p>{t.act.consequence[kind]}</p>}
      <Fields kind={kind} />
    </FormDialog>
  );
}

function Fields({ kind }: { readonly kind: FormKind }) {
  const { t } = useTexts();
  const reason = <Field name="reason" label={t.act.reasonField} long hint={t.act.textHint} />;
  switch (kind) {
    case 'assign':
      return <Field name="owner" label={t.act.ownerField} />;
    case 'note':
      return <Field name="text" label={t.act.textField} long hint={t.act.textHint} />;
    case 'reopen':
      return reason;
    case 'hold':
      return (
        <>
          <Field name="until" label={t.act.untilField} type="datetime-local" />
          {reason}
        </>
      );
    case 'measure':
      return (
        <>
          <Choice name="kind" label={t.act.kindField} options={Object.entries(t.case.measureKinds)} />
          <Field name="taken_at" label={t.act.takenAtField} type="datetime-local" />
          <Field name="text" label={t.act.textField} long hint={t.act.textHint} />
        </>
      );
    case 'resolve':
      return (
        <>
          <Choice name="verdict" label={t.act.verdictField} options={verdictList.map((one) => [one, t.verdicts[one]] as const)} />
          {reason}
          <Field name="not_qualified_reason" label={t.act.notQualified} hint={t.act.notQualifiedHint} optional />
        </>
      );
  }
}

const types = {
  assign: 'case.assigned',
  note: 'case.noted',
  measure: 'case.measure',
  hold: 'case.held',
  resolve: 'case.resolved',
  reopen: 'case.reopened',
} as const;
const instants: ReadonlySet<string> = new Set(['until', 'taken_at']);

/** Fields that were left empty are left out; local times are instants. */
function bodyOf(kind: FormKind, form: FormData): ActionBody {
  const given = [...form].flatMap(([name, value]) => {
    const text = String(value).trim();
    return text === '' ? [] : [[name, instants.has(name) ? new Date(text).toISOString() : text] as const];
  });
  return { ...Object.fromEntries(given), type: types[kind] };
}
