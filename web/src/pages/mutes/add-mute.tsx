import { useQuery } from '@tanstack/react-query';
import type { FormEvent } from 'react';
import type { Me } from '../../api/answers.js';
import { get, newKey, post } from '../../api/client.js';
import { Choice, Field } from '../../parts/field.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import { useSend } from '../../parts/send.js';
import type { RuleList } from '../rules/rules-answer.js';
import { mutesTexts } from './mutes-texts.js';
import { ruleTitle } from '../../parts/rule-title.js';

const levels = ['informational', 'low', 'medium', 'high', 'critical'] as const;
const texts = ['group_id', 'actor_id', 'clinic_id', 'rule_id', 'level_max', 'owner', 'reason'] as const;

/** Keeps messages back for a time; somebody answers for it. */
export function AddMute({ me }: { readonly me: Me }) {
  const t = useOwnTexts(mutesTexts);
  const { t: common, f } = useTexts();
  const { data } = useQuery({
    queryKey: ['live', 'rules'],
    queryFn: ({ signal }) => get<RuleList>('/v1/rules', signal),
    staleTime: 300_000,
  });
  const { send, said, isBusy } = useSend();
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const given = Object.fromEntries(texts.map((name) => [name, String(form.get(name) ?? '').trim()]));
    const wish = {
      ...given,
      ends_at: new Date(String(form.get('ends_at'))).toISOString(),
      covers_critical: form.get('covers_critical') !== null,
    };
    const key = newKey();
    void send(
      () => post('/v1/mutes', wish, key),
      () => t.done,
    );
  };
  const rules = (data?.rules ?? []).map(({ rule_id: id, title }) => [id, ruleTitle(f.locale, title)] as const);
  return (
    <form className="form" onSubmit={submit}>
      <Field name="group_id" label={t.group} />
      <Field name="actor_id" label={t.actor} optional />
      {me.clinics === null ? (
        <Field name="clinic_id" label={t.clinicField} optional />
      ) : (
        <Choice name="clinic_id" label={t.clinicNeeded} options={me.clinics.map((one) => [one, one] as const)} />
      )}
      <Choice name="rule_id" label={t.ruleField} options={[['', t.anyRule], ...rules]} isOptional />
      <Choice
        name="level_max"
        label={t.level}
        options={[['', t.anyLevel], ...levels.map((one) => [one, common.levels[one]] as const)]}
        isOptional
      />
      <Field name="ends_at" label={t.ends} type="datetime-local" />
      <Field name="owner" label={t.ownerField} value={me.id} />
      <Field name="reason" label={t.reasonField} hint={common.act.textHint} />
      <p>
        <label className="option">
          <input type="checkbox" name="covers_critical" /> {t.coversCritical}
        </label>
      </p>
      <p className="buttons">
        <button type="submit" className="main" disabled={isBusy}>
          {t.add}
        </button>
      </p>
      {said && <div className="across">{said}</div>}
    </form>
  );
}
