import { useEffect } from 'react';

/** Says at the foot of each sheet of paper what it is of. Where browsers know no margins of pages, the number of the sheet is all that is missing too. */
export function usePrintFoot(text: string): void {
  useEffect(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`@page { @bottom-left { content: ${cssText(text)}; font-size: 8pt } }`);
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((one) => one !== sheet);
    };
  }, [text]);
}

/** A text as CSS has it in quotes: whatever is in it stays in it. */
function cssText(text: string): string {
  return `"${text.replaceAll(/["\\\p{Cc}]/gu, (char) => `\\${char.codePointAt(0)?.toString(16) ?? ''} `)}"`;
}
