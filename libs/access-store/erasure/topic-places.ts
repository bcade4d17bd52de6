import { chained, proof } from './places.js';

export interface TopicPlace {
  readonly holds: string;
  /** Whether frames go by themselves, after the topic's retention. */
  readonly ends: boolean;
  readonly because: string;
}

const rowsOfLog = 'frames are appended and never changed: a row goes with its frame, when the topic has kept it long enough';
const subjectOf = (what: string): TopicPlace => ({
  holds: `accesses once more, by ${what}: pseudonyms, accounts, groups`,
  ends: true,
  because: rowsOfLog,
});

/** Every topic of the log, by name. */
export const topicPlaces: Readonly<Record<string, TopicPlace>> = {
  'vigie.accesses.v1': { holds: 'accesses: pseudonyms, accounts, groups', ends: true, because: rowsOfLog },
  'vigie.by-source-ip.v1': subjectOf('address'),
  'vigie.by-device.v1': subjectOf('device'),
  'vigie.by-session-id.v1': subjectOf('session'),
  'vigie.by-id-block.v1': subjectOf('block of numbers'),
  'vigie.by-clinic-id.v1': subjectOf('clinic'),
  'vigie.care.v1': { holds: 'who met which patient: pseudonyms, accounts, groups', ends: true, because: rowsOfLog },
  'vigie.habits.v1': { holds: 'counts of days of accounts: accounts, groups, no pseudonym', ends: true, because: rowsOfLog },
  'vigie.quarantine.v1': { holds: 'what could not be read, sealed; groups', ends: true, because: rowsOfLog },
  'vigie.findings.v1': { holds: 'findings for others: accounts, groups', ends: true, because: rowsOfLog },
  'vigie.incidents.v1': { holds: 'changes of incidents: accounts, groups, no pseudonym', ends: false, because: proof },
  'vigie.actions.v1': { holds: 'what people did with cases: accounts, groups, no pseudonym', ends: false, because: proof },
  'vigie.audit.v1': {
    holds: 'who looked: people, cases, no pseudonym',
    ends: false,
    because: chained,
  },
};
