import { remembered } from '#libs/runtime/remembered.js';
import type { PatientPlace } from '../record/patients.js';
import type { Pairs } from './pairs.js';

/** What the label of a custom field, or its own name, says that it is; words are looked for in it. `@clinic` is a place of mappings. */
export const labelWords: Readonly<Record<string, readonly string[]>> = {
  '@patient': [
    'patient',
    'patients',
    'ipp',
    'ins',
    'mrn',
    'nir',
    'pat id',
    'patid',
    'patientid',
    'medical record number',
    'medicalrecordnumber',
  ],
  '@clinic': ['site', 'facility', 'clinic', 'establishment', 'etablissement', 'finess', 'hospital', 'hopital', 'clinique'],
  '@role': ['role', 'profil', 'profile', 'job', 'fonction', 'metier'],
  '@category': ['category', 'categorie', 'data type', 'datatype', 'resource type', 'type de donnees'],
  '@count': ['count', 'records', 'record count', 'rows', 'nombre', 'lignes'],
  '@session': ['session', 'sessionid'],
  '@factors': ['auth factor no', 'authfactorno'],
  '@factor': ['mfa', 'mfafactor', 'factor', 'mfafactortype'],

  '@emergency': ['emergency', 'urgence', 'break glass', 'break the glass', 'bris de glace', 'btg'],
  '@purpose': ['purpose', 'motif', 'purpose of use'],
};
/** A field of a patient's that is no number of theirs, whatever else its label says. */
const noNumber =
  /(?:^| )(?:name|nom|prenom|firstname|lastname|birth|dob|naissance|sex|sexe|address|adresse|phone|mail|class|type|count|nombre|age|category|categorie)(?: |$)/;
/** What is said of a session or a count beside what it is. */
const noThing = /(?:^| )(?:reason|duration|time|start|end|outcome)(?: |$)/;
/** Matricule of the French national identity; whoever labels a field so gives that number. */
const insAuthority = 'urn:oid:1.2.250.1.213.1.4.8';

export interface Labelled {
  /** The pairs as a record; a name that stands there several times has a list. Labels name their values too. */
  readonly record: Readonly<Record<string, unknown>>;
  /** Where patients stand by what labels say: one place for each numbering. */
  readonly patients: readonly PatientPlace[];
}

/** Pairs with what their labels say: `cs4Label=IPP cs4=4711` is also `IPP=4711`, and a place of patients. A label may come before its value. */
export function labelled(pairs: Pairs): Labelled {
  const record = new Map<string, string | string[]>();
  const add = (name: string, value: string) => {
    if (!value) return;
    const known = record.get(name);
    if (Array.isArray(known)) known.push(value);
    else record.set(name, known === undefined ? value : [known, value]);
  };
  const given = new Map<string, string>();
  for (const [name, value] of pairs) {
    add(name, value);
    if (name.endsWith('Label')) given.set(name.slice(0, -'Label'.length), value);
  }
  const own = new Set(record.keys());
  const patients: PatientPlace[] = [];
  for (const [name, value] of pairs) {
    const label = given.get(name);
    if (name.endsWith('Label') || !value) continue;
    const isNamed = label !== undefined && label !== '' && !own.has(label);
    if (isNamed) add(label, value);
    const kind = kindOf(label ?? name);
    // Fields of one label hold several patients, and those of several labels one patient by several numbers.
    if (kind === '@patient')
      patients.push({ place: isNamed ? label : name, ...(isIns(label ?? name) && { authority: insAuthority }) });
    else if (kind !== undefined) add(kind, value);
  }
  return { record: Object.fromEntries(record), patients: distinct(patients) };
}

const kindOf = remembered((label: string): string | undefined => {
  const words = ` ${wordsOf(label)} `;
  const kind = Object.keys(labelWords).find((one) => labelWords[one]?.some((word) => words.includes(` ${word} `)));
  return (kind === '@patient' ? noNumber : noThing).test(words.trim()) ? undefined : kind;
});

const isIns = remembered((label: string): boolean => /(?:^| )(?:ins|nir)(?: |$)/.test(wordsOf(label)));

/** Lower case, without accents, words apart: `patientId` and `Patient_ID` are `patient id`. */
function wordsOf(label: string): string {
  const plain = label
    .slice(0, 128)
    .normalize('NFD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2');
  return plain
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, ' ')
    .trim();
}

function distinct(places: readonly PatientPlace[]): readonly PatientPlace[] {
  return [...new Map(places.map((place) => [place.place, place])).values()];
}
