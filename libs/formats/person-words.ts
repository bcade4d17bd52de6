/** Words in a name of a field that say that its value names or finds a person. */
const personWords = new Set([
  'patient', 'patients', 'name', 'names', 'nom', 'noms', 'prenom', 'firstname', 'lastname', 'surname', 'fullname', 'birth', 'birthdate',
  'birthday', 'dob', 'naissance', 'ins', 'nir', 'nia', 'ipp', 'mrn', 'nda', 'ssn', 'nss', 'nhs', 'address', 'adresse', 'street', 'phone',
  'telephone', 'tel', 'mobile', 'mail', 'email', 'courriel', 'fax', 'person', 'subject', 'beneficiary', 'insured', 'kvnr', 'gender', 'sex',
  'family', 'given',
]); // prettier-ignore
const personStems = /patient|birth|naissance|prenom|firstname|lastname|surname|telephone|e-?mail|identit/;

/** Whether the name of a field says that its value names or finds a person: `patientName`, `INS`, `date_of_birth`; not `insurance`. */
export function namesPerson(key: string): boolean {
  const plain = key.normalize('NFD').replace(/\p{M}/gu, '');
  const words = plain
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/);
  return words.some((word) => personWords.has(word)) || personStems.test(plain.toLowerCase());
}
