import { useEffect } from 'react';

/** The title of the window: what the page answers, and whose page it is. */
export function useTitle(text: string): void {
  useEffect(() => {
    document.title = text === '' ? 'Vigie' : `${text} - Vigie`;
  }, [text]);
}
