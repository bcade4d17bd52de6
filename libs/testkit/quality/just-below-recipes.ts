import type { AttackSettings } from '../hospital/attacks/attack-plans.js';

/** What meets the selection of a rule. How many, and how fast, follows from the rule. */
export interface Recipe extends Pick<
  AttackSettings,
  'open' | 'closed' | 'among' | 'action' | 'emergency' | 'order' | 'from' | 'role' | 'actors' | 'followHours'
> {
  /** Local hours; the whole day of the hospital where they are left out. */
  readonly hours?: readonly [number, number];
  /** Patients of one event, at most. */
  readonly together?: number;
  /** Records a day of each account, for a rule that counts accounts. */
  readonly each?: number;
}

const own = { open: 'own' } as const;
const closed = { open: 0, closed: 3 } as const;
const evening = { role: 'secretary', hours: [18, 23] } as const;
const program = { role: 'service', open: 6, hours: [6, 22] } as const;
const inCare = { among: 'in_care' } as const;

/** By the ids of the rules. Whoever knows the pack reads where a rule sees least: one's own clinic, people in care, the evening. */
export const belowRecipes: ReadonlyMap<string, Recipe> = new Map<string, Recipe>([
  // Strangers.
  ['1b486897-da75-49f4-9c3b-ed2e25dede54', own],
  ['7ffaa3cf-8621-4e5a-bab7-431cf5bd6c35', own],
  ['4c569d7d-a98e-4b40-b607-7a1fab21e900', own],
  ['f90fd33c-43e5-467a-aac9-76b8bc59ee52', own],
  ['5a7f0c3e-1f0d-4a3b-b6d2-90c4e8a1d7f5', own],
  ['2e9b7c41-6d3f-4f8a-9b25-71c0d8e4a6f3', own],
  ['78766073-0818-4963-bce8-6e945aa7ed9c', { open: 1 }],
  ['54c1855d-2515-42ef-9ae9-c84a0cb99ce5', { open: 3 }],
  ['ba470db7-e78f-4feb-ae7d-47e81a4002dc', { open: 2 }],
  // Lists, files.
  ['84513a3e-53d5-4632-98c4-d4bc52a4d770', { ...own, action: 'list', together: 20 }],
  ['26e86584-d94f-46be-a044-870f5945b48c', { open: 2, action: 'list', together: 20, order: 'by_clinic' }],
  ['a5331204-0a72-4e7a-a3c3-5a33e3b7851d', { open: 2, action: 'list', together: 27, order: 'by_clinic' }],
  ['6d0b3f52-94c1-4c1b-8a0e-27d5b1f6e9a4', { ...own, action: 'list', together: 29 }],
  ['17204a9e-0f7f-46bf-8fc5-23c1fbebf365', { ...own, action: 'list', together: 29 }],
  ['84d3c25b-5651-4a8d-a2b7-6202780871f4', { ...own, action: 'list', together: 17 }],
  ['dcf9dd13-c5bc-4d32-bad9-93fa8f57cd87', { ...own, action: 'export', together: 49 }],
  ['b1f12564-53a5-4f21-b71c-b8282ef60d9e', { ...own, action: 'print' }],
  // People in care.
  ['8ddf3856-70da-4d93-8ee6-4d04af35f50e', { ...own, ...inCare, role: 'secretary' }],
  ['b69ab366-d2f0-4823-a938-ed0c20788eac', { open: 1, actors: 2, followHours: 24 }],
  ['fe348fb0-4e8a-4a4d-8bb6-d3ef05fc0d91', { open: 4, ...inCare }],
  ['e524f185-90cb-4cdb-8b45-457967437e25', { open: 4, ...inCare }],
  // Many, whoever they are.
  ['5b0f6f0e-1c1e-4f0e-9d0a-2d6a3f6f7a10', { open: 2, ...inCare, ...evening }],
  ['8f7c2a54-3f4b-4a0e-8f57-0f6d5b1e9c22', { open: 2, ...inCare, ...evening }],
  ['d1a4e9b3-7c58-4b7f-b0de-93c6a2f81f57', { open: 2, ...inCare, ...evening }],
  ['da2f8f9c-7a87-4825-9dce-98324997b4fa', { ...own, ...inCare, ...evening }],
  ['eda5c29d-d20b-447f-8175-a5299850baec', { ...own, ...inCare, ...evening }],
  ['934a791c-c12b-41aa-8a98-a19fd1c6faa8', { ...own, ...inCare, ...evening }],
  ['91f9c9cc-0ca3-43eb-a320-85d9a87664ac', { open: 4, ...inCare, ...evening }],
  ['572efca4-17da-4370-85ab-6b3c8a17840c', { open: 4, ...inCare, ...evening }],
  ['bc5d2bbf-58b1-4d28-a43f-9a04d491f98b', { open: 4, ...inCare, ...evening }],
  // The glass, closed clinics.
  ['15906cac-1962-4684-9c2d-15d0e81616a1', { ...own, emergency: true }],
  ['f2c8297e-5aaa-48a0-a772-3e87ad834eb4', { ...own, emergency: true }],
  ['c0c2a22a-c2e6-4109-a8c1-c9f1a01db514', { ...own, emergency: true }],
  ['28bdd4ce-91e2-4d65-b20e-fb9d6723ca06', closed],
  ['8dff7251-ea8b-45a8-8749-7e33c3cd3b38', closed],
  ['7926720c-3f51-488a-a2d3-41a80005e7e7', closed],
  ['6212e7f9-d8b5-4b30-a700-965c0489d462', closed],
  ['e9de6c6e-755b-4ff8-a376-6541539bbee6', { ...closed, hours: [22, 24] }],
  // Numbers that lie together, addresses, a register: so many accounts less one.
  ['ad099640-277c-41b0-ab27-8010247ed176', { open: 1, order: 'ascending' }],
  ['0f7d9b54-6e0e-4a0c-9a51-7c1de2d3b9a6', { open: 1, order: 'ascending', action: 'list', together: 9 }],
  ['3e1c6f0a-5b7d-4d0e-9a55-8f2b6c41d7e3', { open: 1, order: 'ascending', each: 4 }],
  ['dbe1b10c-0c0f-4d2c-b821-71f9d50331d7', { open: 1, each: 4 }],
  ['cbc97d56-c7f7-48fa-a0a7-fca9b0dcdade', { open: 2, from: 'outside', each: 6 }],
  ['e0a6c1de-0f0b-4f0e-8a3b-1c5f4b0f7e52', { open: 2, from: 'outside', each: 6 }],
  ['c959444b-26ea-4058-b5b6-04f3e89e287e', { open: 2, from: 'house', each: 6 }],
  // Programs, beside their job.
  ['e3e83447-ae69-4c4b-af1d-beb5295b4fed', program],
  ['ba8830f0-aa01-4e48-8ea6-23641b823161', program],
  ['62d59ec0-51f9-4e84-9f2e-d22339138301', program],
  ['feb7099a-d9e3-4b34-9719-d58f15236b77', program],
  ['12b64718-dd93-4c8f-9522-e66ff203a865', program],
  ['4f0b6c9d-8e57-4b6a-b1d2-6c3f5a90e714', program],
  ['a27c4e91-6d05-4f1b-8e3a-94c1d7f0b862', program],
  ['3f9d0b58-7e12-4ac6-b5f7-1d8e60a4c293', { ...program, hours: [21, 24] }],
]);

