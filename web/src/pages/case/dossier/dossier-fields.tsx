import { type ReactNode, useState } from 'react';
import type { Dossier, DossierField as Field, DossierLabels, DossierValue as Value, Timeline } from '../../../api/answers.js';
import { newKey, patch } from '../../../api/client.js';
import { useTimeline } from '../../../api/queries.js';
import { useNow } from '../../../live/clock.js';
import { FormDialog } from '../../../parts/form-dialog.js';
import { RuleTitles } from '../../../parts/rule-title.js';
import { Time } from '../../../parts/time.js';
import { useTexts } from '../../../texts/context.js';
import { useSend } from '../../../parts/send.js';

interface FieldsProps {
  readonly id: string;
  readonly controller: string;
  readonly dossier: Dossier;
  /** The words of the form. */
  readonly labels: DossierLabels;
}

interface Asked {
  readonly place: string;
  readonly field: Field;
}

/** Every answer that the authority asks for, with who gave it, and the clocks that run. What nobody knows yet is counted first. */
export function DossierFields({ id, controller, dossier, labels }: FieldsProps) {
  const { t, locale } = useTexts();
  const [asked, setAsked] = useState<Asked>();
  const { send, said } = useSend();
  const timeline = useTimeline(id);
  const all = Object.entries(dossier.parts);
  const fields = all.flatMap(([, of]) => Object.values(of));
  const answer = (value: Value) => {
    const { place = '', field } = asked ?? {};
    setAsked(undefined);
    if (!field) return;
    const body = { fields: { [place]: { value, seen_at: seenAt(timeline.data, controller, place, field) } } };
    const key = newKey();
    void send(
      () => patch(`/v1/cases/${id}/dossier/${encodeURIComponent(controller)}`, body, key),
      () => t.dossier.answered,
    );
  };
  return (
    <>
      <p>
        <strong>{t.dossier.unknown(fields.filter(({ source }) => source === 'unknown').length, fields.length)}</strong>
      </p>
      <Clocks clocks={dossier.clocks} />
      {said}
      {all.map(([part, of]) => (
        <details key={part} open={Object.values(of).some(({ source }) => source === 'unknown')}>
          <summary>{labels.parts[part]?.[locale] ?? part}</summary>
          <dl className="fields">
            {Object.entries(of).map(([name, field]) => (
              <Row
                key={name}
                name={labels.fields[name]?.[locale] ?? name}
                text={titlesOf(name, field) ?? textOf(labels, field.value, locale)}
                field={field}
                onAnswer={() => setAsked({ place: `${part}.${name}`, field })}
              />
            ))}
          </dl>
        </details>
      ))}
      {asked && (
        <AnswerForm
          name={labels.fields[asked.place.split('.')[1] ?? '']?.[locale] ?? asked.place}
          value={asked.field.value}
          onDone={(value) => (value === undefined ? setAsked(undefined) : answer(value))}
        />
      )}
    </>
  );
}

/** Of the answer that is shown: where somebody has given another since, the console refuses ours. */
function seenAt(timeline: Timeline | undefined, controller: string, place: string, { source, at }: Field): string {
  const given = timeline?.lines.some(
    ({ effect, action }) =>
      effect === 'counted' &&
      action?.type === 'dossier.answered' &&
      action.controller_id === controller &&
      action.answers !== null &&
      place in action.answers,
  );
  return given && source === 'person' ? at : '';
}

function Clocks({ clocks }: { readonly clocks: Dossier['clocks'] }) {
  const { t } = useTexts();
  const at = useNow();
  const running = clocks.filter(({ due_at: due }) => due);
  if (running.length === 0) return <p>{t.dossier.noClock}</p>;
  return (
    <ul className="lines">
      {running.map(({ clock, state, due_at: due, reference }) => (
        <li key={clock}>
          <strong>{t.clocks[clock]}</strong> {t.dossier.clockStates[state === 'running' && Date.parse(due) < at ? 'late' : state]}{' '}
          · <Time at={due} />
          {reference && ` · ${reference}`}
        </li>
      ))}
    </ul>
  );
}

const isInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

interface RowProps {
  readonly name: string;
  readonly text: ReactNode;
  readonly field: Field;
  readonly onAnswer: () => void;
}

function Row({ name, text, field: { value, source, by, at }, onAnswer }: RowProps) {
  const { t } = useTexts();
  return (
    <div className={`field-${source}`}>
      <dt>{name}</dt>
      <dd>
        {typeof value === 'string' && isInstant.test(value) ? <Time at={value} /> : text}
        {source === 'person' && (
          <span className="below">
            {by}
            {at && ', '}
            {at && <Time at={at} />}
          </span>
        )}
        {source === 'machine' && <span className="below">{t.dossier.byVigie}</span>}
      </dd>
      <dd>
        <button type="button" aria-label={t.dossier.answerOf(name)} onClick={onAnswer}>
          {t.dossier.answer}
        </button>
      </dd>
    </div>
  );
}

/** A value in words: those of closed lists by their labels, others as they are. */
function textOf({ unknown, values }: DossierLabels, value: Value, locale: 'fr' | 'en'): string {
  if (value === null) return unknown[locale];
  if (typeof value === 'object') return value.map((one) => values[one]?.[locale] ?? one).join('; ');
  return typeof value === 'string' ? (values[value]?.[locale] ?? value) : String(value);
}

/** How Vigie found it is titles of rules. */
function titlesOf(name: string, { source, value }: Field): ReactNode {
  if (name !== 'how_discovered' || source !== 'machine' || typeof value !== 'string') return undefined;
  return <RuleTitles titles={value.split('; ')} between="; " />;
}

interface FormProps {
  readonly name: string;
  readonly value: Value;
  /** Called once: with the answer, or with nothing when it was given up. */
  readonly onDone: (value?: Value) => void;
}

function AnswerForm({ name, value, onDone }: FormProps) {
  const { t } = useTexts();
  return (
    <FormDialog
      title={name}
      onDone={(filled) => (filled ? onDone(valueOf(String(filled.get('value')).trim(), value)) : onDone())}
    >
      <p className="field">
        <label htmlFor="answer-value">{t.dossier.answerField}</label>
        <textarea
          id="answer-value"
          name="value"
          rows={4}
          maxLength={2_000}
          defaultValue={typeof value === 'object' ? (value ?? []).join('\n') : String(value)}
          aria-describedby="answer-hint"
        />
        <span id="answer-hint" className="hint">
          {t.dossier.answerHint} {t.act.textHint}
        </span>
      </p>
    </FormDialog>
  );
}

/** Of the kind that the answer had before: a number, or several texts, a line each. Nothing is what is not known. */
function valueOf(text: string, before: Value): Value {
  if (text === '') return null;
  if (typeof before === 'number' && /^\d+$/.test(text)) return Number(text);
  if ((before !== null && typeof before === 'object') || text.includes('\n')) return text.split(/\s*\n\s*/).filter(Boolean);
  return text;
}
