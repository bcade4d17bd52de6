import type { Category } from '#libs/contracts/vocabulary.js';

/** Which kind of data a resource type holds. */
export const typesOf: Readonly<Partial<Record<Category, string>>> = {
  identity: 'Patient RelatedPerson Person',
  insurance:
    'Coverage CoverageEligibilityRequest CoverageEligibilityResponse Claim ClaimResponse ExplanationOfBenefit Account Invoice',
  prescription: 'Medication MedicationRequest MedicationDispense MedicationAdministration MedicationStatement',
  notes: 'DocumentReference DocumentManifest Composition Binary ClinicalImpression QuestionnaireResponse Communication',
  lab: 'Observation DiagnosticReport Specimen',
  imaging: 'ImagingStudy ImagingSelection Media',
  scheduling: 'Appointment Schedule Slot Encounter EpisodeOfCare',
  clinical: 'Condition Procedure AllergyIntolerance Immunization CarePlan',
};

const categoryOfType: ReadonlyMap<string, Category> = new Map(
  (Object.keys(typesOf) as readonly (keyof typeof typesOf)[]).flatMap((category) =>
    (typesOf[category] ?? '').split(' ').map((type) => [type, category] as const),
  ),
);

/** The category of a resource type, such as `Coverage`; undefined for types that are not data about a patient. */
export function categoryOf(type: string | undefined): Category | undefined {
  return type === undefined ? undefined : categoryOfType.get(type);
}
