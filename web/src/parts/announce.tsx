import { createContext, type ReactNode, use, useCallback, useState } from 'react';

const Context = createContext<(text: string) => void>(() => {});

/** Says something to screen readers, politely. */
export function useAnnounce(): (text: string) => void {
  return use(Context);
}

/** The one live region of the page. */
export function AnnounceProvider({ children }: { readonly children: ReactNode }) {
  const [said, setSaid] = useState({ text: '', turn: 0 });
  const say = useCallback((text: string) => setSaid(({ turn }) => ({ text, turn: turn + 1 })), []);
  return (
    <Context value={say}>
      {children}
      <p className="spoken" role="status">
        <span key={said.turn}>{said.text}</span>
      </p>
    </Context>
  );
}
