import { askableNames, type Field, isField } from './fields.js';

/** A sentence for an unknown field: what it is called here, or the names that look like it, or all that may be asked. */
export function unknownField(name: string): string {
  const [, key = '', rest = ''] = /^(\w+):(.+)$/su.exec(name) ?? [];
  if (isField(key))
    return `unknown field ${JSON.stringify(name.slice(0, 60))}: a colon and a plain blank stand behind a key, write ${key}: ${rest.trim().slice(0, 60)}`;
  const known = meaning(name);
  if (known === 'nothing')
    return `unknown field ${JSON.stringify(name.slice(0, 60))}: there is no such field, since an access has the address that it comes from (source_ip) and neither another one nor ports; leave this away`;
  const near = known ? [known] : nearest(name);
  const hint = near.length > 0 && near.length < 5 ? near : askableNames;
  return `unknown field ${JSON.stringify(name.slice(0, 60))}: write ${hint.slice(0, -1).join(', ')}${hint.length > 1 ? ' or ' : ''}${hint.at(-1)}`;
}

/** What the name means, as a whole or without what stands before its last parts: `winlog.event_data.TargetUserName`. */
function meaning(name: string): Field | 'nothing' | undefined {
  if (name.toLowerCase() === 'event.id') return 'event_id'; // of ECS; in Windows EventID is the kind of event
  const parts = name
    .slice(0, 200)
    .split(/[.:/\s[\]]+/)
    .filter((part) => part !== '');
  for (const from of parts.keys()) {
    const key = lettersOf(parts.slice(from).join(''));
    const known = elsewhere.get(key) ?? askableNames.find((field) => lettersOf(field) === key);
    if (known) return known;
    if (otherEnd.test(key)) return 'nothing';
  }
  return undefined;
}

/** Addresses of the other end, and ports, in letters and digits alone. */
const otherEnd =
  /^(?:(?:destination|dest|dst|server|target|observer|dvc|device|s)(?:endpoint|nat)?(?:ips?|ipv[46]|ip(?:address|addr)|address(?:es)?|addr)|(?:source|src|client|remote|local|c|destination|dest|dst|server|target|s)?(?:endpoint|nat)?port(?:name|number)?|dst|dest|destination)$/;

function nearest(name: string): readonly Field[] {
  const letters = lettersOf(name.slice(0, 60));
  if (letters.length < 3) return [];
  const far = new Map(askableNames.map((field) => [field, distance(lettersOf(field), letters)]));
  const least = Math.min(...far.values());
  if (least <= (letters.length < 6 ? 1 : 2)) return askableNames.filter((field) => far.get(field) === least);
  return askableNames.filter((field) => lettersOf(field).includes(letters) || letters.includes(lettersOf(field)));
}

function lettersOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');
}

/** Letters to put in, leave out or change. Source: R. A. Wagner, M. J. Fischer, The String-to-String Correction Problem (1974). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, at) => at);
  for (const [i, letter] of Array.from(one).entries()) {
    const next = [i + 1];
    for (let j = 0; j < other.length; j += 1)
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (other[j] === letter ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}

/**
 * What others call our fields, letters and digits only: Sigma's own names for Windows, proxies and clouds, the Elastic Common Schema, OCSF, FHIR's
 * AuditEvent (R4 and R5) and CEF.
 */
