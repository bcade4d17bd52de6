import type { Me } from '../../api/answers.js';
import { MyAccount } from './my-account.js';
import { useTitle } from '../../parts/title.js';
import { locales, themes, useTexts } from '../../texts/context.js';

/** What somebody chose, and what they may see. */
export function MePage({ me }: { readonly me: Me }) {
  const { t, f, locale, theme, hasShortcuts, choose } = useTexts();
  useTitle(t.me.title);
  return (
    <>
      <h1>{t.me.title}</h1>
      <dl className="facts">
        <dt>{t.me.who}</dt>
        <dd>
          {t.shell.signedInAs(
            me.id,
            me.roles.map((role) => t.shell.roles[role]),
          )}
        </dd>
        <dt>{t.me.clinics}</dt>
        <dd>{me.clinics === null ? t.me.allClinics : f.list(me.clinics)}</dd>
        <dt>{t.me.zone}</dt>
        <dd>{f.zone}</dd>
      </dl>
      <Options
        name="language"
        legend={t.me.language}
        value={locale}
        options={[
          ['fr', 'Français'],
          ['en', 'English'],
        ]}
        onChoose={(chosen) => choose({ locale: locales.find((one) => one === chosen) ?? locale })}
      />
      <Options
        name="theme"
        legend={t.me.theme}
        value={theme}
        options={themes.map((one) => [one, t.me.themes[one]])}
        onChoose={(chosen) => choose({ theme: themes.find((one) => one === chosen) ?? theme })}
      />
      <Options
        name="shortcuts"
        legend={t.me.shortcuts}
        value={hasShortcuts ? 'on' : 'off'}
        options={[
          ['on', t.me.on],
          ['off', t.me.off],
        ]}
        onChoose={(chosen) => choose({ hasShortcuts: chosen === 'on' })}
      />
      <MyAccount />
    </>
  );
}

interface OptionsProps {
  readonly name: string;
  readonly legend: string;
  readonly value: string;
  readonly options: readonly (readonly [string, string])[];
  readonly onChoose: (chosen: string) => void;
}

function Options({ name, legend, value, options, onChoose }: OptionsProps) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {options.map(([one, text]) => (
        <label key={one} className="option">
          <input type="radio" name={name} value={one} checked={one === value} onChange={() => onChoose(one)} /> {text}
        </label>
      ))}
    </fieldset>
  );
}
