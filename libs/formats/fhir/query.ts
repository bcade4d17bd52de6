import { limits } from '../limits.js';
import { textOf } from './elements.js';

/** What a recorded search says: the resource type that was searched, and the patients that it names. */
export interface SearchedFor {
  readonly type?: string;
  readonly patients: readonly { readonly id: string; readonly system?: string }[];
}

const nothing: SearchedFor = { patients: [] };
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Looks into `entity.query`: base64 of a URL, of a whole HTTP request or of a bare query string; plain text where it is not base64 of
 * text. HL7 v2 and XML queries say nothing here.
 */
export function searchedFor(query: unknown): SearchedFor {
  const text = decode(textOf(query));
  if (!text) return nothing;
  const target =
    /(?:^|\s)(?:(?:GET|POST)\s+)?((?:https?:\/\/|\/|\?)?[^\s]*)/.exec(text.replace(/^(?:GET|POST)\s+/, ''))?.[1] ?? '';
  const [path = '', search = ''] = target.includes('?')
    ? target.split('?', 2)
    : target.includes('=')
      ? ['', target]
      : [target, ''];
  const type = /(?:^|\/)([A-Z][A-Za-z]+)(?:\/_search)?\/?$/.exec(path)?.[1];
  const patients: { id: string; system?: string }[] = [];
  for (const [name, value] of new URLSearchParams(search)) {
    const [parameter = ''] = name.split(':');
    const asked = patientOf(parameter, value, type);
    if (asked) patients.push(asked);
  }
  return { ...(type && { type }), patients };
}

function patientOf(parameter: string, value: string, type: string | undefined): { id: string; system?: string } | undefined {
  if (parameter === 'patient' || parameter === 'subject') {
    const id =
      /(?:^|\/)Patient\/([A-Za-z0-9.-]+)$/.exec(value)?.[1] ??
      (/^[A-Za-z0-9.-]+$/.test(value) && parameter === 'patient' ? value : undefined);
    return id ? { id } : undefined;
  }
  if (parameter === '_id' && type === 'Patient' && !value.includes(',')) return value ? { id: value } : undefined;
  if (
    parameter === 'patient.identifier' ||
    parameter === 'subject.identifier' ||
    (parameter === 'identifier' && type === 'Patient')
  ) {
    const [system, id] = value.includes('|') ? value.split('|', 2) : ['', value];
    if (id) return system ? { id, system } : { id };
  }
  return undefined;
}

function decode(text: string | undefined): string | undefined {
  if (!text || text.length > limits.queryBytesMax) return undefined;
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(text)) return text;
  try {
    return decoder.decode(Buffer.from(text, 'base64'));
  } catch {
    return text;
  }
}
