import type { ReactNode } from 'react';
import { locales, useTexts } from '../../texts/context.js';

/** What is around a page of who is nobody yet: a headline, and the other language. */
export function LoginFrame({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const { locale, choose } = useTexts();
  const other = locales.find((one) => one !== locale) ?? locale;
  return (
    <main className="login" id="content">
      <img src="/icon.svg" alt="" width="48" height="48" />
      <h1>{title}</h1>
      {children}
      <button type="button" className="plain" lang={other} onClick={() => choose({ locale: other })}>
        {other === 'fr' ? 'Français' : 'English'}
      </button>
    </main>
  );
}
