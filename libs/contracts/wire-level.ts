/**
 * Says which rows and acts a process writes to the log and understands of it. Raised by one in the first change after a release that adds a field, a word or a topic; services
 * of a higher level write what those of a lower one may not know. Those of versions before there were levels count as 0.
 */
export const wireLevel = 1;
