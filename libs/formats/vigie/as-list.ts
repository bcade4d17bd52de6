const quote = 0x22;
const space = 0x20;
const patientKey = Buffer.from('"patient_id":');
const patientsKey = '"patient_ids":[';

/**
 * Rewrites the line in `memory` from `from` to `stop` with its one `patient_id` as a list of one, which is the same; answers with where it ends then,
 * -1 where it has none. What looks like that key is one: in a text its quotes would be escaped, and such a line is not ordinary.
 */
export function writeAsList(memory: Buffer, from: number, stop: number): number {
  const at = memory.subarray(from, stop).indexOf(patientKey);
  if (at < 0) return -1;
  const key = from + at;
  const start = key + patientKey.length + (memory[key + patientKey.length] === space ? 1 : 0);
  const end = memory[start] === quote ? memory.indexOf(quote, start + 1) + 1 : 0;
  if (end === 0 || end > stop) return -1;
  const value = memory.toString('latin1', start, end);
  const grown = patientsKey.length + value.length + 1 - (end - key);
  memory.copyWithin(end + grown, end, stop);
  memory.write(`${patientsKey}${value}]`, key, 'latin1');
  return stop + grown;
}
