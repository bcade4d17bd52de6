import { createContext, type ReactNode, use, useEffect, useMemo, useState } from 'react';
import { englishTexts } from './en.js';
import { type Format, formatOf, type Locale } from './format.js';
import { frenchTexts, type Texts } from './fr.js';

export const locales = ['fr', 'en'] as const satisfies readonly Locale[];
export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];

/** What somebody chose, kept by their browser. */
export interface Choices {
  readonly locale: Locale;
  readonly theme: Theme;
  readonly hasShortcuts: boolean;
}

export interface Said extends Choices {
  readonly t: Texts;
  readonly f: Format;
  readonly choose: (change: Partial<Choices>) => void;
}

const place = 'vigie.choices';
const Context = createContext<Said | undefined>(undefined);

/** The texts of the chosen language, and the choices themselves. */
export function useTexts(): Said {
  const said = use(Context);
  if (!said) throw new Error('texts are asked for outside of their provider');
  return said;
}

export function TextsProvider({ children }: { readonly children: ReactNode }) {
  const [choices, setChoices] = useState(keptChoices);
  const { locale, theme } = choices;
  useEffect(() => {
    document.documentElement.lang = locale;
    document.documentElement.dataset['theme'] = theme;
  }, [locale, theme]);
  const said = useMemo<Said>(() => {
    const f = formatOf(choices.locale);
    const choose = (change: Partial<Choices>) => {
      const next = { ...choices, ...change };
      keep(next);
      setChoices(next);
    };
    return { ...choices, f, t: choices.locale === 'fr' ? frenchTexts(f) : englishTexts(f), choose };
  }, [choices]);
  return <Context value={said}>{children}</Context>;
}

/** French for whoever reads it, English for everybody else, where nothing was chosen. */
function keptChoices(): Choices {
  const kept = readKept();
  return {
    locale: locales.find((one) => one === kept['locale']) ?? (navigator.language.startsWith('fr') ? 'fr' : 'en'),
    theme: themes.find((one) => one === kept['theme']) ?? 'auto',
    hasShortcuts: kept['hasShortcuts'] !== false,
  };
}

/** Where the browser keeps nothing, a choice holds as long as the page. */
function keep(choices: Choices): void {
  try {
    localStorage.setItem(place, JSON.stringify(choices));
  } catch {
    // It was refused, which the person has chosen.
  }
}

function readKept(): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(localStorage.getItem(place) ?? '{}');
  } catch {
    return {};
  }
}
