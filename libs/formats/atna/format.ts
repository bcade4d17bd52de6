import { rejected } from '#libs/runtime/outcome.js';
import type { InputFormat } from '../input-format.js';
import { documentIn, parseXml } from '../xml/parse-xml.js';
import { readMessage } from './read-message.js';

/** An AuditMessage stands within so many first characters: behind a declaration, comments, or a header that nobody knows. */
const startMax = 2048;

/** ATNA: audit messages of DICOM PS3.15 A.5 and RFC 3881 as XML. */
export const atnaFormat: InputFormat = {
  name: 'atna',
  kind: 'text',
  recognises: (payload) => payload.kind === 'text' && /<(?:\w{1,32}:)?AuditMessage[\s/>]/.test(payload.text.slice(0, startMax)),
  read: (payload, reading, meter) => {
    if (payload.kind !== 'text') return rejected('not_xml', '', 'an audit message of ATNA must be XML');
    const document = parseXml(documentIn(payload.text), meter);
    if (document.kind === 'rejected') return document;
    if (document.value.name !== 'AuditMessage') return rejected('other_document', '', 'only an AuditMessage is taken here');
    return readMessage(document.value, payload.envelope, reading, meter);
  },
};
