// atna/: DICOM's AuditMessage (PS3.15 A.5) and its older form of RFC 3881, in one tree.
// What stands where is data; who acted and who is a patient are rules over participants and objects.

import type { Category } from '#libs/contracts/vocabulary.js';

/** A coded value in both dialects: DICOM says `csd-code` and `originalText`, RFC 3881 `code` and `displayName`. */
const code = '@csd-code|@code';
const name = '@originalText|@displayName';

/** Where each field of an event stands; the first path that has a text counts. */
export const atnaPlaces = {
  time: ['EventIdentification/@EventDateTime'],
  actionCodes: [`EventIdentification/EventTypeCode/${code}`, `EventIdentification/EventID/${code}`],
  actionLetter: ['EventIdentification/@EventActionCode'],
  actionWords: [`EventIdentification/EventTypeCode/${name}`, `EventIdentification/EventID/${name}`],
  outcome: ['EventIdentification/@EventOutcomeIndicator'],
  purpose: [`EventIdentification/PurposeOfUse/${code}`, `ActiveParticipant/PurposeOfUse/${code}`],
  clinicId: ['AuditSourceIdentification/@AuditEnterpriseSiteID'],
  application: ['AuditSourceIdentification/@AuditSourceID'],
} as const;

/** The same within an `ActiveParticipant`. */
export const participantPlaces = {
  id: ['@UserID'],
  alternativeId: ['@AlternativeUserID'],
  name: ['@UserName'],
  type: ['@UserTypeCode'],
  idType: [`UserIDTypeCode/${code}`],
  roles: [`RoleIDCode/${code}`],
  roleWords: [`RoleIDCode/${name}`],
  isRequestor: ['@UserIsRequestor'],
  address: ['@NetworkAccessPointID'],
  addressType: ['@NetworkAccessPointTypeCode'],
} as const;

/** The same within a `ParticipantObjectIdentification`. */
export const objectPlaces = {
  id: ['@ParticipantObjectID'],
  type: ['@ParticipantObjectTypeCode'],
  role: ['@ParticipantObjectTypeCodeRole'],
  kinds: [`ParticipantObjectIDTypeCode/${code}`, `ParticipantObjectIDTypeCode/${name}`],
  query: ['ParticipantObjectQuery'],
  instances: ['ParticipantObjectDescription/SOPClass/@NumberOfInstances', 'SOPClass/@NumberOfInstances'],
} as const;

/** What codes of events and kinds of objects say of the data: DICOM, IHE transactions, XDS metadata, words of OpenEMR. */
export const categoryOfCode: ReadonlyMap<string, Category> = new Map<string, Category>([
  ...codes('imaging', '110102 110103 110104 110105 110180 110181 RAD-16 RAD-55 RAD-69 RAD-107'),
  ...codes(
    'notes',
    'ITI-18 ITI-38 ITI-39 ITI-41 ITI-42 ITI-43 ITI-65 ITI-66 ITI-67 ITI-68 XDSDocumentEntry urn:uuid:7edca82f-054d-47f2-a032-9b2a5b5186c1',
  ),
  ...codes('identity', 'ITI-8 ITI-9 ITI-10 ITI-21 ITI-22 ITI-44 ITI-45 ITI-46 ITI-47 ITI-55 ITI-56 ITI-78 ITI-83'),
]);

function codes(category: Category, list: string): readonly (readonly [string, Category])[] {
  return list.split(' ').map((one) => [one, category] as const);
}