/** Rules of the default pack that nobody stays below in the simulation, and why. */
export const unplanted: ReadonlyMap<string, string> = new Map([
  ['08357413-3757-46c0-8aa0-b8cfce2149d9', 'it has no number of its own: all others that are learned are its counts'],
  ['35ebe29e-6f82-4882-bfb4-26e9b92e9ad2', 'one access is enough'],
  ['a50e9596-d4cb-4a55-b4b0-ab730f605c7a', 'its events name no patient'],
  ['7df4f0bc-f292-4315-862b-149d752fef39', 'its events name no patient'],
  ['5a6b0a0c-1a53-4a44-9a55-0c3e2a6f7d10', "it is about Vigie's own console"],
  ['c1d7b3a6-0a3e-4f0e-8b61-5d1f6a2b9e37', "it is about Vigie's own console"],
  ['0b75bae3-531d-4443-afb4-9601e2f0855f', 'it counts refusals, in which nobody reads a record'],
  ['4c8b92b4-a2ed-4f23-9755-ffaea12c0424', 'no account of the simulation sleeps for thirty days'],
  ['2cbf81e7-ceb4-427e-9495-b1432783800f', 'below it is one address, as with every other attack on a program'],
  ['9cd27c10-b71d-45af-8f0f-aa55860a07ed', 'it counts clinics: below it is one clinic, of which other rules have a row'],
  ['43917be6-bffd-44e0-9bba-5a088c8cc20d', 'one event is enough'],
  ['2b07d51d-127b-40cf-8038-5f3a80e6c474', 'below it is one address, as with every other attack'],
]);
