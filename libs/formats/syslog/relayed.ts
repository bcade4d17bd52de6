/** How relays and readers of files write a line end or a tab within a message: rsyslog `#012`, others `\012`, `^J`, `<010>` or `\n`. */
const control = String.raw`(?:#01[125]|\\01[125]|\^[IJM]|<0(?:09|10|13)>|\\[nrt])`;
const beginsJson = new RegExp(String.raw`^[{[]\s{0,16}${control}`);
const stringOrControl = new RegExp(String.raw`"(?:[^"\\]|\\.)*"|${control}`, 'gs');
/** Some of them, in bounded steps however many there are. */
const controls = String.raw`(?:${control}\s{0,16}){1,16}`;
/** Where XML has white space: between elements, and before an attribute or the end of a tag. */
const betweenElements = new RegExp(String.raw`(>\s{0,16})${controls}(?=<[A-Za-z/!?]|\s*$)`, 'g');
const withinTag = new RegExp(String.raw`${controls}(?=[\w:.-]{1,64}\s?=\s?["']|[/?]?>)`, 'g');

/**
 * A document of XML or JSON over several lines whose line ends a relay has written as text, with blanks in their place; any other message as it is.
 * Texts within it keep what they have.
 */
export function withoutRelayedEnds(message: string): string {
  if (beginsJson.test(message)) return message.replaceAll(stringOrControl, (part) => (part.startsWith('"') ? part : ' '));
  return message.startsWith('<') ? message.replaceAll(betweenElements, '$1 ').replaceAll(withinTag, ' ') : message;
}
