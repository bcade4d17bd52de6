import { describe, expect, it } from '@jest/globals';
import { readOne, reads } from '../read/reads.fixture.js';

/** Nine in the morning in Paris in winter. */
const timeMs = Date.UTC(2026, 10, 28, 8);
const access = 'access_id;user_id;datetime;object_class;object_id;group_id';
const patient = { id: '77', authority: 'mediboard:CPatient' };

describe("Mediboard's tables", () => {
  it.each([
    [
      'a stay stands for its patient',
      `${access}\n5;12;2026-11-28 09:00:00;CSejour;301;4\n`,
      [{ id: '301', authority: 'mediboard:CSejour' }],
    ],
    ['a patient', `${access}\n5;12;2026-11-28 09:00:00;CPatient;77;4\n`, [patient]],
    ['a stay whose patient is joined', `${access};patient_id\n5;12;2026-11-28 09:00:00;CSejour;301;4;77\n`, [patient]],
    ['a user', `${access}\n5;12;2026-11-28 09:00:00;CUser;3;4\n`, []],
  ])('log_access_medical_object: %s', (_, text, patients) => {
    expect(readOne(text)).toMatchObject({
      id: 'log_access_medical_object:5',
      timeMs,
      clinicId: '4',
      actorId: '12',
      action: 'read',
      outcome: 'success',
      patients,
    });
  });

  it('knows that somebody was looked at whom it cannot tell', () => {
    expect(readOne(`${access}\n5;12;2026-11-28 09:00:00;CPrescription;8;4\n`)).toMatchObject({
      patients: [],
      unreadablePatients: ['stay'],
    });
  });

  it('takes numbers that mean the same elsewhere, where the export has them', () => {
    const text = `${access};rpps;finess;ipp;ins\n5;12;2026-11-28 09:00:00;CSejour;301;4;10100000001;750300123;P9;184127645108946\n`;
    expect(readOne(text, { authorities: ['mediboard:IPP'] })).toMatchObject({
      actorId: '10100000001',
      clinicId: '750300123',
      patients: [{ id: 'P9', authority: 'mediboard:IPP' }],
    });
  });

  it.each([
    [
      'bris_de_glace',
      'bris_id,date,user_id,group_id,comment,object_class,object_id\n1,2026-11-28 09:00:00,12,4,urgence,CPatient,77\n',
      { id: 'bris_de_glace:1', timeMs, emergency: true, action: 'read', patients: [patient] },
    ],
    [
      'user_authentication',
      'user_authentication_id,user_id,auth_method,datetime_login,id_address,session_id\n1,12,ldap,2026-11-28 09:00:00,10.1.1.1,abc\n',
      { timeMs, action: 'login', auth: 'ldap', sourceIp: '10.1.1.1', sessionId: 'abc', patients: [] },
    ],
    [
      'user_log',
      'user_log_id,user_id,date,object_class,object_id,type,fields,ip_address\n1,12,2026-11-28 09:00:00,CPatient,77,store,nom,10.1.1.1\n',
      { timeMs, action: 'update', sourceIp: '10.1.1.1', patients: [patient] },
    ],
    [
      'user_log, a user',
      'user_log_id,user_id,date,object_class,object_id,type\n1,12,2026-11-28 09:00:00,CUser,77,create\n',
      { action: 'create', patients: [] },
    ],
  ])('%s', (_, text, expected) => expect(readOne(text)).toMatchObject(expected));

  it.each([
    ['{"m":"dPpatients","a":"print_fiche","patient_id":"77"}', 'print', [patient]],
    ['{"m":"system","a":"ajax_export_patients"}', 'export', []],
    ['m=dPpatients&a=do_export_patients&sejour_id=301', 'export', [{ id: '301', authority: 'mediboard:CSejour' }]],
    ['{"a":"vw_idx_patients","patient_id":"0"}', 'read', []],
    ['{"a":"httpreq_search"', 'other', []],
    ['{"__proto__":{"a":"print"}}', 'other', []],
  ])('long_request_log of %s is %s', (query_params_get, action, patients) => {
    const row = { user_id: 12, datetime: '2026-11-28 09:00:00', duration: 12.5, query_params_get };
    expect(readOne(row)).toMatchObject({ action, patients });
  });

  it('is found whatever the case of its columns, and refuses what counts and names nobody', () => {
    expect(readOne(`${access.toUpperCase()}\n5;12;2026-11-28 09:00:00;CPatient;77;4\n`)).toMatchObject({
      patients: [patient],
      timeMs,
    });
    expect(reads('module_action_id,period,hits\n1,2026-11-28,5\n')).toEqual(['no_account']);
  });
});
