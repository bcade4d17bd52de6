/** What an event may be at most. Lengths of text are in UTF-16 units, as JavaScript counts them. */
export const limits = {
  /** One item of a request: a line, an element of an array, an AuditEvent. */
  itemBytesMax: 1024 * 1024,
  /** Objects and arrays inside each other. */
  depthMax: 32,
  /** Keys and array elements of one item, patients included. */
  nodesMax: 50_000,
  /** Patients of one event; one row is written for each. */
  patientsMax: 20_000,
  /** Clinics, accounts, groups, sources' record ids. */
  keyTextMax: 256,
  /** Roles, devices, sessions, purposes, applications. */
  freeTextMax: 1024,
  userAgentMax: 2048,
  categoriesMax: 32,
  recordCountMax: 1_000_000_000,
  /** JSON text of the unknown fields that are kept. */
  extraBytesMax: 8 * 1024,
  /** Key and element count of a whole FHIR Bundle. */
  bundleNodesMax: 1_000_000,
  bundleEntriesMax: 5_000,
} as const;

/** Oldest and youngest time that can be stored, in milliseconds since 1970. */
export const timeMsMin = 0;
export const timeMsMax = Date.UTC(2200, 0, 1);
