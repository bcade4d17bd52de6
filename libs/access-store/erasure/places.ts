// Longer than the house likes: one table of what is stored of whom, which is read against the schema as a whole.

import type { ErasureKind } from './records/erasure-row.js';

/**
 * What an erasure does with the rows of a table that hold its subject. `rows` is a condition in SQL over `{patients:Array(String)}`,
 * `{groups:Array(String)}` and `{account:String}`: those rows, and no others. Without it none can be told apart.
 */
export type Fate =
  | { readonly takes: true; readonly rows: string; readonly evidence?: Evidence }
  | { readonly takes: false; readonly rows?: string; readonly because: string };

/**
 * What of the rows is evidence while a case is not resolved: `accesses` of its incidents and scopes, findings of accounts that are its subject,
 * or everything of a group that has one.
 */
export type Evidence = 'accesses' | 'subjects' | 'group';

export interface TablePlace {
  /** Columns with pseudonyms of patients, with names of accounts (or of what accounts have in common), with groups: names between blanks. */
  readonly patients?: string;
  readonly accounts?: string;
  readonly groups?: string;
  /** Columns that name who works with Vigie, or hold what these wrote. */
  readonly people?: string;
  /** All others: none names anybody. */
  readonly others: string;
  /** How long its rows are there. */
  readonly ends: string;
  readonly fates: Readonly<Record<ErasureKind, Fate>>;
}

export const chained = 'who looked is chained, and is the proof that nobody looked unseen';
const noEnd = 'no end by itself';
export const proof = 'the record of cases is the proof of what was found, judged and told, and the law asks for it';
const ofGroup = 'has(@groups, group_id)';
const ofAccount = `${ofGroup} AND actor_id = @account`;
const nobody = { takes: false, because: 'names nobody' } as const;
const noPatient = { takes: false, because: 'holds no pseudonym' } as const;
const noAccount = { takes: false, because: 'holds no account' } as const;

/** Named parameters, for the conditions to be short. */
function fate(rows: string, evidence?: Evidence): Fate {
  return { takes: true, rows: withParameters(rows), ...(evidence && { evidence }) };
}

function stays(because: string, rows?: string): Fate {
  return { takes: false, because, ...(rows !== undefined && { rows: withParameters(rows) }) };
}

function withParameters(rows: string): string {
  return rows
    .replaceAll('@patients', '{patients:Array(String)}')
    .replaceAll('@groups', '{groups:Array(String)}')
    .replaceAll('@account', '{account:String}');
}

const all = (one: Fate): TablePlace['fates'] => ({ patient: one, account: one, group: one });
const recordOfCases = (account: string): TablePlace['fates'] => ({
  patient: noPatient,
  account: stays(proof, account),
  group: stays(proof, ofGroup),
});