export const namesElsewhere: Readonly<Partial<Record<Field, string>>> = {
  actor_id:
    'user username userid userlogin login loginname logon useremail email usertargetname userprincipalname userfullname useruid useruidalt actor actoruser actorusername actoruseruid actoruseremailaddr actoridentifier actorid subjectusername subjectusersid targetusername targetusersid targetuser targetoutboundusername sourceuser sourceusername destinationuser destinationusername suser suid duser duid account accountname accountid samaccountname samuseraccount principal principalid principalname useridentityarn useridentityusername useridentityprincipalid csusername agent agentwho agentwhoidentifier agentwhoidentifiervalue agentwhodisplay agentname agentaltid requestor operator initiatedby initiatedbyuser initiatedbyuserprincipalname caller identity person practitioner',
  actor_role:
    'role userrole userroles rolename roleid jobtitle department agentrole agenttype agentrolecode usergroup usergroups usergroupname actorrole actoruserrole groups title profession',
  actor_kind: 'usertype usertypeid actorusertype actorusertypeid accounttype actortype useridentitytype agentkind',
  source_ip:
    'ip srcip src sourceip sourceaddress sourcenataddress clientip clientaddress cip ipaddress ipaddr remoteip remoteaddress remotehost remoteaddr hostip srcendpointip srcendpoint networkclientip calleripaddress sourceipaddress agentnetworkaddress agentnetworkstring agentnetworkuri agentnetwork clientaddr relatedip sourcenatip xforwardedfor networkforwardedip',
  device:
    'host hostname hostid computer computername workstation workstationname machine machinename devicename deviceid devicehostname deviceuid sourcehost sourcehostname sourcedomain srchost srchostname srcendpointhostname srcendpointname shost dhost dvchost clientname clientdomain terminal station asset endpoint destinationhostname dsthost subjectdomainname targetdomainname observername observerhostname',
  action:
    'event eventid eventcode eventname eventaction eventtype eventcategory eventkind operation operationname method httpmethod csmethod httprequestmethod verb activity activityname activityid activityidname classname classuid categoryname categoryuid typename typeuid command deviceaction act subtype eventsubtype subtypecode code requestmethod restfulinteraction',
  outcome:
    'result resultcode resulttype resultreason eventoutcome eventresult status statusid statuscode statusdetail scstatus httpstatuscode httpresponsestatuscode keywords success successful outcomecode outcomedesc outcomedetail errorcode failurecode disposition',
  event_id:
    'eventuid eventrecordid recordnumber metadatauid eventhash documentid auditeventid messageid correlationid requestid traceid xrequestid',
  time: 'timestamp datetime date timedt eventtime utctime timegenerated timecreated timecreatedsystemtime systemtime creationtime recorded occurred occurreddatetime occurredperiod period eventcreated eventstart eventend eventingested starttime endtime rt deviceReceiptTime logtime metadataloggedtime',
  application:
    'app appname applicationname applicationid appid image originalfilename process processname processexecutable parentimage commandline processcommandline service servicename serviceid product provider providername channel sourcename serviceappname appdisplayname software module metadataproductname observerproduct agentapplication',
  session_id:
    'session sessionid sessionuid actorsessionuid logonid logonguid targetlogonid subjectlogonid transactionid usersessionid authenticationcorrelationid sid jti',
  user_agent:
    'useragent useragentoriginal useragentname cuseragent csuseragent httpuseragent httprequestuseragent requestuseragent requestclientapplication browser clientapp',
  auth: 'authenticationpackagename authmethod authenticationmethod authprotocol authprotocolid logontype logontypeid logonprocessname lmpackagename authtype authenticationprotocol agentauthorization authentication',
  mfa: 'mfaused mfaauthenticated ismfa authenticationrequirement multifactor multifactorauthentication additionaleventdatamfaused',
  patient_id:
    'patient patientid patientidentifier patientreference patientuid mrn ipp ins nir subject subjectid subjectreference entity entitywhat entitywhatreference entitywhatidentifier entitywhatidentifiervalue entityreference entityid entitypatient recordid patientpseudonym participantobjectid nhsnumber medicalrecordnumber',
  clinic_id:
    'clinic site siteid facility facilityid facilityname establishment hospital hospitalid finess location locationid sourcesite auditenterprisesiteid organizationunit orgunit ward unit orguid clouddatacenter',
  group_id:
    'group groupid groupname tenant tenantid tenantuid organization organizationid organizationname organisation customer customerid cloudaccountid cloudaccountuid cloudaccount domain userdomain realm',
  record_count:
    'count eventcount records recordcount numrecords rows rowcount rowsreturned rowsaffected resultcount resultscount hits quantity',
  purpose: 'reason eventreason purposeofuse purposeofevent agentpurposeofuse authorization justification',
  emergency: 'breaktheglass breakglass btg emergencyaccess isemergency',
  categories: 'category datacategory documenttype resourcetype objecttype entitytype entityrole datatype entitysecuritylabel',
  privileged: 'admin isadmin privilege privileges privilegelevel elevatedtoken privilegelist isprivileged useriscloudadmin',
  source:
    'logname logsource feed index sourcetype eventdataset datasetname eventmodule eventprovider sourceobserver observertype metadatalogname metadatalogprovider loggername',
  extra: 'additionaldata unmapped rawdata rawlog originalevent eventoriginal labels',
};

const elsewhere: ReadonlyMap<string, Field> = new Map(
  Object.entries(namesElsewhere).flatMap(([field, names]) =>
    names.split(' ').map((name): readonly [string, Field] => [lettersOf(name), isField(field) ? field : 'extra']),
  ),
);
