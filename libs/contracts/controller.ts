import { z } from 'zod';

/** What NIS 2 makes of an entity; its clocks run only where it is one. */
export const nis2Kinds = ['none', 'important', 'essential'] as const;

/**
 * Who answers for patient data before the law: a legal entity of one clinic or more, a row of the table `controllers`. Clocks, lists and
 * dossiers are of one controller each. Texts are empty where nobody said.
 */
export const controller = z.strictObject({
  group_id: z.string().min(1),
  controller_id: z.string().min(1).max(200),
  name: z.string().max(500),
  siren: z.string().regex(/^(\d{9})?$/, 'has nine digits'),
  legal_representative: z.string().max(500),
  dpo_name: z.string().max(500),
  dpo_email: z.string().regex(/^([^\s@]+@[^\s@]+)?$/, 'is an address such as dpo@hospital.example'),
  dpo_phone: z.string().max(100),
  /** Controllers that decide with it about the same data: each notifies, unless an arrangement names one. */
  joint_with: z.array(z.string().min(1)).max(100),
  /** Controllers for which it processes data, as the security operations of a group do. */
  processor_of: z.array(z.string().min(1)).max(100),
  nis2: z.enum(nis2Kinds),
  /** The regional health agency. */
  ars: z.string().max(200),
});
export type Controller = z.infer<typeof controller>;
