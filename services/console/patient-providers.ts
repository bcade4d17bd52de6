import { DossierShelf } from '#libs/access-store/dossiers/dossier-shelf.js';
import { CaseFigures } from '#libs/access-store/incidents/case-figures.js';
import { CasePatients } from '#libs/access-store/patients/case-patients.js';
import { STORE_CLIENT, type StoreClient } from '#libs/access-store/nest/store.module.js';
import { patientsTogether } from '#libs/access-store/together/patients-together.js';
import { patientsOfIncidents } from '#libs/access-store/together/some-patients.js';
import type { Clock } from '#libs/runtime/clock.js';
import type { Log } from '#libs/runtime/log.js';
import { CLOCK, LOG } from '#libs/runtime/runtime.module.js';
import { CaseCounter, type CounterTools } from './act/count-patients.js';
import { ListWatch } from './act/watch-lists.js';
import { ListPlaces } from './answer/list-place.js';
import { OpenPatients } from './answer/open-patients.js';
import { CONSOLE_CONFIG, type ConsoleConfig } from './config.js';
import { ConsolePipeline } from './follow/pipeline.js';

/** Injection token of what counts the patients of linked incidents. */
export const PATIENTS_TOGETHER = Symbol('patients together');

const figures = {
  provide: CaseFigures,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new CaseFigures(client),
};

const patients = {
  provide: CasePatients,
  inject: [STORE_CLIENT],
  useFactory: (client: StoreClient) => new CasePatients(client),
};

const together = {
  provide: PATIENTS_TOGETHER,
  inject: [STORE_CLIENT],
  useFactory:
    (client: StoreClient): CounterTools['together'] =>
    (figures) =>
      patientsTogether(client, figures),
};

const counter = {
  provide: CaseCounter,
  inject: [ConsolePipeline, PATIENTS_TOGETHER, CLOCK, LOG],
  useFactory: (owner: ConsolePipeline, count: CounterTools['together'], clock: Clock, log: Log) =>
    new CaseCounter({ book: owner.book, clock, log, together: count, append: (action) => owner.append(action) }),
};

const openPatients = {
  provide: OpenPatients,
  inject: [STORE_CLIENT, CLOCK, LOG],
  useFactory: (client: StoreClient, clock: Clock, log: Log) =>
    new OpenPatients((ids) => patientsOfIncidents(client, ids), { clock, log }),
};

const places = {
  provide: ListPlaces,
  inject: [CONSOLE_CONFIG],
  useFactory: ({ sessionKeys }: ConsoleConfig) => new ListPlaces(sessionKeys),
};

const watch = {
  provide: ListWatch,
  inject: [ConsolePipeline, DossierShelf, CLOCK, LOG],
  useFactory: (owner: ConsolePipeline, shelf: DossierShelf, clock: Clock, log: Log) =>
    new ListWatch({ book: owner.book, clock, log, shelf, append: (action) => owner.append(action) }),
};

/** Whose records cases opened, and how many they are. */
export const patientProviders = [watch, figures, patients, together, counter, openPatients, places];