/** Every table of Vigie in ClickHouse, by name. */
export const tablePlaces: Readonly<Record<string, TablePlace>> = {
  access_rows: {
    patients: 'patient_id former_id',
    accounts: 'actor_id source_ip device user_agent session_id',
    groups: 'group_id',
    others:
      'time clinic_id action outcome event_id source received_at actor_role actor_kind privileged record_count categories purpose emergency auth mfa application key_id extra time_claimed care_link own_clinic new_network house_network event_patients id_block',
    ends: 'until the hospital drops its month',
    fates: {
      patient: fate(`${ofGroup} AND (has(@patients, patient_id) OR (former_id != '' AND has(@patients, former_id)))`, 'accesses'),
      account: fate(ofAccount, 'accesses'),
      group: fate(ofGroup, 'accesses'),
    },
  },
  archive_batches: {
    others: 'topic partition first_offset last_offset rows refused token stored_at',
    ends: noEnd,
    fates: all(nobody),
  },
  audit_rows: {
    people: 'by remote_address',
    others: 'audit_id chain_id number previous_sha256 at via method route case_id rows status sha256',
    ends: noEnd,
    fates: all({ takes: false, because: chained }),
  },
  case_action_rows: {
    accounts: 'actor_id',
    groups: 'group_id',
    people: 'by owner text by_whom reference reason not_qualified_reason delay_reason not_informed_reason answers answers_seen',
    others:
      'action_id case_id type via at seen_version seen_incidents note_id verdict until incident_ids incident_id level kind taken_at controller_id informed_at is_breach aware_at risk snapshot_id number list_sha256 manifest_sha256 patients exposed authority phase sent_at mode count first_at last_at pseudonyms matched unmatched persons deceased minors counted added removed changed late_clinics',
    ends: noEnd,
    fates: recordOfCases(ofAccount),
  },
  case_states: {
    accounts: 'actor_id subject_kind account_count',
    groups: 'group_id',
    people: 'owner acknowledged_by resolved_by members',
    others:
      'case_id title status verdict level controllers incident_ids rules rule_titles clinics patients patients_settled step first_time last_time opened_at acknowledge_by acknowledged_at resolved_at on_hold_until reopened version changed_at joined_into place',
    ends: noEnd,
    fates: recordOfCases(ofAccount),
  },
  clinics: {
    groups: 'group_id',
    others: 'clinic_id controller_id name opened_at closed_at updated_at removed of_file',
    ends: noEnd,
    fates: { patient: noPatient, account: noAccount, group: fate(ofGroup, 'group') },
  },
  controllers: {
    groups: 'group_id',
    people: 'legal_representative dpo_name dpo_email dpo_phone',
    others: 'controller_id name siren joint_with processor_of nis2 ars updated_at removed',
    ends: noEnd,
    fates: { patient: noPatient, account: noAccount, group: fate(ofGroup, 'group') },
  },
  dossier_patients: {
    patients: 'patient_id',
    groups: 'group_id',
    others: 'snapshot_id controller_id clinic_id certainty categories key_ids first_time last_time accesses',
    ends: noEnd,
    fates: {
      patient: stays(
        'frozen lists are the proof of whom a breach concerned, and must be as they were',
        `${ofGroup} AND has(@patients, patient_id)`,
      ),
      account: noAccount,
      group: stays('frozen lists are the proof of whom a breach concerned, and must be as they were', ofGroup),
    },
  },
  dossier_scopes: {
    accounts: 'accounts source_ips devices session_ids',
    groups: 'group_id',
    people: 'author reason',
    others: 'case_id version from_time to_time applications set_at',
    ends: noEnd,
    fates: recordOfCases(`${ofGroup} AND has(accounts, @account)`),
  },
  dossier_snapshots: {
    groups: 'group_id',
    people: 'frozen_by manifest',
    others:
      'snapshot_id case_id controller_id number kind frozen_at scope_version patients exposed per_tier unnamed_records list_sha256 manifest_sha256 previous_sha256',
    ends: noEnd,
    fates: {
      patient: noPatient,
      account: noAccount,
      group: stays('snapshots are chained, and the proof of what was frozen', ofGroup),
    },
  },
  erasures: {
    groups: 'group_id',
    people: 'reason by',
    others: 'erasure_id kind subject_sha256 state begun_at ended_at taken held kept listed updated_at',
    ends: noEnd,
    fates: all({ takes: false, because: 'it is the record of what was erased, and holds a digest of whose it was' }),
  },
  incident_states: {
    patients: 'block_patients',
    accounts: 'actor_id accounts subject_kind account_count',
    groups: 'group_id',
    others:
      'incident_id state first_time last_time detected_at patients patients_at_firing patients_at_detection clinics categories rules rule_matches rule_selections selections level step found late_seconds detection_delay_seconds merged_into suppressed_by change_type change_id changed_at version received_at',
    ends: noEnd,
    fates: {
      ...recordOfCases(`${ofGroup} AND (actor_id = @account OR has(accounts, @account))`),
      patient: stays(proof, `${ofGroup} AND hasAny(block_patients, @patients)`),
    },
  },
  leak_findings: {
    accounts: 'actor_id alike',
    groups: 'group_id',
    others: 'leak_id rank kind ref first_time last_time matched size share ln_bayes support asked_at',
    ends: noEnd,
    fates: { patient: noPatient, account: fate(ofAccount, 'subjects'), group: fate(ofGroup, 'subjects') },
  },
  leak_samples: {
    patients: 'patient_id',
    groups: 'group_id',
    others: 'leak_id asked_at',
    ends: 'a day after it was asked with',
    fates: { patient: fate(`${ofGroup} AND has(@patients, patient_id)`), account: noAccount, group: fate(ofGroup) },
  },
  leakchecks: { others: 'run at identifiers places', ends: noEnd, fates: all(nobody) },
  leaks: {
    groups: 'group_id',
    people: 'title asked_by',
    others:
      'leak_id period_from period_to given known touched accounts patients verdict unexplained control_samples control_named asked_at',
    ends: noEnd,
    fates: { patient: noPatient, account: noAccount, group: fate(ofGroup, 'group') },
  },
  lists: {
    // A value is whatever the list is of.
    patients: 'value',
    accounts: 'value',
    groups: 'group_id',
    people: 'owner reason',
    others: 'list_name valid_from valid_until updated_at removed',
    ends: noEnd,
    fates: {
      patient: fate("(group_id = '' OR has(@groups, group_id)) AND has(@patients, value)"),
      account: fate(`${ofGroup} AND value = @account`),
      group: fate(ofGroup),
    },
  },
  migrations: { others: 'name checksum applied_at', ends: noEnd, fates: all(nobody) },
  mutes: {
    accounts: 'actor_id',
    groups: 'group_id',
    people: 'owner reason created_by',
    others: 'mute_id clinic_id rule_id level_max starts_at ends_at covers_critical created_at removed updated_at',
    ends: noEnd,
    fates: {
      patient: noPatient,
      account: stays('it says why somebody was not told', ofAccount),
      group: stays('it says why somebody was not told', ofGroup),
    },
  },
  notification_attempts: {
    others: 'change_id incident_id change_type kind endpoint attempt outcome status reason at delay_seconds',
    ends: noEnd,
    fates: all({ takes: false, because: `names incidents and receivers alone; ${proof}` }),
  },
  quarantine_replays: {
    groups: 'group_id',
    others: 'source quarantine_id replayed_at events',
    ends: noEnd,
    fates: { patient: noPatient, account: noAccount, group: fate(ofGroup) },
  },
  quarantine_rows: {
    patients: 'sealed',
    accounts: 'sealed content detail origin',
    groups: 'group_id',
    others: 'quarantine_id received_at source step reason field',
    ends: noEnd,
    fates: {
      patient: stays(
        'what is sealed opens with the private key of the group alone, so that no row can be told to be of one patient: the group can go as a whole',
      ),
      account: stays(
        'what is sealed opens with the private key of the group alone, so that no row can be told to be of one account: the group can go as a whole',
      ),
      group: fate(ofGroup),
    },
  },
  selections: {
    patients: 'expression condition',
    accounts: 'expression condition',
    groups: 'expression condition',
    others: 'selection_id registered_at',
    ends: noEnd,
    fates: {
      patient: fate(
        'arrayExists(one -> position(expression, one) > 0, @patients) AND selection_id NOT IN (SELECT arrayJoin(arrayConcat(selections, rule_selections)) FROM vigie.incident_states)',
      ),
      account: stays('a selection quotes the lists of every group, and old incidents are listed by it'),
      group: stays('a selection quotes the lists of every group, and old incidents are listed by it'),
    },
  },
};

/** All columns that a place says something of. */
export function columnsOf({ patients = '', accounts = '', groups = '', people = '', others }: TablePlace): readonly string[] {
  const named = [patients, accounts, groups, people, others]
    .join(' ')
    .split(' ')
    .filter((name) => name !== '');
  return [...new Set(named)].toSorted();
}
