/** What to do about a mistake in YAML, where the library only says what it met; begins with a semicolon. */
export function helpFor({ code, message }: { readonly code: string; readonly message: string }): string {
  if (code === 'TAG_RESOLVE_FAILED' || message.startsWith('Plain value cannot start with'))
    return "; a text that begins with a sign stands in quotes, such as '%list%'";
  return helps.find(([begin]) => message.startsWith(begin))?.[1] ?? '';
}

const colon = "; a text that holds a colon and a blank stands in quotes, such as 'a: b'";
const helps: readonly (readonly [begin: string, help: string])[] = [
  ['Tabs are not allowed', '; write blanks'],
  ['Nested mappings', colon],
  ['Block collections are not allowed within', colon],
  ['Missing closing', '; look where a quotation mark was opened before this line'],
  ['Alias cannot be an empty string', "; a pattern stands in quotes, such as '*'"],
  ['Invalid escape sequence', "; a backslash stands as it is between single quotes, such as 'CLINIC\\anna'"],
  ['Unexpected scalar at node end', "; an apostrophe between single quotes stands twice, such as 'l''audit'"],
  [
    'Implicit map keys need to be followed by map values',
    '; a colon and a blank stand behind a key, a hyphen and a blank before a value of a list',
  ],
];

/** The first line, from 1, that is moved in by a blank that is none to YAML, as a keyboard or a page on the web gives it; 0 for none. */
export function lineOfOddBlank(text: string): number {
  return text.split('\n').findIndex((line) => /^ *[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/.test(line)) + 1;
}

export const oddBlankReason =
  'the line begins with a blank that is none to YAML, such as a no-break space (U+00A0), which looks like one: write plain blanks';
