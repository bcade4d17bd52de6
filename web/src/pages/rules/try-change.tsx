import { type FormEvent, useState } from 'react';
import { useLocation } from 'wouter';
import { post, Refusal } from '../../api/client.js';
import { now } from '../../live/clock.js';
import { useAnnounce } from '../../parts/announce.js';
import { whyOf } from '../../parts/block.js';
import { Field } from '../../parts/field.js';
import { backtestPath } from '../../routes.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { BacktestHead, RuleHead } from './rules-answer.js';
import { rulesTexts } from './rules-texts.js';

const dayMs = 86_400_000;

/** A threshold or an exception, tried on a copy over a period. */
export function TryChange({ rule }: { readonly rule: RuleHead }) {
  const t = useOwnTexts(rulesTexts);
  const { t: common } = useTexts();
  const [, go] = useLocation();
  const announce = useAnnounce();
  const [wrong, setWrong] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    setWrong(undefined);
    try {
      const { backtest } = await post<{ readonly backtest: BacktestHead }>(
        '/v1/backtests',
        wishOf(rule, new FormData(event.currentTarget)),
      );
      go(backtestPath(backtest.id));
    } catch (cause) {
      const text =
        cause instanceof Refusal && cause.word === 'backtest_runs'
          ? t.busy
          : cause instanceof Refusal && cause.status === 422
            ? t.refused(cause.message)
            : whyOf(cause instanceof Error ? cause : new Error(String(cause)), common);
      setWrong(text);
      announce(text);
      setBusy(false);
    }
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <p className="hint across">{t.tryHint}</p>
      <Field name="threshold" label={t.thresholdField} type="number" min={1} value={String(rule.threshold)} />
      {rule.spread_threshold > 0 && (
        <Field name="spread" label={t.spreadField} type="number" min={1} value={String(rule.spread_threshold)} />
      )}
      <Field name="timespan" label={t.timespanField} value={timespanOf(rule.timespan_seconds)} />
      <Field name="from" label={t.fromField} type="date" value={dayBefore(7)} />
      <Field name="to" label={t.toField} type="date" value={dayBefore(-1)} />
      <details>
        <summary>{t.exceptionLegend}</summary>
        <div className="form">
          <Field name="group_id" label={t.group} optional />
          <Field name="actor_ids" label={t.actors} long optional />
          <Field name="expires" label={t.expires} type="date" optional />
          <Field name="owner" label={t.owner} optional />
          <Field name="reason" label={t.reason} hint={common.act.textHint} optional />
        </div>
      </details>
      <p className="buttons">
        <button type="submit" className="main" disabled={isBusy}>
          {t.begin}
        </button>
      </p>
      {wrong !== undefined && <p className="notice notice-wrong across">{wrong}</p>}
    </form>
  );
}

/** What differs from the rule as it is, and the exception where an account is named. */
function wishOf(rule: RuleHead, form: FormData): object {
  const text = (name: string) => String(form.get(name) ?? '').trim();
  const [threshold, spread, timespan] = [Number(text('threshold')), Number(text('spread')), text('timespan')];
  const actors = text('actor_ids')
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  return {
    rule_id: rule.rule_id,
    from: `${text('from')}T00:00:00.000Z`,
    to: `${text('to')}T00:00:00.000Z`,
    ...(threshold !== rule.threshold && { threshold }),
    ...(rule.spread_threshold > 0 && spread !== rule.spread_threshold && { spread }),
    ...(timespan !== timespanOf(rule.timespan_seconds) && { timespan }),
    ...(actors.length > 0 && {
      exception: {
        group_id: text('group_id'),
        actor_ids: actors,
        expires: `${text('expires')}T00:00:00.000Z`,
        owner: text('owner'),
        reason: text('reason'),
      },
    }),
  };
}

/** As rules write it: in the largest unit that it is a whole number of. */
function timespanOf(seconds: number): string {
  const units = [
    ['d', 86_400],
    ['h', 3_600],
    ['m', 60],
  ] as const;
  const [unit, length] = units.find(([, size]) => seconds % size === 0) ?? ['s', 1];
  return `${seconds / length}${unit}`;
}

function dayBefore(days: number): string {
  return new Date(now() - days * dayMs).toISOString().slice(0, 10);
}
