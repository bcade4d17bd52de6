import { type FormEvent, useState } from 'react';
import type { Me } from '../../api/answers.js';
import { post } from '../../api/client.js';
import { now } from '../../live/clock.js';
import { useAnnounce } from '../../parts/announce.js';
import { whyOf } from '../../parts/block.js';
import { Field } from '../../parts/field.js';
import { useTitle } from '../../parts/title.js';
import { useTexts } from '../../texts/context.js';
import { useOwnTexts } from '../../texts/own.js';
import type { LeakAnswer } from './leak-answer.js';
import { LeakFound, headingOf } from './leak-found.js';
import { leaksTexts } from './leaks-texts.js';
import { PastLeaks } from './past-leaks.js';
import { pseudonymsOf, samplePatientsMax } from './sample.js';

const dayMs = 86_400_000;

/** Which account took this sample? */
export function LeaksPage({ me }: { readonly me: Me }) {
  const t = useOwnTexts(leaksTexts);
  const [found, setFound] = useState<LeakAnswer>();
  const heading = found ? headingOf(found, t) : t.question;
  useTitle(heading);
  const mayAsk = me.roles.includes('dpo') && me.clinics === null;
  return (
    <>
      <h1>{heading}</h1>
      {found && <LeakFound found={found} />}
      <section className="sheet" aria-labelledby="ask">
        <h2 id="ask">{found ? t.question : t.title}</h2>
        {mayAsk ? <Ask onFound={setFound} /> : <p>{t.mayNot}</p>}
      </section>
      {mayAsk && <PastLeaks />}
    </>
  );
}

function Ask({ onFound }: { readonly onFound: (found: LeakAnswer) => void }) {
  const t = useOwnTexts(leaksTexts);
  const { t: common } = useTexts();
  const announce = useAnnounce();
  const [wrong, setWrong] = useState<string>();
  const [isBusy, setBusy] = useState(false);
  const refuse = (text: string) => {
    setWrong(text);
    announce(text);
  };
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setWrong(undefined);
    const form = new FormData(event.currentTarget);
    const text = (name: string) => String(form.get(name) ?? '').trim();
    const file = form.get('sample');
    const read = pseudonymsOf(file instanceof File ? await file.text() : '');
    // What is no pseudonym may be an identity: it does not leave the browser.
    if ('wrongLine' in read) return refuse(t.refusedFile(read.wrongLine));
    if (read.patients.length === 0) return refuse(t.emptyFile);
    if (read.patients.length > samplePatientsMax) return refuse(t.tooMany(samplePatientsMax));
    setBusy(true);
    const wish = {
      group_id: text('group_id'),
      from: `${text('from')}T00:00:00.000Z`,
      to: `${text('to')}T00:00:00.000Z`,
      title: text('title'),
      patients: read.patients,
    };
    await post<LeakAnswer>('/v1/leaks', wish).then(onFound, (cause: unknown) =>
      refuse(whyOf(cause instanceof Error ? cause : new Error(String(cause)), common)),
    );
    setBusy(false);
  };
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <p className="across">{t.intro}</p>
      <p className="field across">
        <label htmlFor="f-sample">{t.file}</label>
        <input id="f-sample" name="sample" type="file" accept=".txt,.csv,text/plain" required />
      </p>
      <Field name="group_id" label={t.group} />
      <Field name="from" label={t.from} type="date" value={dayBefore(90)} />
      <Field name="to" label={t.to} type="date" value={dayBefore(-1)} />
      <Field name="title" label={t.name} hint={common.act.textHint} optional />
      <p className="buttons">
        <button type="submit" className="main" disabled={isBusy}>
          {t.ask}
        </button>
      </p>
      <p role="status" className="across">
        {isBusy && t.asking}
      </p>
      {wrong !== undefined && <p className="notice notice-wrong across">{wrong}</p>}
    </form>
  );
}

function dayBefore(days: number): string {
  return new Date(now() - days * dayMs).toISOString().slice(0, 10);
}
