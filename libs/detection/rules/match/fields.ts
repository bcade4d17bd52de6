import type { AccessRow } from '#libs/contracts/access-row.js';
import { actions, actorKinds, categories, outcomes } from '#libs/contracts/vocabulary.js';

/** Fields of an access row that rules may name. */
export type Field = keyof AccessRow;

/** How a field may be asked. `arrival` fields depend on when an event came, so no rule may decide by them. */
export type FieldKind = 'text' | 'list' | 'number' | 'boolean' | 'time' | 'arrival';

const kinds: Readonly<Record<Field, FieldKind>> = {
  time: 'time',
  group_id: 'text',
  actor_id: 'text',
  patient_id: 'text',
  clinic_id: 'text',
  action: 'text',
  outcome: 'text',
  event_id: 'text',
  source: 'text',
  received_at: 'arrival',
  actor_role: 'text',
  actor_kind: 'text',
  privileged: 'boolean',
  record_count: 'number',
  categories: 'list',
  purpose: 'text',
  emergency: 'boolean',
  source_ip: 'text',
  device: 'text',
  user_agent: 'text',
  session_id: 'text',
  auth: 'text',
  mfa: 'boolean',
  application: 'text',
  key_id: 'arrival',
  extra: 'text',
  time_claimed: 'arrival',
};

export const fieldNames = Object.keys(kinds).toSorted();

/** Whether a name is a field of an access row. */
export function isField(name: string): name is Field {
  return Object.hasOwn(kinds, name);
}

export function kindOf(field: Field): FieldKind {
  return kinds[field];
}

/** The words a field can hold, where there are only some. */
export function wordsOf(field: Field): readonly string[] | undefined {
  if (field === 'action') return actions;
  if (field === 'outcome') return outcomes;
  if (field === 'actor_kind') return actorKinds;
  return field === 'categories' ? categories : undefined;
}

/** A sentence for an unknown field, with the nearest names when there are some. */
export function unknownField(name: string): string {
  const known = namesElsewhere.get(name.toLowerCase().replaceAll(/[^a-z]/g, ''));
  if (known) return `unknown field ${JSON.stringify(name.slice(0, 60))}: write ${known}`;
  const near = fieldNames.filter(
    (known) => known.includes(name.toLowerCase()) || name.toLowerCase().includes(known) || sharedLetters(known, name),
  );
  const hint = name.length > 0 && near.length > 0 && near.length < 5 ? near : fieldNames;
  return `unknown field ${JSON.stringify(name.slice(0, 60))}: write ${hint.slice(0, -1).join(', ')}${hint.length > 1 ? ' or ' : ''}${hint.at(-1)}`;
}

/** What other tools (Sigma rules for Windows and proxies, the Elastic common schema, FHIR) call our fields, letters only. */
const namesElsewhere: ReadonlyMap<string, Field> = new Map(
  Object.entries({
    actor_id: 'user username userid userlogin login loginname logon useremail usertargetname userprincipalname subjectusername subjectusersid targetusername targetuser sourceuser suser duser account accountname accountid samaccountname principal principalid useridentityarn csusername agent agentwho requestor operator',
    actor_role: 'role userrole userroles rolename jobtitle department agentrole',
    actor_kind: 'usertype accounttype actortype useridentitytype',
    source_ip: 'ip srcip src sourceip sourceaddress clientip clientaddress cip ipaddress ipaddr remoteip remoteaddress remotehost hostip networkclientip calleripaddress sourceipaddress agentnetworkaddress',
    device: 'host hostname computer computername workstation workstationname machine machinename devicename deviceid sourcehostname clientname terminal',
    action: 'event eventid eventcode eventname eventaction eventtype eventcategory operation operationname method httpmethod csmethod httprequestmethod verb activity command',
    outcome: 'result resultcode resulttype eventoutcome status statuscode scstatus keywords success',
    time: 'timestamp datetime date eventtime utctime timegenerated timecreated systemtime creationtime recorded eventcreated',
    application: 'app appname applicationname image process processname service servicename product provider providername channel sourcename serviceappname',
    session_id: 'session sessionid logonid logonguid targetlogonid subjectlogonid transactionid',
    user_agent: 'useragent useragentoriginal cuseragent httpuseragent requestuseragent browser',
    auth: 'authenticationpackagename authmethod authenticationmethod logontype logonprocessname authtype authenticationprotocol',
    mfa: 'mfaused mfaauthenticated authenticationrequirement multifactor',
    patient_id: 'patientid patientidentifier mrn ipp subject subjectid entitypatient recordid patientpseudonym',
    clinic_id: 'clinic site siteid facility facilityid establishment hospital hospitalid finess location organizationunit',
    group_id: 'group groupid tenant tenantid organization organizationid organisation customer cloudaccountid',
    record_count: 'count records recordcount rows rowcount rowsreturned resultcount',
    purpose: 'reason purposeofuse purposeofevent justification',
    emergency: 'breaktheglass breakglass btg',
    categories: 'category datacategory documenttype resourcetype objecttype',
    privileged: 'admin isadmin privilege privileges elevatedtoken privilegelist',
    source: 'logname logsource feed index sourcetype',
  } satisfies Partial<Record<Field, string>>).flatMap(([field, names]) =>
    names.split(' ').map((name): readonly [string, Field] => [name, isField(field) ? field : 'extra']),
  ),
); // prettier-ignore

/** `patientId` and `user-agent` are near `patient_id` and `user_agent`. */
function sharedLetters(known: string, name: string): boolean {
  return known.replaceAll('_', '') === name.toLowerCase().replaceAll(/[^a-z]/g, '');
}
