/** Parameters that are kept of one message, and characters of each. */
const parametersMax = 256;
const valueMax = 1024;

export interface StructuredData {
  /** `id.name` -> value, and the bare name where it is the first of it. */
  readonly fields: Readonly<Record<string, string>>;
  /** Where the message goes on behind it. */
  readonly end: number;
}

/**
 * RFC 5424's structured data from `at`: `-`, or elements such as `[origin software="x" ip="192.0.2.1"]`. What is in brackets and no such
 * element is passed over, with the pairs that it holds (`key:"value";`, as Check Point writes them). Undefined where there is none: a
 * message that only begins with a bracket, or that lacks this part.
 */
export function structuredDataAt(text: string, at: number): StructuredData | undefined {
  if (text[at] === '-' && /^\s?$/.test(text.slice(at + 1, at + 2))) return { fields: {}, end: at + 1 };
  const fields = new Map<string, string>();
  let end = at;
  while (text[end] === '[') {
    const close = closeOf(text, end);
    if (close === undefined) break;
    parametersOf(text.slice(end + 1, close), fields);
    end = close + 1;
  }
  if (end === at || /\S/.test(text[end] ?? '')) return undefined;
  return { fields: Object.fromEntries(fields), end };
}

/** The bracket that closes an element: none within quotes, and none that is escaped. */
function closeOf(text: string, from: number): number | undefined {
  for (let at = from + 1, isQuoted = false; at < text.length; at += 1) {
    const character = text[at];
    if (character === '\\') at += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === ']' && !isQuoted) return at;
    else if (character === '\n' && !isQuoted) return undefined;
  }
  return undefined;
}

const parameter = /([^\s=:;"\]]{1,64})[=:]"((?:[^"\\]|\\.)*)"/gsy;

function parametersOf(element: string, fields: Map<string, string>): void {
  const id = /^[^\s=:;"\]]{1,64}(?=\s|$)/.exec(element)?.[0] ?? '';
  let at = id.length;
  while (at < element.length && fields.size < parametersMax) {
    parameter.lastIndex = at;
    const [whole = '', name = '', value = ''] = parameter.exec(element) ?? [];
    at += whole.length || 1;
    if (!whole) continue;
    const plain = value.slice(0, valueMax).replaceAll(/\\(["\\\]])/g, '$1');
    if (id) fields.set(`${id}.${name}`, plain);
    if (!fields.has(name)) fields.set(name, plain);
  }
}
