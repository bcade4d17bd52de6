import type { AccessRow } from '#libs/contracts/access-row.js';
import { careLinks } from '#libs/contracts/vocabulary.js';

/** What is written on the row, in the order of the contract. */
export type Stamp = Pick<AccessRow, 'care_link' | 'own_clinic' | 'new_network' | 'house_network'>;

/** The bits of what is known of an account's clinic and network. */
export const places = { foreignClinic: 1, newNetwork: 2, houseNetwork: 4 } as const;
const placeBits = 3;

/** A stamp as a number: the place of its link in `careLinks` and one, 0 for none, and the bits of `places`. */
export function stampNumber(link: number, bits: number): number {
  return (link << placeBits) | bits;
}

export function stampOf(link: number, bits: number): Stamp {
  const care_link = careLinks[link - 1];
  return {
    ...(care_link !== undefined && { care_link }),
    ...((bits & places.foreignClinic) !== 0 && { own_clinic: false }),
    ...((bits & places.newNetwork) !== 0 && { new_network: true }),
    ...((bits & places.houseNetwork) !== 0 && { house_network: true }),
  };
}

/** A stamp as the end of a row in a frame, from the comma that follows the fields before. */
export function stampText(stamp: Stamp, patients = 0, block?: string): string {
  let text = stamp.care_link === undefined ? '' : `,"care_link":"${stamp.care_link}"`;
  if (stamp.own_clinic !== undefined) text += `,"own_clinic":${String(stamp.own_clinic)}`;
  if (stamp.new_network !== undefined) text += `,"new_network":${String(stamp.new_network)}`;
  if (stamp.house_network !== undefined) text += `,"house_network":${String(stamp.house_network)}`;
  if (patients > 1) text += `,"event_patients":${patients}`;
  if (block !== undefined) text += `,"id_block":"${block}"`;
  return text;
}

/** The text of every stamp, by its number. */
export const stampTexts: readonly string[] = Array.from({ length: (careLinks.length + 1) << placeBits }, (_, number) =>
  stampText(stampOf(number >> placeBits, number & ((1 << placeBits) - 1))),
);
