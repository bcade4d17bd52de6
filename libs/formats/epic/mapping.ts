import type { RecordMapping } from '../record/mapping.js';

/** Keys of Epic over those of the format that carries them; they go before. */
export const epicMapping: RecordMapping = {
  places: {
    id: ['E3MID'],
    clinic_id: ['NEWDEPARTMENT', 'PREVDEPARTMENT', 'DEPARTMENT'],
    actor_id: ['EMPid', 'suser', 'usrName', 'LOGINLDAPID', 'LOGIN_LDAP_ID', 'UID', 'NEWUSER'],
    actor_kind: ['@kind'],
    actor_role: ['ROLE', 'USERJOB'],
    action: ['Action', 'Flag', 'flag'],
    record_count: ['EventCnt'],
    emergency: ['@emergency'],
    purpose: ['BTGREASON'],
    source_ip: ['IP'],
    device: ['LWSid', 'workstationID', 'shost', 'CLIENTNAME'],
    session_id: ['SESSIONID'],
    application: ['SERVICENAME', '@application'],
  },
  services: ['SERVICENAME', 'CLIENTNAME'],
};
