import { useState } from 'react';
import { ownTexts, useOwnTexts } from '../texts/own.js';
import { useAnnounce } from './announce.js';

const texts = ownTexts({
  fr: () => ({ copy: 'Copier', copied: 'Copié.', not: 'Le navigateur refuse de copier : sélectionnez le texte.' }),
  en: () => ({ copy: 'Copy', copied: 'Copied.', not: 'The browser refuses to copy: select the text.' }),
});

/** A text to take along: a query, or a rule. `label` says which, for whoever does not see it. */
export function Copied({ text, label }: { readonly text: string; readonly label: string }) {
  const t = useOwnTexts(texts);
  const announce = useAnnounce();
  const [said, setSaid] = useState('');
  const say = (what: string) => {
    setSaid(what);
    announce(what);
  };
  const copy = async () => {
    try {
      // Without TLS browsers have no clipboard at all.
      await navigator.clipboard.writeText(text);
      say(t.copied);
    } catch {
      say(t.not);
    }
  };
  return (
    <div className="copied">
      <pre tabIndex={0} role="group" aria-label={label}>
        {text}
      </pre>
      <p>
        <button type="button" onClick={() => void copy()}>
          {t.copy}
        </button>{' '}
        {said}
      </p>
    </div>
  );
}
